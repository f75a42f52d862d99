import JSON
import Unlearning

/// Values that compare with all models of a bank, or are scores of a whole bank; their spread is computed once all seeds
/// are known.
struct SharedReferences {
  private struct Series: Hashable {
    var models: ModelsOfMethod
    var measurement: String
  }

  private struct Value {
    var measurement: MeasuredValue
    var seed: Int
    var row: Int
    var referenceRow: Int?
    /// The number of models in the bank.
    var models: Int
  }

  /// The seeds of each group's retrained models, in their order.
  private var seeds: [String: [Int]] = [:]
  private var values: [Series: [Value]] = [:]

  /// Adds the next retrained model of a group.
  mutating func addReference(_ cell: Cell) { seeds[cell.group, default: []].append(cell.seeds.training) }

  /// Records a value if it shares models with those of other seeds.
  ///
  /// - Parameters:
  ///   - row: The index of its row.
  ///   - referenceRow: The index of the retrained model's row.
  ///   - name: The full name of the measurement.
  ///   - models: The number of models of a kind that its probe reads.
  mutating func note(
    _ measurement: MeasuredValue, of cell: Cell, row: Int, referenceRow: Int?, name: String, models: Int
  ) {
    guard measurement.spread != nil else { return }
    let series = Series(models: ModelsOfMethod(cell), measurement: name)
    values[series, default: []].append(
      Value(
        measurement: measurement, seed: cell.seeds.training, row: row, referenceRow: referenceRow, models: models))
  }

  /// Sets the spreads of the recorded values and of their differences from retraining.
  func resolve(_ rows: inout [ResultRow]) {
    for (series, values) in values { setSpreads(of: values, order: seeds[series.models.group] ?? [], &rows) }
    for values in values.values { setGapSpreads(of: values, &rows) }
  }

  private func setSpreads(of values: [Value], order: [Int], _ rows: inout [ResultRow]) {
    let positions = values.map { order.firstIndex(of: $0.seed) ?? -1 }
    let spreads: [Spread?]
    let isBankScore = if case .pseudoValues = values[0].measurement.spread { true } else { false }
    guard values.count == order.count || isBankScore else {
      // Which of the models are missing is not by chance.
      for value in values { rows[value.row].spread = .unknown }
      return
    }
    switch values[0].measurement.spread {
    case .withoutEach:
      let lists = values.map { value -> [Double] in
        guard case .withoutEach(let list) = value.measurement.spread else { return [] }
        return list
      }
      spreads = Spread.joint(values.map(\.measurement.value), withoutEach: lists, positions: positions)
    case .pseudoValues(let list):
      for value in values { rows[value.row].bankPseudoValues = list }
      spreads = Self.shares(of: list, at: positions, about: values[0].measurement.value)
    case .pseudoValue where values[0].models > values.count:
      // The models of the seeds are some of the bank, whose standard error is that of all.
      let numbers = values.map { Spread.number($0.measurement.spread, of: $0.measurement.value) }
      guard let known = numbers.whole(), let deviation = known.sampleDeviation else {
        spreads = values.map { _ in .unknown }
        break
      }
      spreads = Spread.scaled(
        known, about: values.map(\.measurement.value).mean,
        standardError: deviation / Double(values[0].models).squareRoot())
    default: spreads = values.map(\.measurement.spread)
    }
    for (value, spread) in zip(values, spreads) { rows[value.row].spread = spread }
  }

  /// For each seed of the file a number, so that their standard error, as rows for other programs have it, is that of all
  /// pseudo-values of the bank.
  private static func shares(of list: [Double], at positions: [Int], about value: Double) -> [Spread?] {
    guard positions.allSatisfy(list.indices.contains), let deviation = list.sampleDeviation else {
      return positions.map { _ in .unknown }
    }
    return Spread.scaled(
      positions.map { list[$0] }, about: value, standardError: deviation / Double(list.count).squareRoot())
  }

  private func setGapSpreads(of values: [Value], _ rows: inout [ResultRow]) {
    for value in values {
      guard let reference = value.referenceRow else { continue }
      rows[value.row].gapSpread = Spread.ofDifference(rows[value.row], rows[reference])
      if let own = rows[value.row].bankPseudoValues, let other = rows[reference].bankPseudoValues,
        own.count == other.count
      {
        rows[value.row].bankGapPseudoValues = zip(own, other).map { $0 - $1 }
      }
    }
    if let list = rows[values[0].row].bankGapPseudoValues {
      let spreads = Self.shares(of: list, at: Array(values.indices), about: rows[values[0].row].gap ?? 0)
      for (value, spread) in zip(values, spreads) { rows[value.row].gapSpread = spread }
    }
    guard values[0].models > values.count, rows[values[0].row].bankPseudoValues == nil else { return }
    // Both numbers depend on the same retrained models, so the sum of the variances is too large. The covariance is known
    // for the models of the file's seeds only, not for the others of the bank.
    let numbers = values.map { value -> (own: Double, other: Double)? in
      guard let reference = value.referenceRow, let own = rows[value.row].spreadNumber,
        let other = rows[reference].spreadNumber
      else { return nil }
      return (own, other)
    }
    guard let known = numbers.whole(), let own = known.map(\.own).sampleDeviation,
      let other = known.map(\.other).sampleDeviation
    else { return }
    let spreads = Spread.scaled(
      known.map { $0.own - $0.other }, about: values.compactMap { rows[$0.row].gap }.mean,
      standardError: ((own * own + other * other) / Double(known.count)).squareRoot())
    for (value, spread) in zip(values, spreads) { rows[value.row].gapSpread = spread }
  }
}
