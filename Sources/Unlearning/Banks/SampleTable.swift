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
  public var sampleCount: Int { means.count }
  /// The number of models.
  public var modelCount: Int { rows.count }

  /// The log-likelihood ratio of the numbers of each of `models` under two normal distributions of each sample,
  /// `log N(φ; μ₁, σ₁) − log N(φ; μ₂, σ₂)` in natural logarithms.
  public func logRatios(of models: [Int], _ first: NormalFits, _ second: NormalFits) -> [[Double]] {
    let logs = zip(first.deviations, second.deviations).map { log($1 / $0) }
    return models.map { model in
      let row = rows[model]
      return row.indices.map { sample in
        let own = (row[sample] - first.centers[sample]) / first.deviations[sample]
        let other = (row[sample] - second.centers[sample]) / second.deviations[sample]
        return logs[sample] - 0.5 * (own * own - other * other)
      }
    }
  }

  /// The standardized distance of the numbers of `model` from the centers of `fits`, `(φ − μ) / σ`.
  public func distances(of model: Int, from fits: NormalFits) -> [Double] {
    rows[model].indices.map { (rows[model][$0] - fits.centers[$0]) / fits.deviations[$0] }
  }

  /// `−log N(φ; μ, σ)` of the numbers of `model`, in natural logarithms.
  public func negativeLogDensities(of model: Int, _ fits: NormalFits) -> [Double] {
    zip(distances(of: model, from: fits), fits.deviations).map { distance, deviation in
      0.5 * distance * distance + log(deviation * (2 * Double.pi).squareRoot())
    }
  }

  /// The logarithm of the ratio of two densities at the numbers of `model`, each by a Gaussian kernel over the numbers of
  /// some models for the same sample: `log (1/n) Σ_j exp(−(φ − φ_j)² / 2h²) − log (1/m) Σ_l exp(−(φ − φ_l)² / 2h²)`.
  public func logDensityRatios(of model: Int, _ first: [Int], _ second: [Int], bandwidth: Double) -> [Double] {
    func logMean(_ models: [Int], _ sample: Int) -> Double {
      models.map { rows[$0][sample] }.logKernelMean(at: rows[model][sample], bandwidth: bandwidth)
    }
    return (0..<sampleCount).map { logMean(first, $0) - logMean(second, $0) }
  }

  /// The table of some samples, in that order.
  public func selecting(_ samples: [Int]) -> SampleTable {
    SampleTable(rows.map { row in samples.map { row[$0] + means[$0] } })
  }
}

extension [Double] {
  /// `log (1/n) Σ_j exp(−(x − x_j)² / 2h²)` at x = `number` over these n numbers, with h = `bandwidth`, in natural
  /// logarithms.
  public func logKernelMean(at number: Double, bandwidth: Double) -> Double {
    let scale = -0.5 / (bandwidth * bandwidth)
    var largest = -Double.infinity
    for other in self { largest = Swift.max(largest, scale * (number - other) * (number - other)) }
    var sum = 0.0
    for other in self { sum += exp(scale * (number - other) * (number - other) - largest) }
    return largest + log(sum / Double(count))
  }
}

/// A normal distribution, fitted to the numbers of several models for one sample.
public struct NormalFit: Sendable {
  /// The center of the distribution.
  public var center: Double
  /// The standard deviation, at least `SampleFits.smallestDeviation`.
  public var deviation: Double

  /// A distribution about the mean of some numbers, at least two, with their sample standard deviation (n − 1).
  public init(meanOf numbers: [Double]) {
    center = numbers.mean
    deviation = Swift.max(numbers.sampleDeviation ?? 0, SampleFits.smallestDeviation)
  }

  /// A distribution about the median of `ascending` numbers, with their population standard deviation (n).
  public init(medianOf ascending: [Double]) {
    center = (ascending[(ascending.count - 1) / 2] + ascending[ascending.count / 2]) / 2
    deviation = Swift.max(ascending.populationDeviation, SampleFits.smallestDeviation)
  }

