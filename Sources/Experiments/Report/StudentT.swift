import Foundation
import Unlearning

/// Student's t distribution, for intervals of a mean over few seeds.
enum StudentT {
  /// The sample standard deviation s of `numbers`, and half the width of the 95 % interval of their mean, `t·s/√n`.
  ///
  /// There is no interval where all numbers are equal, but for rounding: shares of few samples often are, and their
  /// deviation of 0 is not that of the share.
  /// - Returns: nil below two numbers, or where one is not known.
  static func interval(of numbers: [Double?]) -> (deviation: Double, halfWidth: Double?)? {
    let known = numbers.compactMap(\.self)
    guard known.count == numbers.count, let deviation = known.sampleDeviation else { return nil }
    guard deviation > rounding * (known.map(\.magnitude).max() ?? 0) else { return (deviation, nil) }
    return (deviation, quantile95(degrees: known.count - 1) * deviation / Double(known.count).squareRoot())
  }

  /// Differences of shares that are equal in exact numbers deviate by less in proportion.
  private static let rounding = 1e-9

  /// The two-sided 95 % quantile t with P(|T| ≤ t) = 0.95 at `degrees` ≥ 1 degrees of freedom.
  ///
  /// Bisection of the distribution function to 1e-12; 12.706 at 1, 4.303 at 2, 1.960 in the limit.
  static func quantile95(degrees: Int) -> Double {
    precondition(degrees > 0, "an interval needs two values")
    var (low, high) = (0.0, 16.0)
    while high - low > 1e-12 {
      let middle = (low + high) / 2
      if tail(middle, degrees: degrees) > 0.05 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// P(|T| > t), by the finite sums for whole degrees of freedom.
  /// - Source: Abramowitz, Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
  static func tail(_ t: Double, degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, squaredCosine) = (sin(angle), cos(angle) * cos(angle))
    let isOdd = degrees % 2 == 1
    var term = isOdd ? cos(angle) : 1
    var sum = 0.0
    var k = isOdd ? 1 : 0
    while k <= degrees - 2 {
      sum += term
      term *= Double(k + 1) / Double(k + 2) * squaredCosine
      k += 2
    }
    return 1 - (isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum)
  }
}
