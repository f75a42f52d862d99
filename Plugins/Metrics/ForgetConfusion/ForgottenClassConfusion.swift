public import Data
import Engine
public import Unlearning

/// The row of the forgotten class in the confusion matrix: as which classes its test samples are predicted.
///
/// `<class>` is the fraction of the samples of forget test whose largest logit is that of the class; the first of equals
/// counts. All K of them add up to 1, and that of the forgotten class is `accuracy.forget_test`. The aim is the row of
/// retrained models: accuracy on forget test says whether the class is recognized, and the row where its samples go.
/// Names are those of `MeasuredValue.names(for:reserved:)`.
///
/// - Source: No publication; the row of the usual confusion matrix, normalized over the true label. The distance between
///   the mean predictions of two models, without their largest, is `prediction-distance.<part>_class_tv`.
public struct ForgottenClassConfusion: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "forget-confusion", title: "Confusion of the forgotten class",
    summary: "The fractions of the forgotten class's test samples that are predicted as each class.",
    source: Source(authors: "Lacuna", venue: "this framework", place: "no publication"))
  /// Predictions of the measured model.
  public static let reads: Set<EvidenceKind> = [.predictions]
  /// One kind per class; the aim is the value of retrained models.
  public static let measures = [share]
  private static let share = MeasurementKind(
    "<class>", direction: .nearest,
    meaning: "fraction of the forgotten class's test samples that are predicted as this class")

  /// No parameters.
  public init() {}

  /// One forgotten class: the rows of several would need names of two classes.
  public func serves(_ kind: RequestKind) -> Bool { kind == .oneClass }

  /// The forgotten class needs test samples.
  public func obstacle(in cell: CellSizes) -> String? { cell.missingForgetTest }

  /// The names of all classes.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(MeasuredValue.names(for: cell.classNames))
  }

  /// Measures one model; one measurement per class.
  ///
  /// - Throws: `AttackError` without test samples of the forgotten class, or when logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let samples = try evidence.samples(.forgetTest)
    let predicted = samples.logits.argmaxOfRows
    return MeasuredValue.names(for: evidence.context.classNames).enumerated().map { label, name in
      Self.share.named(name).value(Double(predicted.count { $0 == label }) / Double(samples.count))
    }
  }
}
