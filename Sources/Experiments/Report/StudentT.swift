import Foundation
import Unlearning

/// Student's t distribution, for intervals of a mean over few seeds.
enum StudentT {
  /// What numbers say of their mean.
  struct Interval {
    /// The sample standard deviation s.
    var deviation: Double
    /// The numbers but one, n − 1.
    var degrees: Int
    /// Whether all numbers are equal, but for rounding; then there is no interval.
    ///
    /// Shares of few samples often are, and their deviation of 0 is not that of the share.
    var isConstant: Bool

    /// Half the width of the mean's interval, `t·s/√n`, by default at 95 %.
    func halfWidth(confidence: Double = 0.95) -> Double? {
      isConstant
        ? nil : quantile(confidence, degrees: degrees) * deviation / Double(degrees + 1).squareRoot()
    }

    /// The two-sided p-value of `mean` against 0; where all numbers are equal that of the sign test, 2^(1 − n).
    func p(of mean: Double) -> Double {
      guard mean != 0 else { return 1 }
      guard !isConstant else { return pow(2, -Double(degrees)) }
      return max(0, tail(abs(mean) / deviation * Double(degrees + 1).squareRoot(), degrees: degrees))
    }
  }

  /// What `numbers` say of their mean; nil below two numbers, or where one is not known.
  static func interval(of numbers: [Double?]) -> Interval? {
    guard let known = numbers.whole(), let deviation = known.sampleDeviation else { return nil }
    let isConstant = !(deviation > rounding * (known.map(\.magnitude).max() ?? 0))
    return Interval(deviation: deviation, degrees: known.count - 1, isConstant: isConstant)
  }

  /// Differences of shares that are equal in exact numbers deviate by less in proportion.
  private static let rounding = 1e-9

  /// The two-sided quantile t with P(|T| ≤ t) = `confidence` at `degrees` ≥ 1 degrees of freedom.
  ///
  /// Bisection of the distribution function; at 95 % it is 12.706 at 1, 4.303 at 2, 1.960 in the limit.
  static func quantile(_ confidence: Double = 0.95, degrees: Int) -> Double {
    precondition(degrees > 0, "an interval needs two values")
    var (low, high) = (0.0, 16.0)
    while tail(high, degrees: degrees) > 1 - confidence { (low, high) = (high, 2 * high) }
    while high - low > 1e-13 * high {
      let middle = (low + high) / 2
      if tail(middle, degrees: degrees) > 1 - confidence { low = middle } else { high = middle }
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
