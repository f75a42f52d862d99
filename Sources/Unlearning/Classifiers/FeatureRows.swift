public import Engine

/// The samples that a classifier reads: rows of numbers `[N, D]` in double precision.
public struct FeatureRows: Sendable, Hashable {
  /// All numbers, row by row.
  public private(set) var values: [Double]
  /// D.
  public let width: Int

  /// Rows of `width` numbers each; one number a row unless told otherwise.
  public init(_ values: [Double], width: Int = 1) {
    precondition(width > 0 && values.count.isMultiple(of: width), "\(values.count) numbers make no rows of \(width)")
    self.values = values
    self.width = width
  }

  /// The rows of a matrix `[N, D]`.
  public init(_ matrix: Tensor) {
    precondition(matrix.shape.count == 2, "a matrix has two dimensions, not \(matrix.shape)")
    self.init(matrix.scalars.map(Double.init), width: matrix.shape[1])
  }

  /// N.
  public var count: Int { values.count / width }

  /// One row.
  public subscript(row: Int) -> ArraySlice<Double> { values[row * width..<(row + 1) * width] }

  /// The rows at `rows`, in that order.
  public func selecting(_ rows: some Collection<Int>) -> FeatureRows {
    var selected: [Double] = []
    selected.reserveCapacity(rows.count * width)
    for row in rows { selected += self[row] }
    return FeatureRows(selected, width: width)
  }

  /// Throws when a number is infinite or NaN.
  func requireFinite(_ name: String) throws(AttackError) {
    if let place = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(name, row: place / width) }
  }
}

/// Checks the two sides of a two-class problem.
func requireTwoSides(_ positives: FeatureRows, _ negatives: FeatureRows) throws(AttackError) {
  precondition(positives.width == negatives.width, "rows of \(positives.width) and of \(negatives.width) numbers")
  guard positives.count > 0 else { throw .emptySet("positive samples to fit a classifier to") }
  guard negatives.count > 0 else { throw .emptySet("negative samples to fit a classifier to") }
  try positives.requireFinite("features of positive samples")
  try negatives.requireFinite("features of negative samples")
}
