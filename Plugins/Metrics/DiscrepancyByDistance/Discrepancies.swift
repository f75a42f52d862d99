import Unlearning

/// The total variation distances of a model and of retrained models from each other, sample by sample.
struct Discrepancies {
  /// `[models][models][N]`: the retrained models, then the target where it is none of them.
  private let distances: [[[Double]]]
  private let retrained: [Int]
  private let target: Int
  private var isRetrained: Bool { retrained.contains(target) }

  /// The distances of `models`, `[models][N][K]`: `retrained` of them, and the target where it is none of these.
  init(_ models: [[[Double]]], retrained: Int, target: Int?) {
    var distances = [[[Double]]](repeating: [[Double]](repeating: [], count: models.count), count: models.count)
    for first in models.indices {
      for second in models.indices where second > first {
        distances[first][second] = zip(models[first], models[second]).map(totalVariation)
        distances[second][first] = distances[first][second]
      }
    }
    self.distances = distances
    self.retrained = Array(0..<retrained)
    self.target = target ?? retrained
  }

  /// The mean distance of the target from the retrained models over the samples `rows`, with its spread.
  func value(_ kind: MeasurementKind, of rows: ArraySlice<Int>) -> MeasuredValue {
    func mean(_ first: Int, _ second: Int) -> Double {
      first == second ? 0 : rows.map { distances[first][second][$0] }.mean
    }
    let others = retrained.filter { $0 != target }.map { mean(target, $0) }
    let spread: Spread =
      isRetrained
      ? .ofPairs(retrained.map { first in retrained.map { mean(first, $0) } }, at: target)
      : .ofComparison(with: others, \.mean)
    return kind.value(others.mean, spread: spread)
  }

  /// Spearman's correlation of `nearness` with the target's excess, with its spread.
  func correlation(_ kind: MeasurementKind, with nearness: [Double]) -> MeasuredValue {
    let ranks = nearness.ranks
    func correlation(_ model: Int, _ bank: [Int], _ floor: [Double]) -> Double? {
      ranks.correlation(with: excess(of: model, in: bank, over: floor).ranks)
    }
    let value = correlation(target, retrained, floor(of: retrained))
    let spread: Spread =
      isRetrained
      ? .jackknife(retrained, at: target, smallest: 3) { bank in
        let floor = floor(of: bank)
        return bank.map { correlation($0, bank, floor) ?? 0 }.mean
      }
      : .ofComparison(with: retrained) { correlation(target, $0, floor(of: $0)) ?? 0 }
    return kind.value(
      value ?? 0, spread: spread,
      caveat: value == nil ? "all samples have equal distances, and their correlation counts as 0" : nil)
  }

  /// The mean distance of `model` from the retrained models `bank`, less `floor`.
  private func excess(of model: Int, in bank: [Int], over floor: [Double]) -> [Double] {
    let others = bank.filter { $0 != model }
    return floor.indices.map { row in others.map { distances[model][$0][row] }.mean - floor[row] }
  }

  /// The mean distance of all pairs of the retrained models `bank`, by sample.
  private func floor(of bank: [Int]) -> [Double] {
    let pairs = bank.enumerated().flatMap { place, first in bank[(place + 1)...].map { distances[first][$0] } }
    return pairs[0].indices.map { row in pairs.map { $0[row] }.mean }
  }
}

extension [Double] {
  /// The ranks in ascending order, from 1 on; equal numbers share the mean of their ranks.
  fileprivate var ranks: [Double] {
    let order = indices.sorted { self[$0] < self[$1] }
    var ranks = [Double](repeating: 0, count: count)
    var start = 0
    while start < count {
      let end = (start..<count).first { self[order[$0]] != self[order[start]] } ?? count
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }

  /// Pearson's correlation; nil where either array has equal numbers only.
  fileprivate func correlation(with other: [Double]) -> Double? {
    let means = (mean, other.mean)
    let (own, others) = (map { $0 - means.0 }, other.map { $0 - means.1 })
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let scale = (product(own, own) * product(others, others)).squareRoot()
    return scale > 0 ? Swift.max(-1, Swift.min(1, product(own, others) / scale)) : nil
  }
}
