public import Data

/// What attacks measure that play a `SampleGame`.
extension SampleGame {
  /// The kinds of measurements, in the order of tables; the last two where retained samples are judged.
  public static let measures = [accuracy, area] + rates.map(\.kind) + [retained, distinct]
  private static let accuracy = MeasurementKind(
    "accuracy", direction: .nearest, spread: .ofBank,
    meaning: "balanced accuracy of telling forgotten samples from ones never trained on, by the score's sign")
  private static let area = MeasurementKind(
    "auc", direction: .nearest, spread: .ofBank,
    meaning: "area under the ROC curve, forgotten samples against ones never trained on, mean over the attacked models")
  /// The area for samples that a model was trained on and did not forget.
  public static let retained = MeasurementKind(
    "retained_auc", direction: .nearest, spread: .ofBank,
    meaning: "area under the ROC curve, samples trained on and not forgotten against ones never trained on")
  private static let distinct = MeasurementKind(
    "retained_forgotten_auc", direction: .nearest, spread: .ofBank,
    meaning: "area under the ROC curve, samples trained on and not forgotten against forgotten ones")
  /// The true positive rates, each at a bound of the false positive rate.
  private static let rates = [("10", 0.1), ("1", 0.01), ("01", 0.001)].map { name, bound in
    let kind = MeasurementKind(
      "tpr_at_\(name)_percent_fpr", direction: .nearest, spread: .ofBank,
      meaning: "true positive rate at a false positive rate of at most \(100 * bound) %, mean over the attacked models")
    return (kind: kind, bound: bound)
  }

  /// The results of one attacked model.
  package struct Outcome {
    /// The fraction of forgotten samples with a score above 0.
    package var found: Double
    /// The balanced accuracy, the mean of `found` and of the fraction of the others with a score of at most 0.
    package var accuracy: Double
    /// The area under the ROC curve.
    package var area: Double
    /// At the false positive rates that were asked for.
    package var truePositiveRates: [Double]
    /// The area for retained samples; nil where none is judged.
    package var retainedArea: Double?
    /// The area for retained samples against forgotten ones; nil where none is judged.
    package var distinctArea: Double?
  }

  private static func side(_ status: ShadowBank.Status, _ judged: [JudgedSample]) -> WeightedScores {
    WeightedScores(judged.lazy.filter { $0.status == status }.map { ($0.score, $0.weight) })
  }

  /// The result of an attacked model on the samples whose scores are given; nil without forgotten or without other ones.
  private static func outcome(_ judged: [JudgedSample], rates: [Double]) -> Outcome? {
    let (forgotten, retained, out) = (side(.forgotten, judged), side(.retained, judged), side(.out, judged))
    guard !forgotten.isEmpty, !out.isEmpty else { return nil }
    let found = forgotten.fractionAboveZero
    return Outcome(
      found: found, accuracy: (found + 1 - out.fractionAboveZero) / 2, area: forgotten.area(over: out),
      truePositiveRates: forgotten.truePositiveRates(over: out, atFalsePositiveRates: rates),
      retainedArea: retained.isEmpty ? nil : retained.area(over: out),
      distinctArea: retained.isEmpty ? nil : retained.area(over: forgotten))
  }

  /// The results of the attacked models, and those without each group of samples in turn.
  package struct Outcomes {
    /// For each attacked model the index of its original.
    let originals: [Int]
    let originalCount: Int
    /// Nil for a model without forgotten or without other samples.
    package let whole: [Outcome?]
    let fewer: [[Outcome?]]
    /// The true positive rates at `ROCCurve.rates`, mean over the attacked models.
    let curve: [Double]

    package init(_ game: SampleGame, rates: [Double]) {
      let scores = game.scores()
      originals = game.attacked.map(\.original)
      originalCount = game.originalCount
      whole = scores.map { outcome($0, rates: rates) }
      let curves = scores.map { (side(.forgotten, $0), side(.out, $0)) }.filter { !$0.isEmpty && !$1.isEmpty }
        .map { $0.truePositiveRates(over: $1, atFalsePositiveRates: ROCCurve.rates) }
      curve = ROCCurve.rates.indices.map { rate in curves.map { $0[rate] }.mean }
      let count = BankComparison.groupCount(game.attacked.first?.numbers.count ?? 0)
      fewer = (0..<count).map { group in
        scores.map { judged in outcome(judged.filter { $0.sample % count != group }, rates: rates) }
      }
    }

    /// The mean of a number over the attacked models, nil without any, with its spread over models and samples.
    ///
    /// Scores of one sample share what they are compared with, and scores of one model share the model. With the jackknife
    /// over groups of originals, over groups of samples, and within each model over groups of samples, the variance is
    /// `V_models + V_samples − V_both`, and at least the larger one of the first two. The pseudo-values are those of the
    /// originals, scaled to this variance: intervals that only leave out originals miss chance in 8 to 10 % of cases where
    /// they should in 5 %; ones that fit all distributions without the original, never.
    /// - Source: Cameron, Gelbach, Miller, "Robust inference with multiway clustering", Journal of Business & Economic
    ///   Statistics 29, 2011, for the sum of variances.
    package func estimate(_ number: (Outcome) -> Double?) -> BankComparison.Value? {
      let numbers = whole.map { $0.flatMap(number) }
      guard let value = Self.mean(numbers) else { return nil }
      let groups = BankComparison.groups(originalCount)
      let withoutModels = groups.map { group in
        Self.mean(zip(numbers, originals).map { group.contains($1) ? nil : $0 })
      }
      let withoutSamples = fewer.map { Self.mean($0.map { $0.flatMap(number) }) }
      guard let models = withoutModels.whole(), let samples = withoutSamples.whole(),
        let ofModels = Self.variance(models), let ofSamples = Self.variance(samples)
      else { return (value, .unknown) }
      let within = numbers.indices.compactMap { place in
        fewer.map { $0[place].flatMap(number) }.whole().flatMap(Self.variance)
      }
      let attackedCount = Double(numbers.compactMap(\.self).count)
      let ofBoth = within.reduce(0, +) / (attackedCount * attackedCount)
      let variance = max(ofModels + ofSamples - ofBoth, ofModels, ofSamples)
      let count = Double(groups.count)
      let pseudoValues = models.map { count * value - (count - 1) * $0 }
      guard ofModels > 0 else { return (value, variance == 0 ? .pseudoValues(pseudoValues) : .unknown) }
      let scale = (variance / ofModels).squareRoot()
      return (value, .pseudoValues(pseudoValues.map { value + scale * ($0 - pseudoValues.mean) }))
    }

    private static func mean(_ numbers: [Double?]) -> Double? {
      let known = numbers.compactMap(\.self)
      return known.isEmpty ? nil : known.mean
    }

    /// The jackknife's variance of a statistic, from its values without each of n groups: `(n − 1)/n · Σ(θ₍₋ᵢ₎ − mean)²`.
    private static func variance(_ without: [Double]) -> Double? {
      let count = Double(without.count)
      return without.sampleDeviation.map { $0 * $0 * (count - 1) * (count - 1) / count }
    }
  }

