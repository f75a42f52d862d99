public import Unlearning

/// The most tensor memory that the unlearning call held at once, in bytes.
///
/// Counts parameters, gradients, activations and optimiser state; not the data set's pixels, which all models share. The
/// measurement is `peak-memory.call`; the original model has none.
///
/// - Source: None; in tables of unlearning methods memory is reported as the process's or the accelerator's peak, which
///   counts what other parts of the program hold.
public struct UnlearningMemory: Metric {
  /// What it is.
  public static let card = Card(
    name: "peak-memory", title: "Peak memory",
    summary: "The most tensor memory that the unlearning call held at once.",
    source: Source(authors: "Lacuna", venue: "this framework", place: "no publication"))
  /// What the call cost.
  public static let reads: Set<EvidenceKind> = [.cost]
  /// One value.
  public static let measures = [call]
  private static let call = MeasurementKind(
    "call", unit: .bytes, direction: .lower, meaning: "most tensor memory that the unlearning call held at once")

  /// There is nothing to choose.
  public init() {}

  /// Measures one call; nothing for a model that no call made.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    evidence.cost.map { [Self.call.value(Double($0.peakBytes))] } ?? []
  }
}
