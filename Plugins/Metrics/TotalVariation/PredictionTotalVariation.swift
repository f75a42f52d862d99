public import Data
import Engine
public import Unlearning

/// The mean total variation distance between a model's predictions and those of retrained models.
///
/// `TV(p, q) = ½ Σ_k |p_k − q_k|`, in [0, 1], over all K classes. With retrained models `R_1 … R_m` the measurement of
/// a part is, by `against`:
///
/// - `each`: `mean_j mean_x TV(p_U(·|x), p_{R_j}(·|x))`
/// - `mean`: `mean_x TV(p_U(·|x), mean_j p_{R_j}(·|x))`
/// - `distribution`: `mean_j TV(mean_x p_U(·|x), mean_x p_{R_j}(·|x))`
///
/// A retrained model is compared with the others: its value is the floor, the variation between independent trainings;
/// the excess of an unlearned model above it is its leak. Spreads are jackknives over models, see
/// `PredictionComparison`.
///
/// A value at the floor is no certificate: predictions without variation between seeds are favored, and a constant
/// prediction can be below the floor. Both baselines are therefore reported; `energy-gap` is the distance between
/// distributions of models. Measurements are named by their part: `total-variation.forget_test`.
///
/// - Source: Wang, Ebrahimpour-Boroojeny, Sundaram, "On the necessity of output distribution reweighting for effective
///   class unlearning", arXiv:2506.20893 (v1).
/// - Note: The paper states a metric "based on the total variation distance of the prediction probabilities". Means
///   over samples and pairs of models, the part and the floor are not stated in the paper; chosen.
public struct PredictionTotalVariation: Metric {
  /// How a model is compared with the retrained models.
  public typealias Against = PredictionComparison.Against

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "total-variation", title: "Total variation of predictions",
    summary: "Mean total variation distance between the predictions of a model and those of retrained models.",
    source: Source(
      authors: "Wang, Ebrahimpour-Boroojeny, Sundaram",
      title: "On the Necessity of Output Distribution Reweighting for Effective Class Unlearning",
      venue: "arXiv 2025 (v1)", arXiv: "2506.20893", place: "TV metric; aggregation chosen"), version: 4)
  /// Predictions of the measured and of retrained models.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels]
  /// One kind per part; its reference is the floor between retrained models.
  public static let measures = [distance]
  private static let distance = MeasurementKind(
    "<part>", direction: .lower, spread: .ofComparison,
    meaning: "mean total variation distance from the predictions of retrained models")
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2

  /// A constant prediction and the mean of the retrained models.
  public static let baselines = Baseline.allCases

  /// The parts to measure, one measurement each.
  @Parameter("parts of the data; a measurement for each") public var parts: [Part] = [.forgetTest]
  /// How a model is compared with the retrained models.
  @Parameter("comparison with each retrained model, with their mean prediction, or of means over the samples")
  public var against = Against.each

  /// `each` on forget test: per sample and pair of models.
  public init() {}

  /// Rejects an empty list of parts and repeated parts.
  public func validate() throws(ParameterError) { try ParameterError.checkNames(parts, of: "parts", each: "part") }

  private var measuredParts: MeasuredParts { MeasuredParts(parts) }

  /// Sample requests have no forget test part, so they are excluded where `parts` names it.
  public func serves(_ kind: RequestKind) -> Bool { measuredParts.serves(kind) }

  /// At least one of the parts must have samples.
  public func obstacle(in cell: CellSizes) -> String? { measuredParts.obstacle(in: cell) }

  /// The names for the parts that have samples.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(measuredParts.present(in: cell).map { Self.distance.named($0.rawValue).name })
  }

  private var comparison: PredictionComparison { PredictionComparison(against: against, totalVariation) }

  /// Measures one model; one measurement per part that has samples.
  ///
  /// - Throws: `AttackError` when there is no other retrained model, no part has samples, models saw different samples,
  ///   or logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    try measuredParts.required(in: evidence.target, of: Self.card.name).map { part in
      try comparison.value(Self.distance.named(part.rawValue), evidence, on: part)
    }
  }

  /// Measures a baseline against the retrained model of one seed.
  ///
  /// - Throws: `AttackError` when there are fewer than two retrained models, or as for a model.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] {
    try measuredParts.present(in: evidence.target).map { part in
      let (models, position) = try evidence.retrainedProbabilities(on: part)
      return comparison.value(Self.distance.named(part.rawValue), of: baseline, among: models, at: position)
    }
  }
}
