import Foundation

/// All decisions about models of two kinds by thresholds of one number, and the largest ε among them.
///
/// - Single: the kind with the larger median is where the number is at least t.
/// - Double: the kind whose numbers have the smaller range, w wide and up to m, is where the number is in [l, r], with r at
///   most 2 from m and r − l at most 2 from w.
package struct ThresholdDecisions {
  /// The different numbers of both kinds, ascending.
  private let numbers: [Double]
  /// For each kind the count of its models below each of `numbers`, and then that of all.
  private let below: [[Int]]
  private let isFirstHigher: Bool
  private let ranges: [Double]
  private let largest: [Double]

  /// ε of a decision without errors, as of kinds whose ranges differ by a factor of more than 100.
  static let largestEpsilon = 50.0
  private static let smallestRangeRatio = 0.01
  private static let limit = 2.0

  /// Decisions between models of `first` and of `second`, neither empty.
  package init(_ first: [Double], _ second: [Double]) {
    let kinds = [first.sorted(), second.sorted()]
    var numbers: [Double] = []
    var below: [[Int]] = [[], []]
    var places = [0, 0]
    while kinds.indices.contains(where: { places[$0] < kinds[$0].count }) {
      let next = kinds.indices.map { places[$0] < kinds[$0].count ? kinds[$0][places[$0]] : .infinity }.min() ?? 0
      numbers.append(next)
      for kind in kinds.indices {
        below[kind].append(places[kind])
        while places[kind] < kinds[kind].count, kinds[kind][places[kind]] == next { places[kind] += 1 }
      }
    }
    for kind in kinds.indices { below[kind].append(places[kind]) }
    (self.numbers, self.below) = (numbers, below)
    func median(_ ascending: [Double]) -> Double {
      (ascending[(ascending.count - 1) / 2] + ascending[ascending.count / 2]) / 2
    }
    isFirstHigher = median(kinds[0]) >= median(kinds[1])
    largest = kinds.map { $0[$0.count - 1] }
    ranges = kinds.map { $0[$0.count - 1] - $0[0] }
  }

  /// The largest ε, at most `largestEpsilon`.
  package func epsilon(delta: Double) -> Double {
    let higher = isFirstHigher ? 0 : 1
    // Of equal ranges that of the lower kind, as released.
    let narrow = ranges[higher] >= ranges[1 - higher] ? 1 - higher : higher
    if ranges[narrow] < Self.smallestRangeRatio * ranges[1 - narrow] { return Self.largestEpsilon }
    let (width, top, limit) = (ranges[narrow], largest[narrow], Self.limit)
    var best: Double?
    func consider(_ places: Range<Int>, positive: Int) {
      if let ratio = ratio(places, positive: positive, delta: delta) { best = max(best ?? 1, ratio) }
    }
    for first in numbers.indices {
      consider(first..<numbers.count, positive: higher)
      let before = first > 0 ? numbers[first - 1] : -.infinity
      for last in first..<numbers.count {
        let next = last + 1 < numbers.count ? numbers[last + 1] : .infinity
        // Some r in [last, next) and some l in (before, first] are within the limits.
        let lowest = max(numbers[last], top - limit)
        guard lowest < next, lowest <= top + limit, lowest - numbers[first] <= width + limit,
          min(next, top + limit) - before > width - limit
        else { continue }
        consider(first..<(last + 1), positive: narrow)
      }
    }
    // Every decision about models that all have one number is left out.
    return best.map { min(log($0), Self.largestEpsilon) } ?? (numbers.count == 1 ? 0 : Self.largestEpsilon)
  }

  /// exp ε of the decision that models at `places` are of the kind `positive`; nil where exactly one of its rates is 0.
  private func ratio(_ places: Range<Int>, positive: Int, delta: Double) -> Double? {
    func found(_ kind: Int) -> (inside: Int, count: Int) {
      let counts = below[kind]
      return (counts[places.upperBound] - counts[places.lowerBound], counts[counts.count - 1])
    }
    let (own, other) = (found(positive), found(1 - positive))
    let (missed, taken) = (own.count - own.inside, other.inside)
    guard missed > 0, taken > 0 else { return missed == taken ? .infinity : nil }
    let falseNegative = Double(missed) / Double(own.count)
    let falsePositive = Double(taken) / Double(other.count)
    return max(1, (1 - delta - falsePositive) / falseNegative, (1 - delta - falseNegative) / falsePositive)
  }
}
