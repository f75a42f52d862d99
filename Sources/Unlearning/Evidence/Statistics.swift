/// Statistics of a few numbers.
///
/// Sums go from the first number to the last: the same numbers in the same order give the same bits.
extension [Double] {
  /// Σx / n; not a number where there is none.
  package var mean: Double { reduce(0, +) / Double(count) }

  /// √(Σ(x − mean)² / (n − 1)), how much the numbers of a larger population vary; nil below two numbers.
  package var sampleDeviation: Double? {
    count > 1 ? (sumOfSquaredDeviations / Double(count - 1)).squareRoot() : nil
  }

  /// √(Σ(x − mean)² / n), how much these numbers vary; not a number where there is none.
  package var populationDeviation: Double { (sumOfSquaredDeviations / Double(count)).squareRoot() }

  /// The middle number in ascending order, the mean of the middle two where their number is even; nil where there is none.
  package var median: Double? {
    let ascending = sorted()
    return isEmpty ? nil : (ascending[(count - 1) / 2] + ascending[count / 2]) / 2
  }

  private var sumOfSquaredDeviations: Double {
    let mean = mean
    return reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
