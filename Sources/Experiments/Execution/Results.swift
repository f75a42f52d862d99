import ConfigYAML
import Unlearning

/// Every measurement of `plan` that is in `store`, each with the retrained model's value and the gap to it, and the
/// labels of the cells whose measurements are missing.
///
/// - Throws: `StoreError` when a result is damaged.
public func results(of plan: Plan, store: Store) throws -> (rows: [ResultRow], missing: [String]) {
  var references: [ReferenceKey: Double] = [:]
  var rows: [ResultRow] = []
  var missing: [String] = []
  let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) })
  // The retrained models stand first in every group, so that their values are known when others ask for them.
  for cell in plan.cells {
    for probe in cell.probes {
      guard store.contains(probe.key) else {
        let reason = failure(above: probe.key, steps, store).map { ": failed: \($0)" } ?? ""
        missing.append("\(cell.label) / \(probe.name)\(reason)")
        continue
      }
      for measurement in try StepRunner.measurements(of: probe.key, in: store) {
        let name = "\(probe.name).\(measurement.name)"
        let place = ReferenceKey(group: cell.group, seed: cell.seed, name: name)
        if cell.isReference { references[place] = measurement.value }
        let reference = measurement.reference == .none ? nil : references[place]
        rows.append(
          ResultRow(
            experiment: plan.experiment.name, data: cell.data, architecture: cell.architecture, forget: cell.forget,
            method: cell.method, parameters: cell.parameters.canonicalText, seed: cell.seed,
            kind: probe.kind == "attack" ? .attack : .metric, name: name, value: measurement.value,
            unit: measurement.unit, direction: measurement.direction, reference: reference,
            gap: reference.map { measurement.value - $0 }, variedParameters: cell.variedParameters,
            isReference: cell.isReference, isOriginal: cell.isOriginal))
      }
    }
  }
  return (rows, missing)
}

/// What stopped a step, or a step that it needs, the last time that it was tried.
private func failure(above key: StepKey, _ steps: [StepKey: Step], _ store: Store) -> String? {
  guard !store.contains(key) else { return nil }
  if let failure = store.failure(of: key) { return failure }
  return (steps[key]?.parents ?? []).lazy.compactMap { failure(above: $0, steps, store) }.first
}

private struct ReferenceKey: Hashable {
  var group: String
  var seed: Int
  var name: String
}
