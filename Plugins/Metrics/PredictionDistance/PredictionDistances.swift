public import Data
import Engine
import Foundation
public import Unlearning

/// Distances of a model's predictions from those of retrained models, other than their total variation.
///
/// With the probabilities p of the model, q_j of the retrained model R_j and their mean q over j, the measurements of
/// a part are:
///
/// - `<part>_js`: `mean_j mean_x ½ KL(p‖m) + ½ KL(q_j‖m)`, m = (p + q_j)/2: the Jensen-Shannon divergence with natural
///   logarithms, summed over classes, at most ln 2
/// - `<part>_l2`: `mean_j mean_x ‖p − q_j‖₂`, the activation distance, at most √2
/// - `<part>_agreement`: the mean over j of the fraction of samples for which both predict the same class
/// - `<part>_mean_tv`: `mean_x ½ Σ_k |p_k − q_k|`, the total variation distance from the mean retrained prediction
/// - `<part>_class_tv`: `mean_j ½ Σ_k |mean_x p_k − mean_x q_{j,k}|`: how much the part is predicted as other classes than
///   by retrained models, whatever the sample
///
/// A retrained model is compared with the others, which gives the floor; spreads are jackknives over models, see
/// `PredictionComparison`. A value at the floor is no certificate, see `PredictionTotalVariation`, whose `against: mean`
/// and `against: distribution` are the last two measurements.
///
/// - Source: Chundawat, Tarun, Mandal, Kankanhalli, "Can bad teaching induce forgetting?", AAAI 2023, arXiv:2205.08096:
///   activation distance and Jensen-Shannon divergence from the retrained model. Agreement is the completeness of Cao,
///   Yang, IEEE S&P 2015.
/// - Note: Means over pairs of models, and the floor, are ours. The released code of Chundawat et al. has KL(m‖p) for
///   KL(p‖m), and divides by the number of classes.
public struct PredictionDistances: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "prediction-distance", title: "Distances of predictions",
    summary: "Jensen-Shannon divergence, activation distance and agreement with the predictions of retrained models.",
    source: Source(
      authors: "Chundawat, Tarun, Mandal, Kankanhalli",
      title: "Can Bad Teaching Induce Forgetting? Unlearning in Deep Networks Using an Incompetent Teacher",
      venue: "AAAI 2023", arXiv: "2205.08096", place: "activation distance, JS divergence; aggregation chosen"))
  /// Predictions of the measured and of retrained models.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels]
  /// Five kinds per part; their reference is the floor between retrained models.
  public static let measures = comparisons.map(\.kind)
  private static let comparisons: [(kind: MeasurementKind, comparison: PredictionComparison)] = [
    (
      MeasurementKind(
        "<part>_js", unit: .nats, direction: .lower, spread: .ofComparison,
        meaning: "mean Jensen-Shannon divergence from the predictions of retrained models"),
      PredictionComparison(against: .each, jensenShannonDivergence)
    ),
    (
      MeasurementKind(
        "<part>_l2", range: 0...2.0.squareRoot(), direction: .lower, spread: .ofComparison,
        meaning: "activation distance: mean L2 distance from the predictions of retrained models"),
      PredictionComparison(against: .each, euclideanDistance)
    ),
    (
      MeasurementKind(
        "<part>_agreement", direction: .higher, spread: .ofComparison,
        meaning: "fraction of samples for which a retrained model predicts the same class"),
      PredictionComparison(against: .each) { $0.indexOfLargest == $1.indexOfLargest ? 1 : 0 }
    ),
    (
      MeasurementKind(
        "<part>_mean_tv", direction: .lower, spread: .ofComparison,
        meaning: "mean total variation distance from the mean prediction of retrained models"),
      PredictionComparison(against: .mean, totalVariation)
    ),
    (
      MeasurementKind(
        "<part>_class_tv", direction: .lower, spread: .ofComparison,
        meaning:
          "total variation distance of the mean prediction over samples from that of each retrained model, mean over these"
      ),
      PredictionComparison(against: .distribution, totalVariation)
    ),
  ]
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2
  /// A constant prediction and the mean of the retrained models.
  public static let baselines = Baseline.allCases

  /// The parts to measure, five measurements each.
  @Parameter("parts of the data; five measurements for each") public var parts: [Part] = [.forgetTest]

  /// Test samples of the forgotten classes.
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
    Set(measuredParts.present(in: cell).flatMap { part in Self.measures.map { $0.named(part.rawValue).name } })
  }

  /// Measures one model; five measurements per part that has samples.
  ///
  /// - Throws: `AttackError` when there is no other retrained model, no part has samples, models saw different samples,
  ///   or logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    try measuredParts.required(in: evidence.target, of: Self.card.name).flatMap { part in
      try Self.comparisons.map { kind, comparison in
        try comparison.value(kind.named(part.rawValue), evidence, on: part)
      }
    }
  }

  /// Measures a baseline against the retrained model of one seed.
  ///
  /// - Throws: `AttackError` when there are fewer than two retrained models, or as for a model.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] {
    try measuredParts.present(in: evidence.target).flatMap { part in
      let (models, position) = try evidence.retrainedProbabilities(on: part)
      return Self.comparisons.map { kind, comparison in
        comparison.value(kind.named(part.rawValue), of: baseline, among: models, at: position)
      }
    }
  }
}

/// `½ KL(p‖m) + ½ KL(q‖m)` with m = (p + q)/2, in nats.
private func jensenShannonDivergence(_ p: [Double], _ q: [Double]) -> Double {
  zip(p, q).reduce(0) { sum, pair in
    let middle = (pair.0 + pair.1) / 2
    let terms = [pair.0, pair.1].map { $0 > 0 ? $0 * log($0 / middle) : 0 }
    // The terms of a class add up to at least 0, from which rounding can take something away.
    return sum + max(0, 0.5 * (terms[0] + terms[1]))
  }
}

/// `‖p − q‖₂`, in [0, √2].
private func euclideanDistance(_ p: [Double], _ q: [Double]) -> Double {
  // Probabilities in single precision can add up to slightly more than 1.
  min(2, zip(p, q).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }).squareRoot()
}

extension [Double] {
  /// The index of the largest number, the first of equals; nil for an empty array.
  fileprivate var indexOfLargest: Int? { indices.max { self[$0] < self[$1] } }
}
