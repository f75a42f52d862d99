public import Engine

/// The input of a classifier: one row of features per sample, `[N, D]` in double precision.
public struct FeatureRows: Sendable, Hashable {
  /// All N·D numbers, in row-major order.
  public private(set) var values: [Double]
  /// D, the number of features per row.
  public let width: Int

  /// Rows of `width` numbers each, by default one number per row.
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

  /// N, the number of rows.
  public var count: Int { values.count / width }

  /// The D features of sample `row`, counted from 0.
  public subscript(row: Int) -> ArraySlice<Double> { values[row * width..<(row + 1) * width] }

  /// The rows at `rows`, in that order.
  public func selecting(_ rows: some Collection<Int>) -> FeatureRows {
    var selected: [Double] = []
    selected.reserveCapacity(rows.count * width)
    for row in rows { selected += self[row] }
    return FeatureRows(selected, width: width)
  }

  /// Each row divided by its length; rows of zeros remain.
  public var unitRows: FeatureRows {
    var rows = self
    for row in 0..<count {
      let length = self[row].reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { for place in row * width..<(row + 1) * width { rows.values[place] /= length } }
    }
    return rows
  }

  /// The dot product of every row with every row of `other`: `[N, D]`·`[M, D]`ᵀ → `[N, M]`.
  public func products(with other: FeatureRows) -> FeatureRows {
    precondition(width == other.width && other.count > 0, "rows of \(width) and of \(other.width) numbers")
    return FeatureRows(
      Runtime.product(values, other.values, transposedB: true, m: count, n: other.count, k: width), width: other.count)
  }

  /// Throws `AttackError.notFinite` with `name` and the row when a number is infinite or NaN.
  func requireFinite(_ name: String) throws(AttackError) {
    if let place = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(name, row: place / width) }
  }
}

/// Checks that both sides of a two-class problem have rows, all numbers finite.
func requireTwoSides(_ positives: FeatureRows, _ negatives: FeatureRows) throws(AttackError) {
  precondition(positives.width == negatives.width, "rows of \(positives.width) and of \(negatives.width) numbers")
  guard positives.count > 0 else { throw .emptySet("positive samples to fit a classifier to") }
  guard negatives.count > 0 else { throw .emptySet("negative samples to fit a classifier to") }
  try positives.requireFinite("features of positive samples")
  try negatives.requireFinite("features of negative samples")
}