  /// The mean of a number over the attacked models, with its spread; nil without any.
  package func estimate(_ number: (Outcome) -> Double?) -> BankComparison.Value? {
    Outcomes(self, rates: []).estimate(number)
  }

  /// The measurements, each with pseudo-values over originals, see `Outcomes.estimate`.
  ///
  /// - Throws: `AttackError.emptySet` where no attacked model has forgotten and other samples with enough numbers.
  public func measurements() throws(AttackError) -> [MeasuredValue] {
    let outcomes = Outcomes(self, rates: Self.rates.map(\.bound))
    func value(
      _ kind: MeasurementKind, curve: [Double]? = nil, caveat: String? = nil, _ number: (Outcome) -> Double?
    ) -> MeasuredValue? {
      outcomes.estimate(number).map { kind.value($0.value, curve: curve, spread: $0.spread, caveat: caveat) }
    }
    let negatives = Double(attacked.map { model in model.statuses.count { $0 == .out } }.min() ?? 0)
    let measured =
      [value(Self.accuracy, \.accuracy), value(Self.area, curve: outcomes.curve, \.area)]
      + Self.rates.enumerated().map { place, rate in
        let few = "so few samples have no false positive rate between 0 and \(100 * rate.bound) %"
        return value(rate.kind, caveat: rate.bound * negatives >= 1 ? nil : few) { $0.truePositiveRates[place] }
      } + [value(Self.retained, \.retainedArea), value(Self.distinct, \.distinctArea)]
    guard measured[0] != nil else {
      throw .emptySet("samples with \(Self.fewestNumbers + 1) shadow models that forgot them and others without them")
    }
    return measured.compactMap(\.self)
  }
}

extension SampleGame {
  /// The measurement of a `ShadowBank.retainedGame`; none where no sample has enough models.
  public func retainedMeasurements() -> [MeasuredValue] {
    estimate(\.area).map { [Self.retained.value($0.value, spread: $0.spread)] } ?? []
  }
}

extension ShadowBank {
  /// The game that asks of a model whether it was trained on a sample and did not forget it, or was never trained on it,
  /// with unlearned models that retained the sample in place of those that forgot it.
  ///
  /// - Parameters:
  ///   - numbers: `[unlearned][N]`.
  ///   - attacked: The judged models, see `attacked`.
  ///   - second: Models that were never trained on the sample.
  ///   - score: What is above 0 for "trained on".
  public func retainedGame(
    _ numbers: [[Double]], _ attacked: [SampleGame.Attacked], against second: SampleGame.Side,
    score: @escaping SampleGame.Score
  ) -> SampleGame {
    // A game judges forgotten samples, and those retained where it is asked to: exchanged, the forgotten ones are left out.
    let exchanged = attacked.map { model in
      let statuses = model.statuses.map { $0 == .retained ? Status.forgotten : $0 == .forgotten ? .retained : .out }
      return SampleGame.Attacked(original: model.original, numbers: model.numbers, statuses: statuses)
    }
    return SampleGame(
      first: unlearned(numbers, .retained), second: second, attacked: exchanged, originalCount: originals.count,
      judgesRetained: false, score: score)
  }
}

/// An attack that plays a `SampleGame`: it says how a sample is scored, the rest follows.
public protocol SampleAttack: Attack {
  /// Whether it judges samples, too, that a model was trained on and did not forget.
  static var judgesRetained: Bool { get }

  /// The game on the shadow models, which are those of `evidence`.
  func game(_ shadows: ShadowBank, _ evidence: Evidence) throws -> SampleGame
}

extension SampleAttack {
  /// Shadow models of random halves.
  public static var reads: Set<EvidenceKind> { [.shadowModels] }

  /// All models of a method are one bank.
  public static var isBankScore: Bool { true }

  /// Accuracy, AUC and rates; the areas of retained samples where they are judged.
  public static var measures: [MeasurementKind] {
    judgesRetained ? SampleGame.measures : SampleGame.measures.dropLast(2)
  }

  /// A random half of the training set has no class that was never trained on.
  public func serves(_ kind: RequestKind) -> Bool { kind == .samples }

  /// Attacks all models of a method.
  ///
  /// - Throws: `AttackError` without shadow models, when models saw different samples, when logits are not finite, or when
  ///   there are too few models for any sample.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    try game(try evidence.requiredShadows(), evidence).measurements()
  }
}
