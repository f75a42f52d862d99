public import Unlearning

/// The energy of the machine's processors during the unlearning call, in joules.
///
/// Linux counts the energy of each processor package (RAPL); the measurement is `energy.call`, the increase of all of them
/// together. Memory, disks, fans and accelerators are not counted; whatever else the processors do during the call is. The
/// original model has none, and neither have models of a machine without a counter that the program may read: since 2020
/// Linux reserves it to the superuser.
///
/// - Source: David, Gorbatov, Hanebutte, Khanna, Le, "RAPL: memory power estimation and capping", ISLPED 2010.
/// - Note: A counter wraps around after minutes to hours. It is read at every percent of the call's progress, so that a call
///   without progress for longer than that is measured too low.
public struct UnlearningEnergy: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "energy", title: "Energy", summary: "Joules of the machine's processors during the unlearning call.",
    source: Source(
      authors: "David, Gorbatov, Hanebutte, Khanna, Le", title: "RAPL: Memory Power Estimation and Capping",
      venue: "ISLPED 2010", place: "package domain"))
  /// The energy of the unlearning call.
  public static let reads: Set<EvidenceKind> = [.cost]
  /// One value in joules; lower is better.
  public static let measures = [call]
  private static let call = MeasurementKind(
    "call", unit: .joules, direction: .lower, meaning: "energy of the processors during the unlearning call")

  /// What its values mean.
  public static let reading = [
    "It counts all that the processors did during the call. Values of calls beside which other steps ran are marked: run "
      + "with --workers 1 on an idle machine to compare methods.",
    "Where the machine has no counter, or the program may not read it, there are no values; models that were stored "
      + "without them have none later either.",
  ]

  /// No parameters.
  public init() {}

  /// Not known in advance: the machine may have no counter.
  public func measurementNames(in cell: CellSizes) -> Set<String>? { nil }

  /// Returns the energy of the call; nothing for a model that was not made by a call, or without a counter.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    evidence.cost?.energy.map { energy in
      let caveat = energy.isShared ? "other steps ran during the call, and their energy is counted, too" : nil
      return [Self.call.value(energy.joules, caveat: caveat)]
    } ?? []
  }
}
