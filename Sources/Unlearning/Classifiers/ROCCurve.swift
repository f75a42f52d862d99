import Foundation

/// The receiver operating characteristic of a score: true against false positive rate over all thresholds.
///
/// A sample is predicted positive when its score is at least the threshold.
///
/// - Source: Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 2006, algorithms 1 and 2.
public struct ROCCurve: Sendable, Hashable {
  /// Fraction of negatives predicted positive, ascending from 0 to 1; one point per distinct score and one at 0.
  public let falsePositiveRates: [Double]
  /// Fraction of positives predicted positive, at the same thresholds.
  public let truePositiveRates: [Double]

  /// Computes the curve of the given scores in O(N log N).
  ///
  /// - Parameters:
  ///   - positives: Scores of the samples that should rank higher.
  ///   - negatives: Scores of the others.
  ///   - negativeWeights: Weights of the negatives, ≥ 0 and not all 0; nil for equal weights.
  /// - Throws: `AttackError` when a side is empty or a score is not finite.
  public init(positives: [Double], negatives: [Double], negativeWeights: [Double]? = nil) throws(AttackError) {
    try requireTwoSides(FeatureRows(positives), FeatureRows(negatives))
    let weights = negativeWeights ?? [Double](repeating: 1, count: negatives.count)
    precondition(weights.count == negatives.count, "a weight for each negative")
    let wholeWeight = weights.reduce(0, +)
    precondition(wholeWeight > 0, "some negative counts")
    let descending =
      (positives.map { (score: $0, isPositive: true, weight: 0.0) }
      + zip(negatives, weights).map { (score: $0, isPositive: false, weight: $1) })
      .sorted { $0.score > $1.score }
    var falsePositives = 0.0
    var truePositives = 0
    var points = [(0.0, 0.0)]
    for (place, sample) in descending.enumerated() {
      if sample.isPositive { truePositives += 1 } else { falsePositives += sample.weight }
      let isLastOfItsScore = place + 1 == descending.count || descending[place + 1].score != sample.score
      if isLastOfItsScore {
        points.append(
          (falsePositives / wholeWeight, Double(truePositives) / Double(positives.count)))
      }
    }
    falsePositiveRates = points.map(\.0)
    truePositiveRates = points.map(\.1)
  }

  /// The false positive rates at which curves are stored: 0, 25 to a decade from 0.01 % on, and whole percents from 10 %
  /// on; 0.1, 1 and 10 % are among them.
  public static let rates: [Double] =
    [0] + (0..<75).map { pow(10, Double($0) / 25 - 4) } + (10...100).map { Double($0) / 100 }

  /// The true positive rates at `rates`, by `truePositiveRate`.
  public var atRates: [Double] { Self.rates.map(truePositiveRate) }

  /// The area under the curve: the probability that a positive scores higher than a negative, ties counting half.
  public var area: Double {
    zip(falsePositiveRates.indices.dropFirst(), falsePositiveRates.indices).reduce(0) { sum, pair in
      let (next, last) = pair
      let width = falsePositiveRates[next] - falsePositiveRates[last]
      return sum + width * (truePositiveRates[next] + truePositiveRates[last]) / 2
    }
  }

  /// The best mean of the true positive and the true negative rate over all thresholds.
  public var balancedAccuracy: Double {
    zip(falsePositiveRates, truePositiveRates).map { (1 - $0 + $1) / 2 }.max() ?? 0.5
  }

  /// The largest true positive rate at a false positive rate of at most `bound`.
  public func truePositiveRate(atFalsePositiveRate bound: Double) -> Double {
    zip(falsePositiveRates, truePositiveRates).filter { $0.0 <= bound }.map(\.1).max() ?? 0
  }
}
