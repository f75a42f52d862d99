public import Unlearning

/// The wall-clock seconds of the unlearning call.
///
/// Masks, targets and whatever else a method prepares are part of the call; data loading, training of the original
/// model and evaluation are not. The measurement is `run-time.call`; the original model has none.
///
/// - Source: The column RTE of Fan et al., "SalUn", ICLR 2024, arXiv:2310.12508, which counts minutes.
/// - Note: Comparable on one machine under equal load only.
public struct UnlearningTime: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "run-time", title: "Run time", summary: "Wall-clock seconds of the unlearning call alone.",
    source: .salUn(place: "column RTE"))
  /// Time and memory of the unlearning call.
  public static let reads: Set<EvidenceKind> = [.cost]
  /// One time; lower is better, and the value of retraining is the bound for a useful method.
  public static let measures = [call]
  private static let call = MeasurementKind(
    "call", unit: .seconds, direction: .lower, meaning: "wall-clock time of the unlearning call")

  /// No parameters.
  public init() {}

  /// Returns the cost of the call; nothing for a model that was not made by an unlearning call.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    evidence.cost.map { [Self.call.value($0.seconds)] } ?? []
  }
}
