public import Data
import Engine
import Foundation
public import Unlearning

/// ZRF, the zero retrain forgetting score: how near a model's predictions on forgotten samples are to those of randomly
/// initialized models.
///
/// `ZRF = 1 − mean_t mean_x JS(p(·|x), p_t(·|x))` over randomly initialized models t of the architecture, with
/// `JS(p, q) = ½ KL(p‖m) + ½ KL(q‖m)`, m = (p + q)/2, natural logarithms, summed over classes: from 1 − ln 2 to 1.
///
/// - Source: Chundawat, Tarun, Mandal, Kankanhalli, "Can bad teaching induce forgetting?", AAAI 2023, arXiv:2205.08096.
/// - Note: The source has one random model; a mean over several does not depend on which.
/// - Note: `as_released` is the form of the released code: `½ KL(m‖p) + ½ KL(m‖q)`, divided by the number of classes.
public struct ZeroRetrainForgetting: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "zrf", title: "Zero retrain forgetting (ZRF)",
    summary: "Similarity of the predictions on forgotten samples with those of randomly initialized models.",
    source: Source(
      authors: "Chundawat, Tarun, Mandal, Kankanhalli",
      title: "Can Bad Teaching Induce Forgetting? Unlearning in Deep Networks Using an Incompetent Teacher",
      venue: "AAAI 2023", arXiv: "2205.08096", place: "ZRF metric, and metrics.py"))
  /// Predictions of the model; the data and new models of the architecture.
  public static let reads: Set<EvidenceKind> = [.predictions, .models]
  /// ZRF, and how much it hangs on the random model.
  public static let measures = [score, deviation]
  private static let score = MeasurementKind(
    "<part>", range: -Double.greatestFiniteMagnitude...1, direction: .nearest,
    meaning: "1 minus the mean Jensen-Shannon divergence from randomly initialized models")
  private static let deviation = MeasurementKind(
    "<part>_teacher_deviation", direction: .lower, reference: .none, spread: .unknown,
    meaning: "sample standard deviation of this value over the random models")

  /// What its values mean.
  public static let reading = [
    "1 says that the model predicts as a randomly initialized one, which is no aim: retrained models have opinions about "
      + "forgotten samples, and good is retrain's value of the same name, not a higher one.",
    "A certain answer has about 0.47 with ten classes, a right one and a wrong one alike.",
    "Values as released lie at 0.9 to 1 and cannot be compared with others: they are divided by the number of classes.",
  ]

  /// The parts to measure.
  @Parameter("parts of the data; two measurements for each") public var parts: [Part] = [.forgetTrain]
  /// The number of randomly initialized models.
  @Parameter("number of randomly initialized models", .closed(1, 1000)) public var teachers = 5
  /// Whether the divergence has the form of the released code.
  @Parameter("whether the divergence is ½ KL(m‖p) + ½ KL(m‖q), divided by the number of classes, as released")
  public var asReleased = false

  /// Forgotten training samples, five random models.
  public init() {}

  /// Rejects an empty list of parts and repeated parts.
  public func validate() throws(ParameterError) { try ParameterError.checkNames(parts, of: "parts", each: "part") }

  private var measuredParts: MeasuredParts { MeasuredParts(parts) }

  /// Sample requests have no forget test part, so they are excluded where `parts` names it.
  public func serves(_ kind: RequestKind) -> Bool { measuredParts.serves(kind) }

  /// At least one of the parts must have samples.
  public func obstacle(in cell: CellSizes) -> String? { measuredParts.obstacle(in: cell) }

  /// The names for the parts that have samples; one random model has no deviation.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    let kinds = teachers > 1 ? Self.measures : [Self.score]
    return Set(measuredParts.present(in: cell).flatMap { part in kinds.map { $0.named(part.rawValue).name } })
  }

  /// Measures one model against the same random models as all others of its request.
  ///
  /// - Throws: `AttackError` when no part has samples, logits are not finite, or models saw different samples.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let shared = try evidence.requiredModels().shared
    let parts = try measuredParts.required(in: evidence.target, of: Self.card.name)
    let targets = try parts.map { try evidence.samples($0) }
    // One random model at a time.
    let scores = try (0..<teachers).map { place in
      let teacher = shared.makeClassifier(evidence.context.random.stream("zrf", place))
      return try zip(parts, targets).map { part, target in
        let predictions = try Predictions(of: teacher, on: shared.data.dataset(part), keepingFeatures: false) {
          try shared.checkpoint()
        }
        guard predictions.indices == target.indices else { throw AttackError.unlikeSamples(part) }
        return score(target, predictions)
      }
    }
    return parts.enumerated().flatMap { place, part in
      let own = scores.map { $0[place] }
      let deviation = own.sampleDeviation.map {
        Self.deviation.named(part.rawValue).value($0, spread: .unknown)
      }
      return [Self.score.named(part.rawValue).value(own.mean)] + [deviation].compactMap(\.self)
    }
  }

  /// ZRF against one random model.
  package func score(_ own: Predictions, _ teacher: Predictions) -> Double {
    let (first, second) = (own.logits.logSoftmax, teacher.logits.logSoftmax)
    let divergences = (0..<own.count).map { row -> Double in
      let sum = zip(first.row(row), second.row(row)).reduce(0.0) { sum, logs in
        let (logP, logQ) = (Double(logs.0), Double(logs.1))
        let (p, q) = (exp(logP), exp(logQ))
        let m = (p + q) / 2
        guard m > 0 else { return sum }
        // The terms of a class add up to at least 0, from which rounding can take something away.
        return sum
          + max(0, asReleased ? m * (log(m) - (logP + logQ) / 2) : (p * (logP - log(m)) + q * (logQ - log(m))) / 2)
      }
      return asReleased ? sum / Double(own.classCount) : sum
    }
    return 1 - divergences.mean
  }
}
