import ConfigYAML
import Data
import Engine
import Unlearning

/// Forget requests that cannot be, and what the sizes of a request's parts do not allow.
extension PlanBuilder {
  /// Reports every request that forgets nothing, everything or what is not there, before anything is planned.
  ///
  /// - Throws: `DiagnosticList` with the place of each request; `DataError` when the data themselves cannot be read.
  func checkRequests() throws {
    let diagnostics = experiment.document.makeDiagnostics()
    for (index, data) in experiment.data.enumerated() {
      guard let source = data.plugin as? any DatasetSource else { continue }
      for entry in experiment.forget {
        guard let request = entry.request(of: source, diagnostics: nil) else { continue }
        // How many samples are drawn depends on the request, not on the seed of the draw.
        let label = entry.label(of: source)
        do {
          let seed = entry.drawSeed(trainingSeed: experiment.seeds.training.first ?? 0) ?? 0
          _ = try outlines.split(self.data[index], by: request, drawSeed: seed, label: label)
        } catch let error as DataError where error.isAboutRequest {
          diagnostics.report("\(data.label) / \(label): \(error)", at: entry.mark)
        }
      }
    }
    try diagnostics.throwIfAny()
  }

  /// What plugins may ask about the cells of a group.
  func sizes(_ group: Group) throws -> CellSizes {
    let split = try outlines.split(values(of: group.settings[0]))
    let names = split.retainTrain.classNames
    let counts = Part.allCases.map { part in
      (part, split.dataset(part).labels.reduce(into: [Int](repeating: 0, count: names.count)) { $0[$1] += 1 })
    }
    return CellSizes(
      counts: Dictionary(uniqueKeysWithValues: counts), forgottenClasses: split.forgottenClasses, classNames: names,
      featureCount: modelSize(group)?.features)
  }

  /// What `probe` measures of `target`.
  func expectedMeasurements(
    of probe: Variant, _ target: ProbeTarget, _ group: Group, isReference: Bool
  ) -> ExpectedMeasurements {
    guard let plugin = probe.probe else { return ExpectedMeasurements() }
    let declared = type(of: plugin).measures
    guard let sizes = group.sizes, let names = plugin.measurementNames(in: sizes) else {
      return ExpectedMeasurements(declared: declared)
    }
    if target.baseline != nil { return ExpectedMeasurements(declared: declared, allowed: names, mayBeEmpty: false) }
    // No call made an original, so it has no cost; a retrained model that is alone has nothing to be compared with.
    let mayBeEmpty =
      Self.reads(probe, .cost) && target.costOf == nil || isReference && Self.reads(probe, .measurements)
    let isAlone = isReference && target.bank.count == 1
    let own = isReference ? plugin.measurementNames(ofRetrainedIn: sizes) : names
    return ExpectedMeasurements(
      declared: declared, allowed: own, required: mayBeEmpty || isAlone ? [] : own ?? [], mayBeEmpty: mayBeEmpty)
  }

  /// The first of these measurements that the plugins which it could be of do not make in the cells of `group`.
  func unmeasured(_ names: [String], _ group: Group) -> String? {
    guard let sizes = group.sizes else { return nil }
    let listed = experiment.attacks + experiment.metrics
    return names.first { name in
      listed.contains { $0.measures(name) } && listed.allSatisfy { !$0.measures(name) || !$0.makes(name, in: sizes) }
    }
  }
}
