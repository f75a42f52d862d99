import JSON
import ConfigYAML
import Data
import Foundation
import Unlearning

/// The identities of data, architectures and references in cache keys.
extension PlanBuilder {
  /// The reference method with the given retain sampling.
  static func reference<M: RetainSamplingMethod>(of type: M.Type, _ sampling: RetainSampling) throws -> Variant {
    var method = M()
    method.retainSampling = sampling
    let resolved = try JSONValue(method)
    return Variant(
      name: M.card.name, version: M.card.version,
      varied: sampling == .shuffle ? [] : [.init(path: "retain_sampling", value: sampling.rawValue)],
      parameters: resolved, keyParameters: resolved, plugin: try M(method))
  }

  /// The identity of a plugin: name, version, parameters and the content of the files that parameters name.
  ///
  /// - Throws: `DataError` for the first file that cannot be read.
  static func identity(ofPlugin variant: Variant, _ files: inout PlannedFiles) throws(DataError) -> JSONValue {
    let named = variant.fileParameters
    if named.isEmpty { return variant.identity }
    var digests: [JSONValue.Member] = []
    for file in named {
      let urls = file.paths.map(DataRoot.file)
      let found = try FileDigest.sha256(of: urls)
      for (url, digest) in zip(urls, found) { files.add(url, digest: digest) }
      digests.append(.init(key: file.name, value: .array(found.map { .string($0) })))
    }
    return .object((variant.identity.members ?? []) + [.init(key: "parameter_files", value: .object(digests))])
  }

  /// The identity of an architecture: plugin, parameters and the content of its pretrained weights.
  static func identity(ofArchitecture variant: Variant, _ files: inout PlannedFiles) throws -> JSONValue {
    guard let weights = (variant.plugin as? any Architecture)?.initialWeights else {
      return try identity(ofPlugin: variant, &files)
    }
    let digest = try FileDigest.sha256(of: [weights.file])[0]
    files.add(weights.file, digest: digest)
    let members = try identity(ofPlugin: variant, &files).members ?? []
    return .object(members + [.init(key: "weights", value: .string(digest))])
  }

  /// The digests of `urls`, among which are the pictures of `source`.
  ///
  /// - Throws: `badPictures`, also with those pictures that only decoding shows to be damaged, so that all are replaced in
  ///   one round.
  private static func digests(ofPictures urls: [URL], of source: any PictureSource) throws(DataError) -> [String] {
    do throws(DataError) {
      return try FileDigest.sha256(ofPictures: urls, onBadPicture: source.onBadPicture ?? .stop)
    } catch {
      guard case .badPictures(let unreadable) = error else { throw error }
      var known = Dictionary(unreadable.map { ($0.path, $0) }) { first, _ in first }
      do throws(DataError) {
        _ = try source.load()
      } catch {
        if case .badPictures(let problems) = error { for problem in problems { known[problem.path] = problem } }
      }
      throw .badPictures(known.values.sorted { $0.path < $1.path })
    }
  }

  /// The identity of a data set: plugin, parameters and the content of its files.
  static func identity(of variant: Variant, _ files: inout PlannedFiles) throws -> JSONValue {
    guard let source = variant.plugin as? any DatasetSource else { return .null }
    let urls = try source.localFiles()
    // Lists of pictures were read for `urls`; what cannot be read among these is a picture.
    var digests =
      if let pictures = source as? any PictureSource {
        try digests(ofPictures: urls, of: pictures)
      } else {
        try FileDigest.sha256(of: urls)
      }
    for (url, digest) in zip(urls, digests) { files.add(url, digest: digest) }
    // A folder of pictures has too many files to list in every key.
    if digests.count > 16 { digests = [FileDigest.sha256(of: digests.joined(separator: "\n"))] }
    let layout = try source.layout()
    if !layout.isEmpty { digests.append(FileDigest.sha256(of: layout.joined(separator: "\n"))) }
    let contents = JSONValue.array(digests.map { .string($0) })
    return .object((try identity(ofPlugin: variant, &files).members ?? []) + [.init(key: "files", value: contents)])
  }
}
