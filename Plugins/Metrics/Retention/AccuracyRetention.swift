public import Data
import Engine
public import Unlearning

/// The accuracy of a model as a fraction of that of retrained models.
///
/// `<part>` is `A(U) / mean_j A(R_j)` on a part of the data: 1 is the accuracy of retraining, above 1 the model is more
/// accurate. A retrained model is compared with the others, and spreads are jackknives over models. Where retrained
/// models recognize no sample, as of a forgotten class, there is no ratio: the value is 0 and has a caveat.
///
/// - Source: Cadet, Borovykh, Malekzadeh, Ahmadi-Abhari, Haddadi, arXiv:2410.01276, released code (retention).
/// - Note: The source divides by the accuracy of one retrained model; here it is that of the mean of all of them.
public struct AccuracyRetention: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "retention", title: "Retention of accuracy",
    summary: "The accuracy of a model divided by that of retrained models.",
    source: Source(
      authors: "Cadet, Borovykh, Malekzadeh, Ahmadi-Abhari, Haddadi",
      title: "Deep Unlearn: Benchmarking Machine Unlearning for Image Classification", venue: "arXiv 2024 (v2)",
      arXiv: "2410.01276", place: "retention; released code"))
  /// Predictions of the measured and of retrained models.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels]
  /// One kind per part; near 1 is best.
  public static let measures = [ratio]
  // The ratio can be as large as the number of samples, where retrained models recognize one of them.
  private static let ratio = MeasurementKind(
    "<part>", range: 0...1e9, direction: .nearest, spread: .ofComparison,
    meaning: "accuracy on a part of the data divided by the mean accuracy of retrained models")
  /// Two, so that each retrained model can be compared with another one.
  public static let retrainedModelsNeeded = 2

  /// The parts to measure, one measurement each.
  @Parameter("parts of the data; a measurement for each") public var parts: [Part] = [.retainTrain, .retainTest]

  /// Retained samples, of training and test.
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
    Set(measuredParts.present(in: cell).map { Self.ratio.named($0.rawValue).name })
  }

  /// Measures one model; one measurement per part that has samples.
  ///
  /// - Throws: `AttackError` when there is no other retrained model, no part has samples, models saw different samples,
  ///   or logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    guard !evidence.otherRetrained.isEmpty else {
      throw AttackError.tooFewRetrainedModels(
        needed: Self.retrainedModelsNeeded, found: evidence.retrained.count)
    }
    return try measuredParts.required(in: evidence.target, of: Self.card.name).map { part in
      let own = try evidence.samples(part).accuracy ?? 0
      let others = try evidence.map(evidence.otherRetrained, on: part) { $0.accuracy ?? 0 }
      let spread: Spread
      if let position = evidence.targetPosition {
        var models = others
        models.insert(own, at: position)
        spread = .jackknife(models, at: position, Self.meanRatio)
      } else {
        spread = .ofComparison(with: others) { Self.ratio(own, $0) }
      }
      return Self.ratio.named(part.rawValue).value(
        Self.ratio(own, others), spread: spread,
        caveat: others.mean > 0 ? nil : "retrained models recognize no sample, so that there is no ratio")
    }
  }

  private static func ratio(_ own: Double, _ others: [Double]) -> Double {
    others.mean > 0 ? own / others.mean : 0
  }

  /// The mean ratio of every model's accuracy to the mean of the others'.
  private static func meanRatio(_ accuracies: [Double]) -> Double {
    accuracies.indices.map { own in
      ratio(accuracies[own], accuracies.indices.filter { $0 != own }.map { accuracies[$0] })
    }.mean
  }
}
