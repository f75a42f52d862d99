import ConfigYAML
import Data
import Engine
import Unlearning

/// Validation of forget requests, and the measurements that the sizes of their parts allow.
extension PlanBuilder {
  /// Reports all requests that forget nothing, everything or missing samples, before anything is planned.
  ///
  /// - Throws: `DiagnosticList` with the position of each request; `DataError` when the data themselves cannot be read.
  func checkRequests() throws {
    let diagnostics = experiment.makeDiagnostics()
    for (index, data) in experiment.data.enumerated() {
      for entry in experiment.forget[index] {
        // How many samples are drawn depends on the request, not on the seed of the draw.
        do {
          let seed = entry.drawSeed(trainingSeed: experiment.seeds.training.first ?? 0) ?? 0
          _ = try outlines.split(self.data[index], by: entry.request, drawSeed: seed, label: entry.label)
        } catch let error as DataError {
          guard error.isAboutRequest else { throw error }
          if case .badValidation = error {
            diagnostics.report("\(data.label): \(error)", at: experiment.validationMark)
            continue
          }
          diagnostics.report("\(data.label) / \(entry.label): \(error)", at: entry.mark)
        }
      }
    }
    try diagnostics.throwIfAny()
  }

  /// The sizes of a group's cells, for `obstacle` and `measurementNames` of plugins.
  func sizes(_ group: Group) throws -> CellSizes {
    let split = try outlines.split(group.settings[0].values)
    let names = split.retainTrain.classNames
    let counts = Part.allCases.map { part in
      (part, split.dataset(part).labels.reduce(into: [Int](repeating: 0, count: names.count)) { $0[$1] += 1 })
    }
    return CellSizes(
      counts: Dictionary(uniqueKeysWithValues: counts), forgottenClasses: split.forgottenClasses, classNames: names,
      featureCount: group.size?.features, modelCount: group.settings.count + group.bankSettings.count)
  }

  /// The measurements that `probe` must or may return for `target`.
  func expectedMeasurements(
    of probe: Variant, _ target: ProbeTarget, _ group: Group, isReference: Bool
  ) -> ExpectedMeasurements {
    guard let plugin = probe.probe else { return ExpectedMeasurements() }
    var expected = ExpectedMeasurements(declared: type(of: plugin).measures)
    expected.isCounted = (group.data.plugin as? any PictureSource)?.onBadPicture != .skip
    if expected.isCounted { expected.partSizes = group.sizes.map { sizes in Set(Part.allCases.map { sizes[$0] }) } }
    expected.isFloor = isReference || target.baseline != nil
    if !expected.isFloor, !target.bank.isEmpty { expected.retrainedModels = target.bank.count }
    if !target.peers.isEmpty, !target.bank.isEmpty {
      expected.bankGroups = BankComparison.groupCount(min(target.peers.count, target.bank.count))
    }
    if let shadows = target.shadows { expected.bankGroups = BankComparison.groupCount(shadows.originals.count) }
    guard let sizes = group.sizes, let names = plugin.measurementNames(in: sizes) else { return expected }
    if target.baseline != nil {
      (expected.allowed, expected.mayBeEmpty) = (names, false)
      return expected
    }
    // An original has no unlearning call and so no cost; a single retrained model has no other one to compare with.
    expected.mayBeEmpty =
      Self.reads(probe, .cost) && target.costOf == nil || isReference && Self.reads(probe, .measurements)
    let isAlone = isReference && target.bank.count == 1
    if target.peers.count < sizes.modelCount ?? 0, Self.reads(probe, .unlearnedModels) { expected.mayBeEmpty = true }
    let own = isReference ? plugin.measurementNames(ofRetrainedIn: sizes) : names
    if own?.isEmpty == true { expected.mayBeEmpty = true }
    expected.allowed = own
    expected.required = expected.mayBeEmpty || isAlone ? [] : own ?? []
    return expected
  }

  /// The first of these measurements that no plugin with its prefix makes in the cells of `group`; nil if all are made.
  func unmeasured(_ names: [String], _ group: Group) -> String? {
    guard let sizes = group.sizes else { return nil }
    let listed = experiment.attacks + experiment.metrics
    return names.first { name in
      listed.contains { $0.measures(name) } && listed.allSatisfy { !$0.measures(name) || !$0.makes(name, in: sizes) }
    }
  }
}
