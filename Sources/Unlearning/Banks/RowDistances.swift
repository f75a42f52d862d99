public import Engine

/// Rows of one length in double precision, and the mean Euclidean distances between two sets of them.
public struct DistanceRows: Sendable {
  private let values: [Double]
  private let width: Int
  /// The number of rows.
  public let count: Int

  /// The rows of `tensor`, `[N, K]`.
  public init(_ tensor: Tensor) {
    values = tensor.scalars.map(Double.init)
    (count, width) = (tensor.shape[0], tensor.shape[1])
  }

  /// For each row x of these, the mean of `‖x − y‖` over the rows y of `others`.
  public func meanDistances(to others: DistanceRows) -> [Double] {
    precondition(width == others.width && others.count > 0, "rows of one length")
    return (0..<count).map { row in
      var sum = 0.0
      for other in 0..<others.count { sum += distance(row, others, other) }
      return sum / Double(others.count)
    }
  }

  /// The mean of `‖x − x′‖` over pairs of different rows; 0 for a single row.
  public var meanPairDistance: Double {
    guard count > 1 else { return 0 }
    var sum = 0.0
    for first in 0..<count { for second in 0..<first { sum += distance(first, self, second) } }
    return 2 * sum / Double(count * (count - 1))
  }

  private func distance(_ row: Int, _ others: DistanceRows, _ other: Int) -> Double {
    var sum = 0.0
    for column in 0..<width {
      let difference = values[row * width + column] - others.values[other * width + column]
      sum += difference * difference
    }
    return sum.squareRoot()
  }
}
