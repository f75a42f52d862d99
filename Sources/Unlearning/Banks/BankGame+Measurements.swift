public import Data
public import Engine

/// What attacks measure that play a `BankGame`.
extension BankGame {
  /// The kinds of measurements, in the order of tables.
  public static let measures = [
    accuracy, bestAccuracy, area, lowRate, lowestRate, deviation, significance, halfAccuracy, halfArea,
  ]
  private static let accuracy = MeasurementKind(
    "accuracy", direction: .lower, reference: .none, spread: .ofBank,
    meaning:
      "balanced accuracy of telling unlearned from retrained models by the score's sign, at N + N models; 0.5 is chance"
  )
  private static let bestAccuracy = MeasurementKind(
    "best_accuracy", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "the same by the best threshold for each attacked model, which is a little above 0.5 by chance")
  private static let area = MeasurementKind(
    "auc", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "area under the ROC curve at N + N models; 0.5 is chance")
  private static let lowRate = MeasurementKind(
    "tpr_at_1_percent_fpr", direction: .lower, reference: .none, spread: .unknown,
    meaning: "true positive rate at a false positive rate of 1 %, mean over the attacked models")
  private static let lowestRate = MeasurementKind(
    "tpr_at_01_percent_fpr", direction: .lower, reference: .none, spread: .unknown,
    meaning: "true positive rate at a false positive rate of 0.1 %, mean over the attacked models")
  private static let deviation = MeasurementKind(
    "fold_deviation", direction: .lower, reference: .none, spread: .unknown,
    meaning: "sample standard deviation of the accuracy over the attacked models")
  private static let significance = MeasurementKind(
    "p", direction: .higher, reference: .none, spread: .unknown,
    meaning: "p-value of the mean posterior of the right side, by random exchanges of unlearned and retrained models")
  private static let halfAccuracy = MeasurementKind(
    "accuracy_half", direction: .nearest, spread: .ofBank,
    meaning:
      "balanced accuracy at N/2 models of one half of the seeds and N/2 retrained ones of the other, mean over splits")
  private static let halfArea = MeasurementKind(
    "auc_half", direction: .nearest, spread: .unknown,
    meaning: "area under the ROC curve at N/2 models of one half of the seeds and N/2 retrained ones of the other")

  /// The false positive rates of `lowRate` and `lowestRate`.
  private static let rates = [0.01, 0.001]

  /// The number of random computations.
  public struct Effort: Sendable {
    /// The most splits of the seeds into halves.
    public var splits: Int
    /// The number of random exchanges of models for the p-value; 0 for none.
    public var permutations: Int

    /// A number of splits, and of permutations.
    public init(splits: Int, permutations: Int) { (self.splits, self.permutations) = (splits, permutations) }
  }

  /// The names that a cell of these sizes has; without halves below twice the fewest models.
  public static func names(in cell: CellSizes, ofRetrained: Bool = false, effort: Effort) -> Set<String> {
    let halves = (cell.modelCount ?? 0) / 2 >= fewestModels
    let names = (ofRetrained ? [] : measures.dropLast(2)) + (halves ? measures.suffix(2) : [])
    return Set(names.map(\.name)).subtracting(effort.permutations == 0 ? [significance.name] : [])
  }

  /// The measurements of the method's models.
  ///
  /// - Parameters:
  ///   - isRetrained: Whether the method's models are the retrained ones themselves, which have the values at half the
  ///     size alone.
  ///   - effort: The number of splits and exchanges.
  ///   - random: The source of splits and exchanges.
  ///   - signCaveat: Why the sign of a score says little; nil for log-likelihood ratios.
  /// - Throws: What the preparation of folds throws.
  public func measurements(isRetrained: Bool, effort: Effort, random: RandomSource, signCaveat: String? = nil) throws
    -> [MeasuredValue]
  {
    (isRetrained ? [] : try wholeMeasurements(effort, random, signCaveat))
      + (try halfMeasurements(comparison.splits(effort.splits, random.stream("halves"))))
  }

