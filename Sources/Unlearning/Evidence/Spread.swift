/// How much a measured value varies between models, where the deviation of the values themselves is no valid estimate.
///
/// Tables print the sample standard deviation over seeds of these numbers. In JSON a pseudo-value is a number,
/// leave-one-out values are a list, the pseudo-values of a bank an object with such a list, and an unknown spread is the
/// word "unknown".
public enum Spread: Sendable, Hashable {
  /// The model's jackknife pseudo-value `n·θ − (n − 1)·θ₍₋ᵢ₎`: θ is the statistic of all n models, θ₍₋ᵢ₎ that of all
  /// but this one.
  ///
  /// Over n models the sample standard deviation of pseudo-values divided by √n is the jackknife's standard error of θ,
  /// as s/√n is that of a mean of independent values.
  /// - Source: Tukey, "Bias and confidence in not quite large samples", Annals of Mathematical Statistics 29, 1958.
  case pseudoValue(Double)
  /// The leave-one-out values, without each retrained model in turn, in their order.
  ///
  /// For a model that is compared with all retrained models: the models of a method share these, so that the deviation
  /// of their values underestimates that of the method's distance. Tables, where all seeds are known, turn them into
  /// pseudo-values by `joint`.
  case withoutEach([Double])
  /// The jackknife pseudo-values of all models of a bank, in the order of its seeds, for a score of the whole bank.
  case pseudoValues([Double])
  /// Not estimable: too few models, or one value that all models share; tables show "—", never 0.
  case unknown

  /// The spread of model `position`'s mean distance from the other models, θ being the mean over all pairs.
  ///
  /// Pairs share models, so that the deviation of the pairs, and that of the means per model, is too small: with three
  /// models the latter is a quarter of the jackknife's.
  /// - Parameters:
  ///   - distances: `[n][n]`, symmetric; the diagonal is not read.
  ///   - position: The model's row in `distances`.
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

  /// The spread of a value that compares one model with all retrained ones.
  ///
  /// - Returns: `withoutEach`; `unknown` for a single retrained model.
  public static func ofComparison<Model>(with retrained: [Model], _ value: ([Model]) -> Double) -> Spread {
    guard retrained.count > 1 else { return .unknown }
    return .withoutEach(
      retrained.indices.map { left in
        var others = retrained
        others.remove(at: left)
        return value(others)
      })
  }

  /// The spreads of a method's values, each of which is a comparison of its model with all retrained ones.
  ///
  /// With θ the mean of `values` the pseudo-value of seed s is `n·θ − (n − 1)·θ₍₋ₛ₎`, where θ₍₋ₛ₎ is the mean without
  /// the method's model and without the retrained model of s.
  /// - Parameters:
  ///   - values: One for each of n seeds.
  ///   - withoutEach: `[n][m]`, for each value its leave-one-out values, m ≥ n.
  ///   - positions: For each value the index of the retrained model of its seed.
  /// - Returns: `unknown` for all below two values or three retrained models, and where two values have one position. With
  ///   m > n there are m pseudo-values, `m·θ − (m − 1)·θ₍₋ₖ₎`, and the numbers for the n seeds are
  ///   those of these seeds, scaled about θ so that their sample standard deviation divided by √n is the standard error
  ///   from all m.
  public static func joint(_ values: [Double], withoutEach: [[Double]], positions: [Int]) -> [Spread] {
    precondition(values.count == withoutEach.count && values.count == positions.count, "a list for each value")
    let count = values.count
    let models = withoutEach.first?.count ?? 0
    guard count > 1, models > 2, withoutEach.allSatisfy({ $0.count == models }), Set(positions).count == count,
      positions.allSatisfy((0..<models).contains)
    else { return values.map { _ in .unknown } }
    guard models == count else {
      let own = Dictionary(uniqueKeysWithValues: zip(positions, values.indices))
      let pseudo = (0..<models).map { left -> Double in
        let others = values.indices.filter { $0 != own[left] }.map { withoutEach[$0][left] }
        return Double(models) * values.mean - Double(models - 1) * others.mean
      }
      let error = (pseudo.sampleDeviation ?? 0) / Double(models).squareRoot()
      return scaled(positions.map { pseudo[$0] }, about: values.mean, standardError: error)
    }
    // n·θ and (n − 1)·θ₍₋ₛ₎ are sums of n and of n − 1 values.
    let total = values.reduce(0, +)
    return values.indices.map { own in
      let others = withoutEach.indices.filter { $0 != own }.map { withoutEach[$0][positions[own]] }
      return .pseudoValue(total - others.reduce(0, +))
    }
  }

  /// Pseudo-values with the deviations of `numbers` from their mean, scaled about `center` so that their sample standard
  /// deviation divided by the root of their count is `standardError`.
  ///
  /// - Returns: `unknown` where the numbers are equal and the standard error is not 0.
  package static func scaled(_ numbers: [Double], about center: Double, standardError: Double) -> [Spread] {
    let deviation = numbers.sampleDeviation ?? 0
    if standardError == 0 { return numbers.map { _ in .pseudoValue(center) } }
    guard deviation > 0 else { return numbers.map { _ in .unknown } }
    let scale = standardError * Double(numbers.count).squareRoot() / deviation
    return numbers.map { .pseudoValue(center + scale * ($0 - numbers.mean)) }
  }

  /// The jackknife pseudo-value of model `position` for a `statistic` of any subset of the models.
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
  private enum CodingKeys: String, CodingKey { case pseudoValues = "pseudo_values" }

  /// Reads a number, a list of numbers, an object with one, or the word "unknown".
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      self = .pseudoValue(value)
    } else if let values = try? container.decode([Double].self) {
      self = .withoutEach(values)
    } else if let object = try? decoder.container(keyedBy: CodingKeys.self) {
      self = .pseudoValues(try object.decode([Double].self, forKey: .pseudoValues))
    } else if try container.decode(String.self) == Self.unknownWord {
      self = .unknown
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a number, a list of numbers, {pseudo_values: list} or 'unknown'")
    }
  }

  /// Writes a number, a list of numbers, an object with one, or the word "unknown".
  public func encode(to encoder: any Encoder) throws {
    if case .pseudoValues(let values) = self {
      var object = encoder.container(keyedBy: CodingKeys.self)
      return try object.encode(values, forKey: .pseudoValues)
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .pseudoValue(let value): try container.encode(value)
    case .withoutEach(let values): try container.encode(values)
    case .pseudoValues: break
    case .unknown: try container.encode(Self.unknownWord)
    }
  }
}
