import Foundation

/// A two-class support vector machine, fitted by sequential minimal optimization.
///
/// `f(x) = Σ_i c_i·k(x_i, x) + b`, and x is judged positive where `f(x) ≥ 0`. The dual has box constraints
/// `0 ≤ α_i ≤ C`, `c_i = ±α_i`. The value holds its support vectors only, no state of the solver.
///
/// - Source: Chang and Lin, "LIBSVM: a library for support vector machines", ACM TIST 2011, sections 2.1 and 4; C-SVC.
/// - Note: Inputs are not scaled, the stopping tolerance is 1e-3 and shrinking is on, as in scikit-learn's `SVC`, which
///   runs the same solver. Equal support vectors are merged after the fit, so decision values differ from
///   scikit-learn's in the last digits. The fit uses no randomness.
public struct SupportVectorMachine: Sendable, Hashable {
  /// The kernel function k, a similarity of two samples.
  public enum Kernel: Sendable, Hashable {
    /// `k(x, y) = x·y`
    case linear
    /// `k(x, y) = exp(−γ‖x − y‖²)`, γ > 0
    case rbf(gamma: Double)

    /// The median of `k(x, y)` over pairs of different rows; of at most 200 rows at equal distances, all of them if
    /// fewer.
    ///
    /// - Returns: nil with fewer than two rows.
    public func median(over samples: FeatureRows) -> Double? {
      let used = min(samples.count, 200)
      guard used > 1 else { return nil }
      let rows = (0..<used).map { Array(samples[$0 * samples.count / used]) }
      var values: [Double] = []
      for (place, left) in rows.enumerated() {
        for right in rows[..<place] {
          switch self {
          case .linear: values.append(zip(left, right).reduce(0) { $0 + $1.0 * $1.1 })
          case .rbf(let gamma):
            values.append(exp(-gamma * zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }))
          }
        }
      }
      return values.median
    }
  }

  /// The kernel k of the decision function.
  public let kernel: Kernel
  /// The distinct support vectors, `[S, D]`.
  public let supportVectors: FeatureRows
  /// The coefficients c, one per support vector.
  public let coefficients: [Double]
  /// The offset b.
  public let offset: Double
  /// The fraction of fitted samples that are support vectors, duplicates counted separately, in (0, 1].
  ///
  /// A fraction near 1 with classes that do not overlap means that the kernel is too narrow: each sample is similar to
  /// itself only, and far from all of them the sign of the offset decides.
  public let supportShare: Double

  /// Fits a machine that separates `positives` from `negatives`.
  ///
  /// - Parameters:
  ///   - positives: The rows of label 1.
  ///   - negatives: The rows of label −1, with as many features.
  ///   - kernel: The kernel function.
  ///   - cost: C > 0, the penalty of margin violations.
  ///   - tolerance: Largest violation of the optimality conditions at which the solver stops.
  ///   - cacheMegabytes: Memory for rows of the kernel matrix. It changes the time and not the result.
  /// - Throws: `AttackError` when a side is empty or a number is not finite.
  /// - Complexity: Between O(N²·D) and O(N³·D) for N samples.
  public init(
    positives: FeatureRows, negatives: FeatureRows, kernel: Kernel, cost: Double, tolerance: Double = 1e-3,
    cacheMegabytes: Double = 200
  ) throws(AttackError) {
    try requireTwoSides(positives, negatives)
    let solution = try LibSVM.solve(
      positives: positives, negatives: negatives, kernel: kernel, cost: cost, tolerance: tolerance,
      cacheMegabytes: cacheMegabytes)
    self.kernel = kernel
    offset = solution.offset
    supportShare = Double(solution.rows.count) / Double(positives.count + negatives.count)

    // Saturated models give many equal samples; one kernel value each is enough to judge a new sample.
    var places: [ArraySlice<Double>: Int] = [:]
    var vectors: [Double] = []
    var sums: [Double] = []
    for (row, coefficient) in zip(solution.rows, solution.coefficients) {
      let vector = row < negatives.count ? negatives[row] : positives[row - negatives.count]
      if let place = places[vector] {
        sums[place] += coefficient
      } else {
        places[vector] = sums.count
        vectors += vector
        sums.append(coefficient)
      }
    }
    supportVectors = FeatureRows(vectors, width: positives.width)
    coefficients = sums
  }

  /// `f(x)` of every row, in the order of the rows.
  public func decisionValues(_ samples: FeatureRows) -> [Double] {
    precondition(samples.width == supportVectors.width, "fitted to rows of \(supportVectors.width) numbers")
    var known: [ArraySlice<Double>: Double] = [:]
    return (0..<samples.count).map { row in
      let sample = samples[row]
      if let value = known[sample] { return value }
      let value = decisionValue(sample)
      known[sample] = value
      return value
    }
  }

  /// Whether each row is judged positive.
  public func predictions(_ samples: FeatureRows) throws(AttackError) -> [Bool] {
    try samples.requireFinite("features of judged samples")
    return decisionValues(samples).map { $0 >= 0 }
  }

  private func decisionValue(_ sample: ArraySlice<Double>) -> Double {
    let sample = Array(sample)
    let vectors = supportVectors.values
    let width = sample.count
    var sum = 0.0
    for (place, coefficient) in coefficients.enumerated() {
      var total = 0.0
      switch kernel {
      case .linear:
        for column in 0..<width { total += vectors[place * width + column] * sample[column] }
        sum += coefficient * total
      case .rbf(let gamma):
        for column in 0..<width {
          let difference = vectors[place * width + column] - sample[column]
          total += difference * difference
        }
        sum += coefficient * exp(-gamma * total)
      }
    }
    return sum + offset
  }
}