  private func wholeMeasurements(_ effort: Effort, _ random: RandomSource, _ signCaveat: String?) throws
    -> [MeasuredValue]
  {
    let values = try comparison.whole { models in
      let outcomes = try outcomes(models, rates: Self.rates)
      return [outcomes.map(\.accuracy).mean, outcomes.map(\.bestAccuracy).mean, outcomes.map(\.area).mean]
        + Self.rates.indices.map { rate in outcomes.map { $0.truePositiveRates[rate] }.mean }
    }
    let kinds = [Self.accuracy, Self.bestAccuracy, Self.area, Self.lowRate, Self.lowestRate]
    let few = Self.rates.map { rate -> String? in
      rate * Double(sampleCount) >= 1
        ? nil : "so few samples have no false positive rate between 0 and \(100 * rate) %"
    }
    let curves = try outcomes(rates: ROCCurve.rates).map(\.truePositiveRates)
    let curve = ROCCurve.rates.indices.map { rate in curves.map { $0[rate] }.mean }
    // Rates at a threshold of the negatives' tail are no smooth function of the models, so a jackknife fails for them.
    var measured = zip(zip(kinds, values), [signCaveat, nil, nil] + few).map { value, caveat in
      value.0.value(
        value.1.value, curve: value.0 == Self.area ? curve : nil,
        spread: value.0.spread == .ofBank ? value.1.spread : .unknown, caveat: caveat)
    }
    measured.append(Self.deviation.value(try accuracies().sampleDeviation ?? 0, spread: .unknown))
    if effort.permutations > 0 {
      // The accuracy would have no power: where both kinds are far apart, every exchange that leaves a majority of
      // unlearned models on one side has an accuracy near 1, since they are still nearer to each other.
      let (p, caveat) = try comparison.permutationTest(
        effort.permutations, random.stream("exchanges"), meanPosterior)
      measured.append(Self.significance.value(p, spread: .unknown, caveat: caveat))
    }
    return measured
  }

  private func halfMeasurements(_ splits: [Models]) throws -> [MeasuredValue] {
    guard let accuracy = try comparison.halves(splits, { [try accuracies($0).mean] })?.first else { return [] }
    let areas = try splits.map { try outcomes($0).map(\.area).mean }
    return [
      Self.halfAccuracy.value(accuracy.value, spread: accuracy.spread),
      Self.halfArea.value(areas.mean, spread: .unknown),
    ]
  }
}

/// An attack that plays a `BankGame`: it says how two held-out models are scored, the rest follows.
public protocol BankAttack: Attack {
  /// The part whose samples are judged.
  var part: Part { get }
  /// The number of splits and exchanges.
  var effort: BankGame.Effort { get }

  /// Why the sign of a score says little; nil, the default, for log-likelihood ratios.
  var signCaveat: String? { get }

  /// The game on the models of `evidence`, of which there are enough.
  func game(_ evidence: Evidence) throws -> BankGame
}

extension BankAttack {
  /// Scores are log-likelihood ratios.
  public var signCaveat: String? { nil }

  /// All models of a method are one bank.
  public static var isBankScore: Bool { true }

  /// Accuracy, AUC and rates at N + N models, and accuracy and AUC at half the size, where retrained models have them.
  public static var measures: [MeasurementKind] { BankGame.measures }

  /// Three: two others have a standard deviation.
  public static var retrainedModelsNeeded: Int { BankGame.fewestModels }

  /// Sample requests have no forget test part.
  public func serves(_ kind: RequestKind) -> Bool { MeasuredParts([part]).serves(kind) }

  /// The judged part must have samples.
  public func obstacle(in cell: CellSizes) -> String? { MeasuredParts([part]).obstacle(in: cell) }

  /// The names that the size of the bank allows.
  public func measurementNames(in cell: CellSizes) -> Set<String>? { BankGame.names(in: cell, effort: effort) }

  /// The values at half the size of the bank.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? {
    BankGame.names(in: cell, ofRetrained: true, effort: effort)
  }

  /// Attacks all models of a method.
  ///
  /// - Throws: `AttackError` with fewer than three models of a kind, without samples, when models saw different samples,
  ///   or when logits are not finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    _ = try evidence.bankComparison(fewestModels: BankGame.fewestModels)
    return try game(evidence).measurements(
      isRetrained: evidence.targetPosition != nil, effort: effort, random: evidence.bankRandom,
      signCaveat: signCaveat)
  }
}
