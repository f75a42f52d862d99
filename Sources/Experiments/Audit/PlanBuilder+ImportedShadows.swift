import Data
import Foundation
import JSON
import Unlearning

/// Shadow models of an audit.
extension PlanBuilder {
  /// The imported shadow models of `subject`; nil, with a reason, where the file names none.
  mutating func addImportedShadows(
    _ imported: ImportedShadows, of subject: Subject, _ probe: Variant, _ group: Group
  ) throws -> ProbeTarget.Shadows? {
    guard let scores = experiment.imports?.scores else { preconditionFailure("shadow models of an audit") }
    func name(_ index: Int, _ method: String) -> String { "\(method), shadow model \(index)" }
    var shadows = ProbeTarget.Shadows(originals: [], seeds: [], forgetsPerModel: 1, forgetFraction: 0.5)
    shadows.members = imported.members
    for (index, place) in imported.originals.enumerated() {
      shadows.originals.append(
        try addImport(group.settings[0], place, scores, of: name(index, Self.originalName)))
    }
    if let method = subject.method {
      guard let places = imported.methods[method.name] else {
        prune(
          probe, group,
          because: "\(probe.name) of \(subject.label) reads shadow models, and 'shadows' names none of it")
        return nil
      }
      for (index, place) in places.enumerated() {
        shadows.unlearned.append(try addImport(group.settings[0], place, scores, of: name(index, method.label)))
      }
    }
    return shadows
  }

  /// What the evidence of imported shadow models depends on besides their predictions.
  mutating func identity(of members: ShadowMembers) throws -> [KeyPart] {
    func value(_ parts: [KeyPart]) -> JSONValue { .object(parts.map { .init(key: $0.key, value: $0.value) }) }
    return [
      KeyPart("membership", value(try identity(of: members.membership))),
      KeyPart("forgotten", value(try identity(of: members.forgotten))),
      KeyPart("originals_of", .array(members.originalsOfUnlearned.map { .int($0) })),
    ]
  }
}

extension Bench {
  /// What the file says of the `judged` samples.
  func importedRows(_ members: ShadowMembers, judged: [Int]) throws -> ShadowRows {
    func rows(_ place: ModelPlace) throws -> [[Bool]] {
      try workshop.planned.verify([URL(fileURLWithPath: place.file)])
      let array = try place.open()
      let (count, numbers) = (array.shape[1], try array.integers())
      return (0..<array.shape[0]).map { row in judged.map { numbers[row * count + $0] != 0 } }
    }
    return (try rows(members.membership), try rows(members.forgotten), members.originalsOfUnlearned)
  }
}
