import Foundation

extension ReweightedTarget {
  /// The tilt β at which the expected score of one sample, Σ q_k·s_k, is `expected`.
  ///
  /// The expectation rises with β (its derivative is the variance of s under q), so there is at most one such β; it is
  /// found by bisection.
  ///
  /// - Parameters:
  ///   - expected: c of the constraint Σ q_k·s_k = c.
  ///   - logits: The original's, `[K]`.
  ///   - scores: s, `[K]`; entries of forgotten classes are not read.
  /// - Returns: β, of either sign; nil where `expected` is not strictly between the smallest and the largest score of a
  ///   retained class, so that no finite β exists.
  public func tilt(forExpectedSimilarity expected: Double, logits: [Double], scores: [Double]) -> Double? {
    precondition(scores.count == classCount, "\(scores.count) scores of \(classCount) classes")
    let base = logarithmOfBase(logits)
    let values = retained.map { scores[$0] }
    guard let low = values.min(), let high = values.max(), low < expected, expected < high else { return nil }

    func expectation(_ tilt: Double) -> Double {
      let exponents = retained.map { base[$0] + tilt * scores[$0] }
      let largest = exponents.max() ?? 0
      let weights = exponents.map { exp($0 - largest) }
      return zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }

    var (lower, upper) = (-1.0, 1.0)
    while expectation(lower) > expected { lower *= 2 }
    while expectation(upper) < expected { upper *= 2 }
    guard lower.isFinite, upper.isFinite else { return nil }
    while true {
      let middle = lower + (upper - lower) / 2
      guard middle > lower, middle < upper else { return middle }
      if expectation(middle) < expected { lower = middle } else { upper = middle }
    }
  }
}
