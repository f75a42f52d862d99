public import Unlearning

/// The mean distance of a model's values from those of the retrained model of the same seed.
///
/// `gap = (1/n) Σ_t |v_t(U) − v_t(R)|` over n named terms, each a value of another metric or attack. The measurement is
/// `average-gap.gap`; with terms in [0, 1] so is the gap. A retrained model has the mean gap to those of the other
/// seeds, the variation between independent trainings (0.24 points on the quickstart, not 0): gaps below it are not
/// meaningful.
///
/// Published average gaps are of means over seeds: `gap_of_means = (1/n) Σ_t |mean_s v_t(U_s) − mean_s v_t(R_s)|`, at most
/// the mean of the seeds' gaps, since deviations of both signs cancel. It is a value of all seeds together, with a
/// jackknife over them, and has no floor: it falls with the number of seeds for a method that is as good as retraining.
///
/// The mean does not show where the probability of the forgotten class went, nor anything else that no term measures:
/// on Fashion-MNIST random labels have the best average gap of all methods at a total variation of 82 %. Report it
/// together with `total-variation` or `energy-gap`.
///
/// - Source: Fan et al., "SalUn", ICLR 2024, arXiv:2310.12508, column "Avg. Gap" over UA, RA, TA and MIA.
/// - Note: `gap` compares each model with the retrained model of its own seed, and tables take the mean over seeds
///   afterwards; `gap_of_means` is the papers'. The gap of UA = 1 − accuracy is that of the accuracy.
public struct AverageGapToRetrained: ComparisonOfMeans {
  /// A published average gap, by its terms.
  public enum Definition: String, Codable, Sendable, CaseIterable {
    /// UA, RA, TA and MIA of SalUn (arXiv:2310.12508), which l1-sparse has, too.
    case salun
    /// UA, RA, TA and the forget-test AUC of RMIA, as in AMUN (arXiv:2503.00917); for requests of samples.
    case amun
    /// Retained and forgotten test accuracy, SVC-MIA and U-LiRA, the columns of class unlearning; which average such papers
    /// take is inferred.
    case classUnlearning = "class-unlearning"

    /// The full names of the measurements.
    var terms: [String] {
      let accuracies = ["accuracy.forget_train", "accuracy.retain_train", "accuracy.retain_test"]
      return switch self {
      case .salun: accuracies + ["mia-svc.salun"]
      case .amun: accuracies + ["rmia.auc"]
      case .classUnlearning: ["accuracy.retain_test", "accuracy.forget_test", "mia-svc.kodge", "ulira.accuracy"]
      }
    }
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "average-gap", title: "Average gap to retrained",
    summary: "The mean absolute difference between a model's values and those of the retrained model of its seed.",
    source: .salUn(place: "column Avg. Gap"))
  /// Measurements of other metrics and attacks.
  public static let reads: Set<EvidenceKind> = [.measurements]
  /// Two gaps; they are themselves comparisons with retraining, so they have no reference.
  public static let measures = [gap, ofMeans]
  private static let gap = MeasurementKind(
    "gap", direction: .lower, reference: .none, spread: .ofFloor,
    meaning: "mean absolute difference of the terms to those of the retrained model of the same seed")
  /// The published average gap.
  public static let ofMeans = MeasurementKind(
    "gap_of_means", direction: .lower, reference: .none, spread: .ofModels,
    meaning: "mean absolute difference of the terms' means over seeds to those of the retrained models")
  /// The retrained model of the same seed.
  public static let retrainedModelsNeeded = 1

  /// The terms: full names of measurements, `<plugin>.<measurement>`.
  @Parameter("full names of the values that are compared, such as accuracy.retain_test")
  public var terms = ["accuracy.forget_train", "accuracy.retain_train", "accuracy.retain_test", "mia-svc.salun"]

  /// The terms by the name of a publication; nil for `terms`.
  @Parameter("the terms of a published average gap, in place of 'terms'; null: those of 'terms'")
  public var definition: Definition? = nil

  /// The four terms of SalUn: UA, RA, TA and MIA.
  public init() {}

  /// Rejects terms that are not names of other measurements, repeated terms, and terms beside a definition.
  public func validate() throws(ParameterError) {
    guard definition == nil || terms == Self().terms else {
      throw ParameterError("definition", "has terms of its own; leave out 'definition' or 'terms'")
    }
    try ParameterError.checkTerms(terms, of: Self.card.name, value: "gap")
  }

  /// The measurements named by `definition` or `terms`.
  public var measurementsRead: [String] { definition?.terms ?? terms }

  /// The gap of one model; that of means is no single model's.
  public func measurementNames(in cell: CellSizes) -> Set<String>? { [Self.gap.name] }

  /// The mean.
  public func value(_ differences: [Double]) -> Double { differences.mean }

  /// Measures one model.
  ///
  /// - Returns: Nothing for a retrained model without another one.
  /// - Throws: `AttackError.missingMeasurements` with every term that the model or the retrained model has no value of.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let found = try evidence.comparison(of: measurementsRead, value)
    return found.map { [Self.gap.value($0.value, spread: $0.spread)] } ?? []
  }
}
