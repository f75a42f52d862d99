public import Unlearning

/// The fraction of samples whose largest logit is that of their label, on each part of the data.
///
/// Measurements `accuracy.retain_train`, `accuracy.retain_test`, `accuracy.forget_train`, `accuracy.forget_test`, in
/// [0, 1]; a part without samples has none (forget test, in sample requests).
///
/// - Source: The columns ACC_r and ACC_f of Kodge et al., arXiv:2312.00761 (test parts), RA, TA and 1 − UA of Fan et
///   al., "SalUn", ICLR 2024, arXiv:2310.12508 (train parts).
/// - Note: UA means 1 − accuracy on forget train in some papers and the accuracy itself in others; here it is always
///   the accuracy. On forget parts the aim is the value of retrained models; on retain parts higher is better.
public struct SplitAccuracy: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "accuracy", title: "Accuracy",
    summary: "The fraction of samples that are classified correctly, on retained and forgotten data, train and test.",
    source: Source(
      authors: "Kodge, Saha, Roy", title: "Deep Unlearning: Fast and Efficient Gradient-free Class Forgetting",
      venue: "TMLR 2024", arXiv: "2312.00761", place: "columns ACC_r and ACC_f"))
  /// Predictions of the measured model.
  public static let reads: Set<EvidenceKind> = [.predictions]
  /// One kind per part; higher is better on retain parts only.
  public static let measures = Part.allCases.map(kind(of:))

  private static func kind(of part: Part) -> MeasurementKind {
    let isRetained = part == .retainTrain || part == .retainTest
    return MeasurementKind(
      part.rawValue, direction: isRetained ? .higher : .nearest,
      meaning: "fraction of the samples of \(part.rawValue) that are classified correctly")
  }

  /// No parameters.
  public init() {}

  /// The names of the parts that have samples.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(Part.allCases.filter { cell[$0] > 0 }.map(\.rawValue))
  }

  /// Measures one model; one measurement per part that has samples.
  ///
  /// - Throws: `AttackError` when logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    try [Part.retainTrain, .retainTest, .forgetTrain, .forgetTest].compactMap { part in
      try evidence.target.finite(part).accuracy.map { Self.kind(of: part).value($0) }
    }
  }
}
