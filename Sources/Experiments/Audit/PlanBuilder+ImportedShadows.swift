import Data
import Foundation
import JSON
import Unlearning

/// Shadow models of an audit.
extension PlanBuilder {
  /// The imported shadow models of `subject` as evidence of `probe`; nil, with a reason, where the file names none.
  mutating func addImportedShadows(
    _ imported: ImportedShadows, of subject: Subject, _ probe: Variant, _ group: Group
  ) throws -> ProbeTarget? {
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
    var target = ProbeTarget(predictions: (shadows.unlearned + shadows.originals)[0])
    target.shadows = shadows
    target.expected = expectedMeasurements(of: probe, target, group, isReference: subject.referenceProbes == nil)
    return target
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
  /// The imported shadow models of `shadows`, with what the file says of their members.
  func importedShadowBank(
    _ setting: StepSetting, _ shadows: ProbeTarget.Shadows, _ members: ShadowMembers
  ) throws -> ShadowBank {
    let judged = try split(setting).forgetTrain.indices
    func rows(_ place: ModelPlace) throws -> [[Bool]] {
      try workshop.planned.verify([URL(fileURLWithPath: place.file)])
      let array = try place.open()
      let (count, numbers) = (array.shape[1], try array.integers())
      return (0..<array.shape[0]).map { row in judged.map { numbers[row * count + $0] != 0 } }
    }
    let originals = bank(shadows.originals)
    return ShadowBank(
      originals: originals,
      unlearned: shadows.unlearned.isEmpty
        ? originals.selecting(members.originalsOfUnlearned) : bank(shadows.unlearned),
      originalsOfUnlearned: members.originalsOfUnlearned, isMember: try rows(members.membership),
      isForgotten: try rows(members.forgotten))
  }
}