  /// `(x − μ) / σ`.
  public func distance(of number: Double) -> Double { (number - center) / deviation }

  /// `log N(x; μ, σ)` less that of `other`, in natural logarithms.
  public func logRatio(at number: Double, to other: NormalFit) -> Double {
    let (own, far) = (distance(of: number), other.distance(of: number))
    return log(other.deviation / deviation) - 0.5 * (own * own - far * far)
  }

  /// `−log N(x; μ, σ)`, in natural logarithms.
  public func negativeLogDensity(at number: Double) -> Double {
    0.5 * distance(of: number) * distance(of: number) + log(deviation * (2 * Double.pi).squareRoot())
  }
}

/// A normal distribution for each sample.
public struct NormalFits: Sendable {
  /// The center of each sample's distribution, less the table's mean of the sample.
  public var centers: [Double]
  /// The standard deviation of each sample's distribution.
  public var deviations: [Double]
}

/// Normal distributions of each sample over some models of a table, from which those without one model follow at once.
public struct SampleFits: Sendable {
  /// The center of a distribution.
  public enum Center: Sendable {
    case mean, median
  }

  private let table: SampleTable
  private let count: Int
  private let sums: [Double]
  private let squares: [Double]
  /// `[N · count]`, the numbers of each sample in ascending order; nil for means.
  private let ascending: [Double]?
  private let isSample: Bool

  /// The smallest standard deviation of a distribution, in the unit of the numbers.
  public static let smallestDeviation = 1e-6

  /// Distributions over some models of a table.
  ///
  /// - Parameters:
  ///   - table: The numbers.
  ///   - models: The models, by their rows.
  ///   - center: The center of each distribution.
  ///   - isSample: Whether a standard deviation is that of a sample (n − 1) or of the population (n).
  public init(_ table: SampleTable, models: [Int], center: Center = .mean, isSample: Bool = true) {
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
    self.isSample = isSample
    ascending =
      center == .mean
      ? nil : (0..<table.sampleCount).flatMap { sample in models.map { table.rows[$0][sample] }.sorted() }
  }

  /// The distributions without the model `left`, one of the models; nil leaves out none.
  public func fits(without left: Int?) -> NormalFits {
    let n = Double(count - (left == nil ? 0 : 1))
    let row = left.map { table.rows[$0] }
    var fits = NormalFits(centers: sums, deviations: sums)
    for sample in sums.indices {
      let own = row?[sample] ?? 0
      let sum = sums[sample] - own
      let squaredDeviations = max(0, squares[sample] - own * own - sum * sum / n)
      fits.deviations[sample] = max(
        (squaredDeviations / (isSample ? n - 1 : n)).squareRoot(), Self.smallestDeviation)
      fits.centers[sample] = ascending.map { median(of: sample, in: $0, without: row?[sample]) } ?? sum / n
    }
    return fits
  }

  /// The median of a sample's numbers without one that is `left`.
  private func median(of sample: Int, in ascending: [Double], without left: Double?) -> Double {
    let numbers = ascending[(sample * count)..<((sample + 1) * count)]
    let gap = left.flatMap { numbers.firstIndex(of: $0) } ?? numbers.endIndex
    let rest = count - (left == nil ? 0 : 1)
    func number(_ place: Int) -> Double {
      let index = numbers.startIndex + place
      return numbers[index < gap ? index : index + 1]
    }
    return (number((rest - 1) / 2) + number(rest / 2)) / 2
  }

  /// One standard deviation for all samples and models, of the numbers themselves: those of a sample deviate from the
  /// others', too.
  public func overallDeviation(_ models: [Int]) -> Double {
    let numbers = models.flatMap { model in zip(table.rows[model], table.means).map { $0 + $1 } }
    return max(numbers.populationDeviation, Self.smallestDeviation)
  }
}
