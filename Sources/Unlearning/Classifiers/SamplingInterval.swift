import Foundation

/// A 95 % confidence interval of a value of one model, over the samples that it is made of.
///
/// It says nothing of models of other seeds.
public struct SamplingInterval: Sendable, Codable, Hashable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// An interval between two numbers.
  public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

  private static let level = 0.95
  /// Φ⁻¹(0.975).
  private static let normalQuantile = 1.959963984540054

  /// The exact interval of a proportion, `count` of `total` samples: from the quantile of 2.5 % of
  /// `Beta(count, total − count + 1)` to that of 97.5 % of `Beta(count + 1, total − count)`.
  ///
  /// - Source: Clopper, Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
  ///   Biometrika 26, 1934.
  public init(of count: Int, in total: Int) {
    precondition(total > 0 && (0...total).contains(count), "some of the samples")
    let tail = (1 - Self.level) / 2
    let (found, rest) = (Double(count), Double(total - count))
    low = count == 0 ? 0 : IncompleteBeta(found, rest + 1).quantile(tail)
    high = count == total ? 1 : 1 - IncompleteBeta(rest, found + 1).quantile(tail)
  }

  /// The interval of the area under a ROC curve θ, `θ ± 1.96 √V` within [0, 1].
  ///
  /// With `V₁₀(i)` the weight of negatives below positive i, ties half, as a fraction of all, and `V₀₁(j)` the fraction of
  /// positives above negative j, `V = Σ(V₁₀ − θ)² / (m(m − 1)) + n/(n − 1) Σ w_j²(V₀₁ − θ)² / (Σw)²`.
  ///
  /// - Parameters:
  ///   - positives: Scores of the m samples that should rank higher.
  ///   - negatives: Scores of the others.
  ///   - negativeWeights: Weights w of the negatives; nil for equal weights. Those of weight 0 do not count among the n.
  /// - Returns: nil below two samples on a side, and for sides that do not overlap, whose variance is 0.
  /// - Source: DeLong, DeLong, Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
  ///   characteristic curves", Biometrics 44, 1988; weights by linearization.
  public init?(areaOf positives: [Double], over negatives: [Double], negativeWeights: [Double]? = nil) {
    let weights = negativeWeights ?? [Double](repeating: 1, count: negatives.count)
    let counted = zip(negatives, weights).filter { $0.1 > 0 }
    guard positives.count > 1, counted.count > 1 else { return nil }
    let whole = counted.reduce(0) { $0 + $1.1 }
    let negativeSide = CumulativeWeights(counted)
    let positiveSide = CumulativeWeights(positives.map { ($0, 1) })
    let below = positives.map { negativeSide.below($0) / whole }
    let above = counted.map { 1 - positiveSide.below($0.0) / Double(positives.count) }
    let area = below.mean
    let (m, n) = (Double(positives.count), Double(counted.count))
    let ofPositives = below.reduce(0) { $0 + ($1 - area) * ($1 - area) } / (m * (m - 1))
    let ofNegatives = zip(above, counted).reduce(0) { sum, entry in
      let deviation = entry.1.1 / whole * (entry.0 - area)
      return sum + deviation * deviation
    }
    let variance = ofPositives + n / (n - 1) * ofNegatives
    guard variance > 0 else { return nil }
    let width = Self.normalQuantile * variance.squareRoot()
    self.init(low: max(0, area - width), high: min(1, area + width))
  }
}

/// Scores in ascending order with the sums of their weights.
private struct CumulativeWeights {
  private let scores: [Double]
  /// The weight before each score, and that of all.
  private let sums: [Double]

  init(_ entries: [(Double, Double)]) {
    let ascending = entries.sorted { $0.0 < $1.0 }
    scores = ascending.map(\.0)
    sums = ascending.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.1) }
  }

  /// The weight of the scores below `score`, and half of that of equal ones.
  func below(_ score: Double) -> Double { (sums[place { $0 < score }] + sums[place { $0 <= score }]) / 2 }

  /// The number of the scores, the first ones, for which `isBefore` is true.
  private func place(_ isBefore: (Double) -> Bool) -> Int {
    var (low, high) = (0, scores.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(scores[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The distribution function of the beta distribution, `I_x(a, b)`.
struct IncompleteBeta {
  private let a: Double
  private let b: Double
  /// `log B(a, b)`.
  private let logBeta: Double

  init(_ a: Double, _ b: Double) {
    (self.a, self.b) = (a, b)
    logBeta = lgamma(a) + lgamma(b) - lgamma(a + b)
  }

  /// `I_x(a, b)` by its continued fraction, where that converges fast, and else by `1 − I_{1−x}(b, a)`.
  ///
  /// - Source: DLMF 8.17.22, https://dlmf.nist.gov/8.17, evaluated by Lentz's algorithm.
  func callAsFunction(_ x: Double) -> Double {
    if x <= 0 || x >= 1 { return x <= 0 ? 0 : 1 }
    let factor = exp(a * log(x) + b * log1p(-x) - logBeta)
    return x < (a + 1) / (a + b + 2)
      ? factor * Self.fraction(a, b, x) / a : 1 - factor * Self.fraction(b, a, 1 - x) / b
  }

  /// The x with `I_x(a, b) = p`, by bisection.
  func quantile(_ p: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while true {
      let middle = (low + high) / 2
      guard low < middle, middle < high else { return middle }
      if self(middle) < p { low = middle } else { high = middle }
    }
  }

  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let smallest = 1e-300
    func apartFromZero(_ number: Double) -> Double { abs(number) < smallest ? smallest : number }
    var c = 1.0
    var d = 1 / apartFromZero(1 - (a + b) * x / (a + 1))
    var value = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      var change = 1.0
      for term in [even, odd] {
        d = 1 / apartFromZero(1 + term * d)
        c = apartFromZero(1 + term / c)
        change = c * d
        value *= change
      }
      if abs(change - 1) < 1e-15 { break }
    }
    return value
  }
}
