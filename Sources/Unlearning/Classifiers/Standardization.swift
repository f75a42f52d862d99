/// Moves and scales every feature so that fitted samples have mean 0 and variance 1.
///
/// `x ↦ (x − μ) / σ` for each of the D features, with μ and σ of the fitted rows alone (σ over N, not N − 1). A feature
/// that is constant on them is only moved. What scikit-learn's `StandardScaler` does.
public struct Standardization: Sendable, Hashable {
  /// μ, one per feature.
  public let means: [Double]
  /// σ, one per feature; 1 for a feature that is constant.
  public let deviations: [Double]

  /// The scaling of all rows of `sides` together.
  ///
  /// - Throws: `AttackError` when there are no rows or a number is not finite.
  public init(fittedTo sides: [FeatureRows]) throws(AttackError) {
    let count = sides.reduce(0) { $0 + $1.count }
    guard let width = sides.first?.width, count > 0 else { throw .emptySet("samples to standardize features by") }
    precondition(sides.allSatisfy { $0.width == width }, "all rows have the same features")
    for side in sides { try side.requireFinite("features of fitted samples") }
    var means = [Double](repeating: 0, count: width)
    var squares = [Double](repeating: 0, count: width)
    for side in sides {
      for (place, value) in side.values.enumerated() { means[place % width] += value }
    }
    for column in 0..<width { means[column] /= Double(count) }
    for side in sides {
      for (place, value) in side.values.enumerated() {
        let difference = value - means[place % width]
        squares[place % width] += difference * difference
      }
    }
    self.means = means
    deviations = zip(squares, means).map { square, mean in
      let deviation = (square / Double(count)).squareRoot()
      // Rounding leaves a trace of variance in a constant feature; dividing by it would blow up judged samples.
      return deviation > 1e-12 * max(1, abs(mean)) ? deviation : 1
    }
  }

  /// The rows, scaled by the fitted μ and σ.
  public func callAsFunction(_ rows: FeatureRows) -> FeatureRows {
    precondition(rows.width == means.count, "fitted to rows of \(means.count) numbers")
    let width = rows.width
    return FeatureRows(
      rows.values.enumerated().map { ($1 - means[$0 % width]) / deviations[$0 % width] }, width: width)
  }
}
