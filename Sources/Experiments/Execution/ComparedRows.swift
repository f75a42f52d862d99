import JSON
import Unlearning

/// The rows of measurements, each with the value of the retrained model of its seed and the gap to it.
///
/// Retrained models come first, so that their values are known when others are compared.
struct ComparedRows {
  /// The name of the experiment.
  let experiment: String
  /// The rows so far; their spreads are complete after `resolve`.
  var rows: [ResultRow] = []
  private var references: [ReferenceKey: (measurement: MeasuredValue, row: Int)] = [:]
  private var shared = SharedReferences()

  private struct ReferenceKey: Hashable {
    var group: String
    var seed: Int
    var name: String
  }

  init(experiment: String) { self.experiment = experiment }

  /// Adds the next retrained model of a group, before its measurements.
  mutating func addReference(_ cell: Cell) { shared.addReference(cell) }

  /// Adds the row of a measurement of `cell`.
  ///
  /// - Parameters:
  ///   - name: The full name, `<plugin>.<measurement>`.
  ///   - models: The number of models of a kind that its probe reads.
  mutating func add(_ measurement: MeasuredValue, of cell: Cell, name: String, kind: ResultKind, models: Int) {
    let place = ReferenceKey(group: cell.group, seed: cell.seeds.training, name: name)
    if cell.role == .reference { references[place] = (measurement, rows.count) }
    let known = measurement.reference == .none ? nil : references[place]
    let reference = known?.measurement
    rows.append(
      ResultRow(
        experiment: experiment, data: cell.data, architecture: cell.architecture, forget: cell.forget,
        method: cell.method, parameters: cell.parameters.canonicalText, seeds: cell.seeds, kind: kind, name: name,
        value: measurement.value, unit: measurement.unit, direction: measurement.direction,
        reference: reference?.value, gap: reference.map { measurement.value - $0.value }, spread: measurement.spread,
        interval: measurement.interval, curve: measurement.curve, caveat: measurement.caveat,
        variedParameters: cell.variedParameters, role: cell.role))
    if let known { rows[rows.count - 1].gapSpread = .ofDifference(rows[rows.count - 1], rows[known.row]) }
    shared.note(
      measurement, of: cell, row: rows.count - 1, referenceRow: known?.row, name: name, models: models)
  }

  /// Sets the spreads of values that share models, once all seeds are known.
  mutating func resolve() { shared.resolve(&rows) }
}
