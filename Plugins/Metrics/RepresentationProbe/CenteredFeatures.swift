import Engine
package import Unlearning

/// Features `[N, D]` less their means over the samples, for linear CKA.
package struct CenteredFeatures {
  private let rows: FeatureRows
  /// `‖Xᵀ·X‖`, with the Frobenius norm.
  private let norm: Double

  /// The features of N samples.
  package init(_ features: FeatureRows) {
    let width = features.width
    var means = [Double](repeating: 0, count: width)
    for (place, value) in features.values.enumerated() { means[place % width] += value }
    for column in 0..<width { means[column] /= Double(features.count) }
    let centered = features.values.enumerated().map { $1 - means[$0 % width] }
    rows = FeatureRows(centered, width: width)
    norm = Self.squaredNorm(rows, rows).squareRoot()
  }

  /// Whether all samples have the same features, for which CKA is not defined.
  package var isConstant: Bool { norm == 0 }

  /// Linear CKA with other features of the same samples, in [0, 1]; 0 where either are constant.
  package func alignment(with other: CenteredFeatures) -> Double {
    guard !isConstant, !other.isConstant else { return 0 }
    // Rounding can exceed 1.
    return min(1, Self.squaredNorm(rows, other.rows) / (norm * other.norm))
  }

  /// `‖Xᵀ·Y‖²`.
  private static func squaredNorm(_ x: FeatureRows, _ y: FeatureRows) -> Double {
    Runtime.product(x.values, transposedA: true, y.values, m: x.width, n: y.width, k: x.count)
      .reduce(0) { $0 + $1 * $1 }
  }
}
