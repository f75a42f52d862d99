public import Unlearning

/// The wall-clock seconds of the unlearning call.
///
/// Masks, targets and whatever else a method prepares are part of the call; data loading, training of the original model
/// and evaluation are not. The measurement is `run-time.call`; the original model has none.
///
/// - Source: The column RTE of Fan et al., "SalUn", ICLR 2024, arXiv:2310.12508, which counts minutes.
/// - Note: Comparable on one machine under equal load only.
public struct UnlearningTime: Metric {
  /// What it is.
  public static let card = Card(
    name: "run-time", title: "Run time", summary: "Wall-clock seconds of the unlearning call alone.",
    source: .salUn(place: "column RTE"))
  /// What the call cost.
  public static let reads: Set<EvidenceKind> = [.cost]
  /// Retraining is what unlearning must be cheaper than.
  public static let measures = [call]
  private static let call = MeasurementKind(
    "call", unit: .seconds, direction: .lower, meaning: "wall-clock time of the unlearning call")

  /// There is nothing to choose.
  public init() {}

  /// Measures one call; nothing for a model that no call made.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    evidence.cost.map { [Self.call.value($0.seconds)] } ?? []
  }
}
