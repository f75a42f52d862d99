import JSON
import ConfigYAML
import Unlearning

/// All measurements and shown notes of `plan` in `store`, with the retrained value and the gap to it, and the missing
/// ones.
///
/// A damaged result counts as missing: the reason names the file and the damage, and nothing is changed.
///
/// - Throws: `StoreError` when a result cannot be read.
public func results(of plan: Plan, store: Store) throws -> (rows: [ResultRow], missing: [MissingResult]) {
  var table = ComparedRows(experiment: plan.experiment.name)
  var means = SeedMeans()
  var missing: [MissingResult] = []
  let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) })
  // The retrained models come first in every group, so that their values are known when others are compared.
  for cell in plan.cells {
    if cell.role == .reference { table.addReference(cell) }
    let notes = try notes(of: cell, plan, store, steps)
    table.rows += notes.rows
    missing += notes.missing
    var measured: [String: Double] = [:]
    defer { means.note(measured, of: cell) }
    for probe in cell.probes {
      guard store.contains(probe.key) else {
        let failure = failure(above: probe.key, steps, store)
        missing.append(MissingResult("\(cell.label) / \(probe.name)", because: failure.map { "failed: \($0)" }))
        continue
      }
      let measurements: [MeasuredValue]
      do throws(StoreError) {
        measurements = try store.measurements(of: probe.key, expected: steps[probe.key]?.expected)
      } catch {
        guard case .damaged = error else { throw error }
        missing.append(MissingResult("\(cell.label) / \(probe.name)", because: "\(error)"))
        continue
      }
      for name in steps[probe.key]?.expected?.missing(in: measurements) ?? [] {
        let reason = "its samples are pictures that cannot be decoded"
        missing.append(MissingResult("\(cell.label) / \(probe.name).\(name)", because: reason))
      }
      for measurement in measurements {
        let name = "\(probe.name).\(measurement.name)"
        measured[name] = measurement.value
        table.add(
          measurement, of: cell, name: name, kind: ResultKind(probe.kind),
          models: (steps[probe.key]?.body as? any ProbeStep)?.target.modelCount ?? 0)
      }
    }
  }
  table.resolve()
  return (table.rows + (try means.rows(of: plan, steps)), missing)
}

/// The notes of a method's call that tables show, and those that are missing.
///
/// - Throws: `StoreError` when the record of the call may not be read.
private func notes(
  of cell: Cell, _ plan: Plan, _ store: Store, _ steps: [StepKey: Step]
) throws(StoreError) -> (rows: [ResultRow], missing: [MissingResult]) {
  guard let (step, shown) = cell.notes, !shown.isEmpty else { return ([], []) }
  func missing(because reason: String?) -> [MissingResult] {
    shown.map { MissingResult("\(cell.label) / notes.\($0.name)", because: reason) }
  }
  guard store.contains(step) else {
    return ([], missing(because: failure(above: step, steps, store).map { "failed: \($0)" }))
  }
  let record: StepRecord
  do throws(StoreError) {
    record = try store.record(of: step)
  } catch {
    guard case .damaged = error else { throw error }
    return ([], missing(because: "\(error)"))
  }
  var rows: [ResultRow] = []
  var lost: [MissingResult] = []
  for (name, unit) in shown {
    guard let value = record.notes[name], MeasurementError.isPossible(value, in: unit.range) else {
      // A run does not repair this: record and checksum match.
      let reason =
        "\(store.path(of: step, Store.recordName)): expected the note '\(name)' in \(unit), "
        + "found \(record.notes[name].map { "\($0)" } ?? "none"); remove its folder and run the experiment again"
      lost.append(MissingResult("\(cell.label) / notes.\(name)", because: reason))
      continue
    }
    rows.append(
      ResultRow(
        experiment: plan.experiment.name, data: cell.data, architecture: cell.architecture, forget: cell.forget,
        method: cell.method, parameters: cell.parameters.canonicalText, seeds: cell.seeds, kind: .note,
        name: "notes.\(name)", value: value, unit: unit, direction: .nearest,
        variedParameters: cell.variedParameters, role: cell.role))
  }
  return (rows, lost)
}

/// The last error of a step or of an ancestor, without the label of the failed step, so that one cause is reported
/// once.
private func failure(above key: StepKey, _ steps: [StepKey: Step], _ store: Store) -> String? {
  guard !store.contains(key) else { return nil }
  if let failure = store.failure(of: key) {
    let label = steps[key].map { "\($0.label): " } ?? ""
    return failure.hasPrefix(label) ? String(failure.dropFirst(label.count)) : failure
  }
  return (steps[key]?.parents ?? []).lazy.compactMap { failure(above: $0, steps, store) }.first
}

extension Spread {
  /// The number whose sample standard deviation over seeds is the spread of `value`; nil where there is none.
  static func number(_ spread: Spread?, of value: Double) -> Double? {
    switch spread {
    case nil: value
    case .pseudoValue(let number): number
    case .withoutEach, .pseudoValues, .unknown: nil
    }
  }

  /// The spread of `value − reference` over seeds; nil where the deviation of the differences themselves shows it.
  static func ofDifference(_ row: ResultRow, _ reference: ResultRow) -> Spread? {
    if row.spread == nil, reference.spread == nil { return nil }
    guard let own = row.spreadNumber, let other = reference.spreadNumber else { return .unknown }
    return .pseudoValue(own - other)
  }
}
