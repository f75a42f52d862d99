/// What shows how much a value varies from model to model, where that is not the value itself.
///
/// Tables print the sample standard deviation over seeds of these numbers. In JSON a pseudo-value is a number, and a
/// spread that cannot be known is the word "unknown".
public enum Spread: Sendable, Hashable {
  /// The model's jackknife pseudo-value `n·θ − (n − 1)·θ₍₋ᵢ₎`: θ is the statistic of all n models, θ₍₋ᵢ₎ that of all but
  /// this one.
  ///
  /// Over n models the sample standard deviation of pseudo-values divided by √n is the jackknife's standard error of θ, as
  /// s/√n is that of a mean of independent values.
  /// - Source: Tukey, "Bias and confidence in not quite large samples", Annals of Mathematical Statistics 29, 1958.
  case pseudoValue(Double)
  /// Too few models, or one value that all models share: the table shows "—", never 0.
  case unknown

  /// The spread of model `position`'s mean distance from the other models, θ being the mean over all pairs.
  ///
  /// Pairs share models, so that their own deviation, and that of the means per model, says too little: with three models
  /// the latter is a quarter of the jackknife's.
  /// - Parameter distances: `[n][n]`, symmetric; the diagonal is not read.
  /// - Returns: `unknown` below three models.
  public static func ofPairs(_ distances: [[Double]], at position: Int) -> Spread {
    let n = Double(distances.count)
    guard distances.count > 2 else { return .unknown }
    let sums = distances.enumerated().map { row in
      row.element.enumerated().reduce(0) { $1.offset == row.offset ? $0 : $0 + $1.element }
    }
    let total = sums.reduce(0, +) / 2
    return .pseudoValue(2 * total / (n - 1) - 2 * (total - sums[position]) / (n - 2))
  }

  /// The spread of model `position`'s part in a mean over models, `statistic` being computed from any subset of them.
  ///
  /// - Returns: `unknown` below `smallest` + 1 models, the fewest that `statistic` can be computed from without one.
  public static func jackknife<Model>(
    _ models: [Model], at position: Int, smallest: Int = 2, _ statistic: ([Model]) -> Double
  ) -> Spread {
    guard models.count > smallest else { return .unknown }
    var others = models
    others.remove(at: position)
    let n = Double(models.count)
    return .pseudoValue(n * statistic(models) - (n - 1) * statistic(others))
  }
}

extension Spread: Codable {
  private static let unknownWord = "unknown"

  /// Reads a number, or the word "unknown".
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      self = .pseudoValue(value)
    } else if try container.decode(String.self) == Self.unknownWord {
      self = .unknown
    } else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a number or 'unknown'")
    }
  }

  /// Writes a number, or the word "unknown".
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .pseudoValue(let value): try container.encode(value)
    case .unknown: try container.encode(Self.unknownWord)
    }
  }
}
