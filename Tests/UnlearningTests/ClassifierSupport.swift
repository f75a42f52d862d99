import Foundation
import Testing
import Unlearning

/// Comparisons that say where they fail.
enum ClassifierGolden {
  /// e to the x, for tests that do without Foundation.
  static func exponential(_ x: Double) -> Double { exp(x) }

  /// Expects equal counts and every pair within `tolerance`, relative to numbers above 1.
  static func expectClose(
    _ found: [Double], _ expected: [Double], tolerance: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard found.count == expected.count else {
      Issue.record("\(name): \(found.count) numbers, expected \(expected.count)", sourceLocation: sourceLocation)
      return
    }
    for (index, (left, right)) in zip(found, expected).enumerated()
    where !(abs(left - right) <= tolerance * max(1, abs(right))) {
      Issue.record(
        "\(name)[\(index)]: found \(left), expected \(right), tolerance \(tolerance)", sourceLocation: sourceLocation)
      return
    }
  }
}
