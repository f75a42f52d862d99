public import Unlearning

/// ToW: a product of closeness to the retrained model in several values.
///
/// `ToW = Π_t (1 − |v_t(U) − v_t(R)|)` over fractions v in [0, 1]; 1 is equality with the retrained model, and one
/// value that is far off lowers the score much, unlike in a mean. A retrained model has the mean score against those of
/// the other seeds: the floor, the variation between independent trainings.
/// - Source: Zhao, Kurmanji, Bărbulescu, Triantafillou, Triantafillou, NeurIPS 2024, arXiv:2406.01257, over
///   accuracies on forget, retain and test samples.
/// - Note: Each model is compared with the retrained model of its own seed, and tables take the mean over seeds.
public struct TugOfWarScore: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "tow", title: "Tug of war (ToW)",
    summary: "The product over several values of one minus the distance to the retrained model of the same seed.",
    source: Source(
      authors: "Zhao, Kurmanji, Bărbulescu, Triantafillou, Triantafillou",
      title: "What Makes Unlearning Hard and What to Do About It", venue: "NeurIPS 2024", arXiv: "2406.01257",
      place: "ToW"))
  /// Measurements of other metrics.
  public static let reads: Set<EvidenceKind> = [.measurements]
  /// One score; it is itself a comparison with retraining, so it has no reference.
  public static let measures = [score]
  private static let score = MeasurementKind(
    "score", direction: .higher, reference: .none, spread: .ofFloor,
    meaning: "product over the terms of 1 minus the distance to the retrained model; 1 agrees in all of them")
  /// The retrained model of the same seed.
  public static let retrainedModelsNeeded = 1

  /// The terms: full names of measurements, `<plugin>.<measurement>`.
  @Parameter("full names of the fractions that are compared, such as accuracy.retain_test")
  public var terms = ["accuracy.forget_train", "accuracy.retain_train", "accuracy.retain_test"]

  /// Accuracies on forget, retain and test samples.
  public init() {}

  /// Rejects terms that are not names of other measurements, and repeated terms.
  public func validate() throws(ParameterError) {
    try ParameterError.checkTerms(terms, of: Self.card.name, value: "score")
  }

  /// The measurements named by `terms`.
  public var measurementsRead: [String] { terms }

  /// Measures one model.
  ///
  /// - Returns: Nothing for a retrained model without another one.
  /// - Throws: `AttackError.missingMeasurements` with every term that the model or the retrained model has no value of.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let found = try evidence.comparison(of: terms) { $0.reduce(1.0) { $0 * (1 - $1) } }
    return found.map { [Self.score.value($0.value, spread: $0.spread)] } ?? []
  }
}
