public import Unlearning

/// The most tensor memory that the unlearning call held at once, in bytes.
///
/// Counts parameters, gradients, activations and optimizer state; not the data set's pixels, which all models share.
/// The measurement is `peak-memory.call`; the original model has none.
///
/// - Source: None; in tables of unlearning methods memory is reported as the process's or the accelerator's peak, which
///   counts what other parts of the program hold.
public struct UnlearningMemory: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "peak-memory", title: "Peak memory",
    summary: "The most tensor memory that the unlearning call held at once.",
    source: Source(authors: "Lacuna", venue: "this framework", place: "no publication"))
  /// Time and memory of the unlearning call.
  public static let reads: Set<EvidenceKind> = [.cost]
  /// One value in bytes; lower is better.
  public static let measures = [call]
  private static let call = MeasurementKind(
    "call", unit: .bytes, direction: .lower, meaning: "most tensor memory that the unlearning call held at once")

  /// No parameters.
  public init() {}

  /// Returns the cost of the call; nothing for a model that was not made by an unlearning call.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    evidence.cost.map { [Self.call.value(Double($0.peakBytes))] } ?? []
  }
}
