import JSON
import Unlearning

/// Values that compare with all retrained models of a group; their spread is computed once all seeds are known.
struct SharedReferences {
  private struct Model: Hashable {
    var group: String
    var method: String
    var parameters: String
    var round: Int
    var measurement: String
  }

  private struct Value {
    var measurement: MeasuredValue
    var reference: MeasuredValue?
    var seed: Int
    var row: Int
  }

  /// The seeds of each group's retrained models, in their order.
  private var seeds: [String: [Int]] = [:]
  private var values: [Model: [Value]] = [:]

  /// Adds the next retrained model of a group.
  mutating func addReference(_ cell: Cell) { seeds[cell.group, default: []].append(cell.seeds.training) }

  /// Records a value if it shares the retrained models with those of other seeds.
  ///
  /// - Parameters:
  ///   - row: The index of its row.
  ///   - name: The full name of the measurement.
  mutating func note(_ measurement: MeasuredValue, _ reference: MeasuredValue?, of cell: Cell, row: Int, name: String) {
    guard case .withoutEach = measurement.spread else { return }
    let model = Model(
      group: cell.group, method: cell.method, parameters: cell.parameters.canonicalText, round: cell.round,
      measurement: name)
    values[model, default: []].append(
      Value(measurement: measurement, reference: reference, seed: cell.seeds.training, row: row))
  }

  /// Sets the spreads of the recorded values and of their differences from retraining.
  func resolve(_ rows: inout [ResultRow]) {
    for (model, values) in values {
      let order = seeds[model.group] ?? []
      let lists = values.map { value -> [Double] in
        guard case .withoutEach(let list) = value.measurement.spread else { return [] }
        return list
      }
      let spreads = Spread.joint(
        values.map(\.measurement.value), withoutEach: lists,
        positions: values.map { order.firstIndex(of: $0.seed) ?? -1 })
      for (value, spread) in zip(values, spreads) {
        var measurement = value.measurement
        measurement.spread = spread
        rows[value.row].spread = spread
        rows[value.row].gapSpread = value.reference.flatMap { Spread.ofDifference(measurement, $0) }
      }
    }
  }
}
