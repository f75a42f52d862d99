import Foundation

/// A two-class logistic regression with an L2 penalty, fitted by Newton's method.
///
/// Minimizes `½‖w‖² + C·Σ_i log(1 + exp(−s_i(w·x_i + b)))` with s = 1 for positives and −1 for negatives. The intercept
/// b is not penalized. x is judged positive where `w·x + b > 0`.
///
/// - Source: The objective of scikit-learn's `LogisticRegression` (C = 1, penalty L2), which the membership attack of
///   the NeurIPS 2023 unlearning challenge fits.
/// - Note: The optimum is unique, so Newton's method finds what scikit-learn's lbfgs approaches to its tolerance.
public struct LogisticRegression: Sendable, Hashable {
  /// The weights w, one per feature.
  public let weights: [Double]
  /// The intercept b.
  public let intercept: Double

  /// Fits the regression that separates `positives` from `negatives`.
  ///
  /// - Parameters:
  ///   - positives: The rows of label 1.
  ///   - negatives: The rows of label 0, with as many features.
  ///   - cost: C > 0; the smaller, the stronger the penalty.
  /// - Throws: `AttackError` when a side is empty, a number is not finite, or the optimum is not reached.
  /// - Complexity: O(N·D²) for each of about ten steps.
  public init(positives: FeatureRows, negatives: FeatureRows, cost: Double = 1) throws(AttackError) {
    try requireTwoSides(positives, negatives)
    precondition(cost > 0, "C > 0")
    let problem = Problem(positives: positives, negatives: negatives, cost: cost)
    let solution = try problem.minimum()
    weights = Array(solution.dropLast())
    intercept = solution[solution.count - 1]
  }

  /// `w·x + b` of every row.
  public func decisionValues(_ samples: FeatureRows) -> [Double] {
    precondition(samples.width == weights.count, "fitted to rows of \(weights.count) numbers")
    return (0..<samples.count).map { row in zip(weights, samples[row]).reduce(intercept) { $0 + $1.0 * $1.1 } }
  }

  /// Whether each row is judged positive.
  public func predictions(_ samples: FeatureRows) throws(AttackError) -> [Bool] {
    try samples.requireFinite("features of judged samples")
    return decisionValues(samples).map { $0 > 0 }
  }
}

/// The objective of the regression; its variables are the weights followed by the intercept.
private struct Problem {
  var positives: FeatureRows
  var negatives: FeatureRows
  var cost: Double

  var width: Int { positives.width }

  func minimum() throws(AttackError) -> [Double] {
    var point = [Double](repeating: 0, count: width + 1)
    var value = objective(at: point)
    for _ in 0..<200 {
      let (gradient, hessian) = derivatives(at: point)
      let step = try solveSymmetric(hessian, gradient)
      // The squared length of the step in the metric of the Hessian is twice what a full step can still gain.
      let decrement = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if decrement <= 1e-16 * (1 + abs(value)) { return point }
      var length = 1.0
      var next = point
      var nextValue = value
      repeat {
        next = zip(point, step).map { $0 - length * $1 }
        nextValue = objective(at: next)
        length /= 2
      } while !(nextValue <= value - 1e-4 * 2 * length * decrement) && length > 1e-12
      // Rounding hides any further descent: this is the optimum to the last digits.
      guard nextValue < value else { return point }
      point = next
      value = nextValue
    }
    throw .unsolvable("the logistic regression did not converge in 200 steps")
  }

  private func objective(at point: [Double]) -> Double {
    var sum = 0.0
    forEachSample(at: point) { _, sign, decision in
      let margin = sign * decision
      sum += margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
    }
    return cost * sum + 0.5 * point.dropLast().reduce(0) { $0 + $1 * $1 }
  }

  private func derivatives(at point: [Double]) -> ([Double], [[Double]]) {
    let size = width + 1
    var gradient = [Double](repeating: 0, count: size)
    var hessian = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    forEachSample(at: point) { row, sign, decision in
      let tail = 1 / (1 + exp(sign * decision))
      let slope = -cost * sign * tail
      let curvature = cost * tail * (1 - tail)
      for i in 0..<size {
        let left = i < width ? row[row.startIndex + i] : 1
        gradient[i] += slope * left
        for j in 0...i { hessian[i][j] += curvature * left * (j < width ? row[row.startIndex + j] : 1) }
      }
    }
    for i in 0..<width {
      gradient[i] += point[i]
      hessian[i][i] += 1
    }
    return (gradient, hessian)
  }

  private func forEachSample(at point: [Double], _ body: (ArraySlice<Double>, Double, Double) -> Void) {
    for (samples, sign) in [(negatives, -1.0), (positives, 1.0)] {
      for row in 0..<samples.count {
        let values = samples[row]
        body(values, sign, zip(point, values).reduce(point[width]) { $0 + $1.0 * $1.1 })
      }
    }
  }

  /// Solves `A·x = y` for a positive definite A, of which the lower half is given (Cholesky).
  private func solveSymmetric(_ matrix: [[Double]], _ right: [Double]) throws(AttackError) -> [Double] {
    let size = right.count
    var factor = matrix
    // The curvature of the intercept vanishes when all probabilities saturate; a small constant keeps the step finite.
    factor[size - 1][size - 1] += 1e-12
    for i in 0..<size {
      for j in 0...i {
        let sum = (0..<j).reduce(factor[i][j]) { $0 - factor[i][$1] * factor[j][$1] }
        if i == j {
          guard sum > 0 else { throw .unsolvable("the samples leave the logistic regression undetermined") }
          factor[i][i] = sum.squareRoot()
        } else {
          factor[i][j] = sum / factor[j][j]
        }
      }
    }
    var solution = right
    for i in 0..<size {
      solution[i] = (0..<i).reduce(solution[i]) { $0 - factor[i][$1] * solution[$1] } / factor[i][i]
    }
    for i in (0..<size).reversed() {
      solution[i] = (i + 1..<size).reduce(solution[i]) { $0 - factor[$1][i] * solution[$1] } / factor[i][i]
    }
    return solution
  }
}
