import Foundation

/// One number of every model for every sample, such as a margin, from which per-sample distributions over models are
/// fitted.
public struct SampleTable: Sendable {
  /// `[models][N]`, less the mean of each sample over all models, which no likelihood ratio depends on: differences of
  /// large sums would lose digits.
  let rows: [[Double]]
  /// The subtracted mean of each sample.
  let means: [Double]

  /// A table of the `numbers` `[models][N]`.
  public init(_ numbers: [[Double]]) {
    precondition(Set(numbers.map(\.count)).count <= 1, "a number of each model for each sample")
    let count = numbers.first?.count ?? 0
    var sums = [Double](repeating: 0, count: count)
    for row in numbers { for sample in 0..<count { sums[sample] += row[sample] } }
    let means = sums.map { $0 / Double(max(1, numbers.count)) }
    rows = numbers.map { row in (0..<count).map { row[$0] - means[$0] } }
    self.means = means
  }

  /// N.
  public var sampleCount: Int { rows.first?.count ?? 0 }
  /// The number of models.
  public var modelCount: Int { rows.count }
}

/// Sums over some models of a table, from which the mean and deviation of all but one of them follow at once.
public struct SampleMoments: Sendable {
  private let table: SampleTable
  private let count: Int
  private let sums: [Double]
  private let squares: [Double]

  /// The smallest standard deviation of a fitted normal distribution, in natural logarithms of odds.
  public static let smallestDeviation = 1e-6

  /// The moments of `models` of `table`.
  public init(_ table: SampleTable, models: [Int]) {
    var sums = [Double](repeating: 0, count: table.sampleCount)
    var squares = sums
    for model in models {
      let row = table.rows[model]
      for sample in row.indices {
        sums[sample] += row[sample]
        squares[sample] += row[sample] * row[sample]
      }
    }
    (self.table, self.sums, self.squares, count) = (table, sums, squares, models.count)
  }

  /// The mean and the sample standard deviation, at least `smallestDeviation`, of each sample over the models without
  /// `left`, one of them; nil leaves out none.
  ///
  /// - Parameter visit: Receives the sample, the mean and the standard deviation.
  @inline(__always)
  func forEach(without left: Int?, _ visit: (_ sample: Int, _ mean: Double, _ deviation: Double) -> Void) {
    let n = Double(count - (left == nil ? 0 : 1))
    let row = left.map { table.rows[$0] }
    for sample in sums.indices {
      let own = row?[sample] ?? 0
      let sum = sums[sample] - own
      let variance = max(0, squares[sample] - own * own - sum * sum / n) / (n - 1)
      visit(sample, sum / n, max(variance.squareRoot(), Self.smallestDeviation))
    }
  }
}

extension SampleTable {
  /// The log-likelihood ratios of the numbers of some models under two normal distributions of each sample.
  ///
  /// `log N(φ; μ₁, σ₁) − log N(φ; μ₂, σ₂)` in natural logarithms.
  /// - Parameters:
  ///   - models: The models whose numbers φ are judged.
  ///   - first: The models of the first distribution, without the model at the second place.
  ///   - second: The models of the second distribution, likewise.
  public func logRatios(
    of models: [Int], _ first: (moments: SampleMoments, without: Int?),
    _ second: (moments: SampleMoments, without: Int?)
  ) -> [[Double]] {
    var (meansOfSecond, deviations) = (
      [Double](repeating: 0, count: sampleCount), [Double](repeating: 0, count: sampleCount)
    )
    second.moments.forEach(without: second.without) { sample, mean, deviation in
      meansOfSecond[sample] = mean
      deviations[sample] = deviation
    }
    var ratios = models.map { _ in [Double](repeating: 0, count: sampleCount) }
    first.moments.forEach(without: first.without) { sample, mean, deviation in
      let scale = log(deviations[sample] / deviation)
      for (place, model) in models.enumerated() {
        let own = (rows[model][sample] - mean) / deviation
        let other = (rows[model][sample] - meansOfSecond[sample]) / deviations[sample]
        ratios[place][sample] = scale - 0.5 * (own * own - other * other)
      }
    }
    return ratios
  }
}
