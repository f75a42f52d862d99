import ConfigYAML
import Data
import Unlearning

/// What data, architectures and references are called in cache keys.
extension PlanBuilder {
  /// The method that others are compared with, which draws retained samples by `sampling`.
  static func reference(of type: any UnlearningMethod.Type, _ sampling: RetainSampling) throws -> Variant {
    func make<M: UnlearningMethod>(_ type: M.Type) throws -> Variant {
      let members = (try JSONValue(M.Parameters()).members ?? []).map { member in
        member.key == "retain_sampling"
          ? JSONValue.Member(key: member.key, value: .string(sampling.rawValue)) : member
      }
      let resolved = JSONValue.object(members)
      return Variant(
        name: M.card.name, version: M.card.version,
        varied: sampling == .shuffle ? [] : [.init(path: "retain_sampling", value: sampling.rawValue)],
        parameters: resolved, keyParameters: resolved, plugin: try M(try resolved.decode(M.Parameters.self)))
    }
    return try make(type)
  }

  /// Names a plugin by name, version, parameters and the content of the files that its parameters name.
  ///
  /// - Throws: `DataError` for the first file that cannot be read.
  static func identity(ofPlugin variant: Variant) throws(DataError) -> JSONValue {
    let files = variant.fileParameters
    if files.isEmpty { return variant.identity }
    var digests: [JSONValue.Member] = []
    for file in files {
      let found = try FileDigest.sha256(of: file.paths.map(DataRoot.file))
      digests.append(.init(key: file.name, value: .array(found.map { .string($0) })))
    }
    return .object((variant.identity.members ?? []) + [.init(key: "parameter_files", value: .object(digests))])
  }

  /// Names an architecture by plugin, parameters and the content of the weights that it begins with.
  static func identity(ofArchitecture variant: Variant) throws -> JSONValue {
    guard let weights = (variant.plugin as? any Architecture)?.initialWeights else {
      return try identity(ofPlugin: variant)
    }
    let digest = try FileDigest.sha256(of: [weights.file])[0]
    return .object((try identity(ofPlugin: variant).members ?? []) + [.init(key: "weights", value: .string(digest))])
  }

  /// Names the data by plugin, parameters and the content of its files.
  static func identity(of variant: Variant) throws -> JSONValue {
    guard let source = variant.plugin as? any DatasetSource else { return .null }
    var digests = try FileDigest.sha256(of: try source.localFiles())
    // A folder of pictures has too many for a list that stands in every key.
    if digests.count > 16 { digests = [FileDigest.sha256(of: digests.joined(separator: "\n"))] }
    let layout = try source.layout()
    if !layout.isEmpty { digests.append(FileDigest.sha256(of: layout.joined(separator: "\n"))) }
    let files = JSONValue.array(digests.map { .string($0) })
    return .object((try identity(ofPlugin: variant).members ?? []) + [.init(key: "files", value: files)])
  }
}
