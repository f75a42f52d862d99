/// Mean, deviations and median of an array.
///
/// Sums run from the first number to the last, so that the same array gives the same bits.
extension [Double] {
  /// Σx / n; NaN for an empty array.
  package var mean: Double { reduce(0, +) / Double(count) }

  /// √(Σ(x − mean)² / (n − 1)), the sample standard deviation; nil below two numbers.
  package var sampleDeviation: Double? {
    count > 1 ? (sumOfSquaredDeviations / Double(count - 1)).squareRoot() : nil
  }

  /// √(Σ(x − mean)² / n), the population standard deviation; NaN for an empty array.
  package var populationDeviation: Double { (sumOfSquaredDeviations / Double(count)).squareRoot() }

  /// The middle number in ascending order, for even n the mean of the middle two; nil for an empty array.
  package var median: Double? {
    let ascending = sorted()
    return isEmpty ? nil : (ascending[(count - 1) / 2] + ascending[count / 2]) / 2
  }

  /// The indices of the numbers from the largest to the smallest, the first ones first among equals.
  package var descendingOrder: [Int] { indices.sorted { self[$0] != self[$1] ? self[$0] > self[$1] : $0 < $1 } }

  /// The quantile of the `fraction` in [0, 1] of these numbers in ascending order, by linear interpolation between two of
  /// them as in NumPy; there must be one.
  package func percentile(_ fraction: Double) -> Double {
    let place = fraction * Double(count - 1)
    let below = Int(place.rounded(.down))
    return self[below] + (place - Double(below)) * (self[Swift.min(below + 1, count - 1)] - self[below])
  }

  private var sumOfSquaredDeviations: Double {
    let mean = mean
    return reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}

extension Array {
  /// The elements; nil where one is missing.
  package func whole<Value>() -> [Value]? where Element == Value? {
    let known = compactMap(\.self)
    return known.count == count ? known : nil
  }
}
