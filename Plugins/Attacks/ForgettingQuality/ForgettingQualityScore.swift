public import Data
import Engine
import Foundation
public import Unlearning

/// The final score of the NeurIPS 2023 unlearning competition: how well the best of many simple attacks on each forgotten
/// sample tells unlearned from retrained models.
///
/// For sample x with label y the margin is `φ = z_y − log Σ_{k≠y} exp z_k`. Every decision of two families, see
/// `ThresholdDecisions`, says of a model by its margin whether it is of one kind; with its rates FPR and FNR over the
/// models
///
/// `ε(x) = max over decisions of max(0, log((1 − δ − FPR) / FNR), log((1 − δ − FNR) / FPR))`,
///
/// infinite where both rates are 0; decisions with exactly one rate of 0 are left out, as estimates from too few models. A
/// sample has `H = 2^(−⌊ε / ½⌋)` points, none from `⌈ln(N − 1)⌉` on, and the forgetting quality F is the mean of H. The
/// score is `F · RA_U / RA_R · TA_U / TA_R`, accuracies on retained training and test samples, means over the models.
///
/// F depends on the number of models, so that methods are compared with retraining at N/2 + N/2: `_half`, for retrained
/// models half of them against the other half.
///
/// - Source: Triantafillou et al., "Are we making progress in unlearning? Findings from the first NeurIPS unlearning
///   competition", arXiv:2406.09073, and the released metric.py and main.py.
/// - Note: The released code tries thresholds on grids of 100 per unit, which find the same decisions except between
///   margins nearer than that to each other or to a limit.
/// - Note: Margins are those of the logits; the released ones end at about ±104, where float32 has no smaller probability.
/// - Note: In requests of classes TA is that of retained classes.
public struct ForgettingQualityScore: Attack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "forgetting-quality", title: "Forgetting quality (NeurIPS 2023 competition)",
    summary: "Estimates for every forgotten sample the ε by which thresholds of its margin tell a method's models.",
    source: Source(
      authors:
        "Triantafillou, Kairouz, Pedregosa, Hayes, Kurmanji, Zhao, Dumoulin, Jacques Junior, Mitliagkas, Wan, Hosoya, "
        + "Escalera, Dziugaite, Triantafillou, Guyon",
      title: "Are We Making Progress in Unlearning? Findings from the First NeurIPS Unlearning Competition",
      venue: "arXiv 2024", arXiv: "2406.09073", place: "final score, by the released metric.py"))
  /// Predictions of all models of the method, and of retrained ones.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels, .unlearnedModels]
  /// F and the score at N + N models and at half the size, and what F is made of.
  public static let measures = [quality, score, epsilon, separated, halfQuality, halfScore]
  private static let quality = MeasurementKind(
    "forgetting_quality", direction: .higher, reference: .none, spread: .ofBank,
    meaning: "F, the mean over samples of 2^(−⌊ε / ½⌋), at N + N models")
  private static let score = MeasurementKind(
    "score", range: 0...Double.greatestFiniteMagnitude, direction: .higher, reference: .none, spread: .ofBank,
    meaning: "F times the accuracies on retained training and test samples relative to retraining, at N + N models")
  private static let epsilon = MeasurementKind(
    "epsilon", unit: .nats, range: 0...ThresholdDecisions.largestEpsilon, direction: .lower, reference: .none,
    spread: .unknown, meaning: "median of ε over the samples at N + N models, 50 where a decision makes no error")
  private static let separated = MeasurementKind(
    "separated", direction: .lower, reference: .none, spread: .unknown,
    meaning: "fraction of samples without points: their margins tell all N + N models")
  private static let halfQuality = MeasurementKind(
    "forgetting_quality_half", direction: .nearest, spread: .ofBank,
    meaning: "F at N/2 + N/2 models, mean over the splits; for retrained models what exact unlearning has")
  private static let halfScore = MeasurementKind(
    "score_half", range: 0...Double.greatestFiniteMagnitude, direction: .nearest, spread: .ofBank,
    meaning: "the score at N/2 + N/2 models, mean over the splits")
  /// All models of a method are one bank.
  public static let isBankScore = true
  /// Three: ln(2 − 1) leaves no points at all.
  public static let retrainedModelsNeeded = fewestModels
  private static let fewestModels = 3

  /// What its values mean.
  public static let reading = [
    "Each forgotten sample has ε, how surely the best threshold of its margin tells the method's models from retrained "
      + "ones; F gives 1 point below ½, half a point below 1, and so on.",
    "F of exact unlearning is not 1: of a few models the best threshold always finds something (about 0.2 with 4 + 4). Good "
      + "is retrain's value of the same name, forgetting_quality_half, and no value of another size of bank. The "
      + "competition had 512 + 512.",
    "F says nothing of utility, the score does: it multiplies F by both accuracies on retained samples relative to "
      + "retraining.",
    "Every sample is attacked by itself, with thresholds chosen on the models that they are judged by: ε is no bound on what "
      + "other attacks find, nor a guarantee in the sense of differential privacy.",
  ]

  /// The judged samples.
  @Parameter(.judgedPart) public var part = Part.forgetTrain
  /// The δ of ε.
  @Parameter("δ, the probability with which ε may be exceeded", .closed(0, 0.5)) public var delta = 1e-5
  /// The number of random halves of the bank.
  @Parameter(.bankSplits) public var splits = 35

  /// Training samples of the forget set, δ = 1e-5, 35 splits.
  public init() {}

  /// Sample requests have no forget test part.
  public func serves(_ kind: RequestKind) -> Bool { MeasuredParts([part]).serves(kind) }

  /// The judged part and both retained ones must have samples.
  public func obstacle(in cell: CellSizes) -> String? {
    [part, .retainTrain, .retainTest].lazy.compactMap { MeasuredParts([$0]).obstacle(in: cell) }.first
  }

  /// The names that the size of the bank allows.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(Self.measures.dropLast(2).map(\.name)).union(measurementNames(ofRetrainedIn: cell) ?? [])
  }

  /// The values at half the size of the bank.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? {
    (cell.modelCount ?? 0) / 2 >= Self.fewestModels ? [Self.halfQuality.name, Self.halfScore.name] : []
  }

  /// Attacks all models of a method.
  ///
  /// - Throws: `AttackError` with fewer than three models of a kind, without samples, when models saw different samples,
  ///   when logits are not finite, or when no retrained model is right about any retained sample.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let comparison = try evidence.bankComparison(fewestModels: Self.fewestModels)
    let models = evidence.peers.appending(evidence.retrained)
    let margins = try evidence.map(models, on: part) { $0.margins }
    let accuracies = try [Part.retainTrain, .retainTest].map { part in
      try evidence.map(models, on: part) { $0.accuracy ?? 0 }
    }
    func epsilons(_ models: BankComparison.Models) -> [Double] {
      margins[0].indices.map { sample in
        ThresholdDecisions(models.unlearned.map { margins[$0][sample] }, models.retrained.map { margins[$0][sample] })
          .epsilon(delta: delta)
      }
    }
    func qualityAndScore(_ models: BankComparison.Models) throws -> [Double] {
      let quality = Self.points(epsilons(models), models: models.unlearned.count).mean
      let factors = try accuracies.map { accuracies in
        let reference = models.retrained.map { accuracies[$0] }.mean
        guard reference > 0 else {
          throw AttackError.requestNotServed("retrained models have no accuracy that could be compared with")
        }
        return models.unlearned.map { accuracies[$0] }.mean / reference
      }
      return [quality, factors.reduce(quality, *)]
    }
    var values: [MeasuredValue] = []
    if evidence.targetPosition == nil {
      for (kind, value) in zip([Self.quality, Self.score], try comparison.whole(qualityAndScore)) {
        values.append(kind.value(value.value, spread: value.spread))
      }
      let found = epsilons(comparison.all)
      let points = Self.points(found, models: comparison.unlearnedCount)
      values += [
        Self.epsilon.value(found.sorted().percentile(0.5), perSample: found, spread: .unknown),
        Self.separated.value(Double(points.count { $0 == 0 }) / Double(points.count), spread: .unknown),
      ]
    }
    let halves = try comparison.halves(
      comparison.splits(splits, evidence.bankRandom.stream("halves")), qualityAndScore)
    for (kind, value) in zip([Self.halfQuality, Self.halfScore], halves ?? []) {
      values.append(kind.value(value.value, spread: value.spread))
    }
    return values
  }

  /// H of every ε, for so many models of the method.
  package static func points(_ epsilons: [Double], models: Int) -> [Double] {
    let end = log(Double(models - 1)).rounded(.up)
    return epsilons.map { $0 < end ? exp2(-($0 / 0.5).rounded(.down)) : 0 }
  }
}
