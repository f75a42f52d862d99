public import Unlearning

/// The mean distance of a model's values from those of the retrained model of the same seed.
///
/// `gap = (1/n) Σ_t |v_t(U) − v_t(R)|` over n named terms, each a value of another metric or attack. The measurement is
/// `average-gap.gap`; with terms in [0, 1] so is the gap. A retrained model has the mean gap to those of the other
/// seeds, the variation between independent trainings (0.24 points on the quickstart, not 0): gaps below it are not
/// meaningful.
///
/// The mean does not show where the probability of the forgotten class went, nor anything else that no term measures:
/// on Fashion-MNIST random labels have the best average gap of all methods at a total variation of 82 %. Report it
/// together with `total-variation` or `energy-gap`.
///
/// - Source: Fan et al., "SalUn", ICLR 2024, arXiv:2310.12508, column "Avg. Gap" over UA, RA, TA and MIA.
/// - Note: The papers take the distance of means over seeds; here each model is compared with the retrained model of
///   its own seed, and tables take the mean over seeds afterwards. The gap of UA = 1 − accuracy is that of the
///   accuracy.
public struct AverageGapToRetrained: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "average-gap", title: "Average gap to retrained",
    summary: "The mean absolute difference between a model's values and those of the retrained model of its seed.",
    source: .salUn(place: "column Avg. Gap"))
  /// Measurements of other metrics and attacks.
  public static let reads: Set<EvidenceKind> = [.measurements]
  /// One gap; it is itself a comparison with retraining, so it has no reference.
  public static let measures = [gap]
  private static let gap = MeasurementKind(
    "gap", direction: .lower, reference: .none, spread: .ofFloor,
    meaning: "mean absolute difference of the terms to those of the retrained model of the same seed")
  /// The retrained model of the same seed.
  public static let retrainedModelsNeeded = 1

  /// The terms: full names of measurements, `<plugin>.<measurement>`.
  @Parameter("full names of the values that are compared, such as accuracy.retain_test")
  public var terms = ["accuracy.forget_train", "accuracy.retain_train", "accuracy.retain_test", "mia-svc.salun"]

  /// The four terms of SalUn: UA, RA, TA and MIA.
  public init() {}

  /// Rejects terms that are not names of other measurements, and repeated terms.
  public func validate() throws(ParameterError) {
    try ParameterError.checkTerms(terms, of: Self.card.name, value: "gap")
  }

  /// The measurements named by `terms`.
  public var measurementsRead: [String] { terms }

  /// Measures one model.
  ///
  /// - Returns: Nothing for a retrained model without another one.
  /// - Throws: `AttackError.missingMeasurements` with every term that the model or the retrained model has no value of.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let found = try evidence.comparison(of: terms) { $0.mean }
    return found.map { [Self.gap.value($0.value, spread: $0.spread)] } ?? []
  }
}
