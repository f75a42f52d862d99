import Unlearning

/// One measurement of one method by training seed, to be subtracted from that of another method on the same originals.
struct PairedValues {
  /// The mean of each training seed.
  var values: [Int: Double]
  /// The numbers whose deviation is the spread; nil where it cannot be known.
  private var numbers: [Int: Double?]
  /// For a score of a whole bank the pseudo-values of its models.
  private var bank: [Double]?

  init(_ rows: [ResultRow]) {
    let seeds = Dictionary(grouping: rows, by: \.seed)
    values = seeds.mapValues { $0.map(\.value).mean }
    numbers = seeds.mapValues { rows in rows.map(\.spreadNumber).whole()?.mean }
    bank = rows.mean(of: \.bankPseudoValues)
  }

  /// What is the less the better: the value, its negative, or the distance |mean gap| to the retrained models.
  ///
  /// - Note: For a distance these are the gaps times the sign of their mean: differences of such distances have these
  ///   deviations to first order, and the mean of absolute gaps would grow with the noise.
  /// - Returns: nil where no seed has a retrained model that the distance could be to.
  init?(cost rows: [ResultRow], _ direction: Direction) {
    var rows = rows
    if direction == .nearest {
      rows = rows.compactMap { row in
        guard let gap = row.gap else { return nil }
        var row = row
        (row.value, row.spread, row.bankPseudoValues) = (gap, row.gapSpread, row.bankGapPseudoValues)
        return row
      }
    }
    guard !rows.isEmpty else { return nil }
    self.init(rows)
    if direction == .higher || direction == .nearest && mean < 0 { negate() }
  }

  /// The mean over training seeds.
  var mean: Double { values.keys.sorted().compactMap { values[$0] }.mean }

  private mutating func negate() {
    values = values.mapValues { -$0 }
    numbers = numbers.mapValues { $0.map { -$0 } }
    bank = bank?.map { -$0 }
  }

  /// The paired differences from `other`: the mean over the seeds that both have, nil where there is none, and the numbers
  /// whose deviation is its spread.
  func differences(from other: PairedValues) -> (mean: Double?, numbers: [Double?]) {
    let seeds = values.keys.filter { other.values[$0] != nil }.sorted()
    let mean = seeds.isEmpty ? nil : seeds.map { (values[$0] ?? 0) - (other.values[$0] ?? 0) }.mean
    if let bank, let others = other.bank, bank.count == others.count {
      return (mean, zip(bank, others).map { $0 - $1 })
    }
    return (
      mean,
      seeds.map { seed in
        guard let own = numbers[seed] ?? nil, let other = other.numbers[seed] ?? nil else { return nil }
        return own - other
      }
    )
  }
}

extension [PairedValues?] {
  /// Whether each of these costs is the least, or is not found to be more than it at 5 %: by Student's t of the paired
  /// differences, with Holm's correction over the comparisons with the least.
  ///
  /// A cost that is more by the same in few seeds, so that the difference has no interval, does not share the mark. False
  /// for all where none is found to be more: a mark that all share says nothing.
  var sharesTheLeast: [Bool] {
    let known = indices.filter { self[$0] != nil }
    let none = map { _ in false }
    guard let least = known.min(by: { (self[$0]?.mean ?? 0) < (self[$1]?.mean ?? 0) }), let best = self[least] else {
      return none
    }
    let others = known.filter { $0 != least }
    let p = others.map { other -> Double? in
      guard let found = self[other]?.differences(from: best), let mean = found.mean else { return nil }
      let interval = StudentT.interval(of: found.numbers)
      // Equal differences without an interval do not make a tie of 0 and 100 %.
      if interval?.halfWidth() == nil, mean != 0, (interval?.p(of: mean) ?? 1) > 0.05 { return nil }
      return interval?.p(of: mean)
    }
    let adjusted = PairwiseComparison.adjusted(p)
    guard adjusted.contains(where: { ($0 ?? 1) <= 0.05 }) else { return none }
    let shared = Set([least] + zip(others, adjusted).filter { ($1 ?? 0) > 0.05 }.map(\.0))
    return indices.map(shared.contains)
  }
}
