import Engine
public import Unlearning

/// AUS: what is left of the original's accuracy, lowered by what is left of the forget set.
///
/// With accuracies in [0, 1], A of the model and A° of the originals:
///
/// - requests of classes: `(1 − (A°_retain_test − A_retain_test)) / (1 + A_forget_test)`
/// - requests of samples: `(1 − (A°_retain_test − A_retain_test)) / (1 + |A_retain_test − A_forget_train|)`
///
/// 1 is an accuracy like the original's and nothing left of the forget set; above 1 the accuracy has grown. Read it
/// beside retrain's value: it is no distance from retraining.
///
/// - Source: Cotogni, Bonato, Sabetta, Pelosin, Nicolosi, "DUCK: distance-based unlearning via centroid kinematics",
///   arXiv:2312.02052, and Bonato, Cotogni, Sabetta, ECCV 2024, arXiv:2404.12922.
/// - Note: A° is the mean over the originals of all seeds, where the source has the one that the model was made from:
///   retrained models are made from none.
public struct AdaptiveUnlearningScore: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "aus", title: "Adaptive unlearning score (AUS)",
    summary: "The accuracy kept of the original's, divided by one plus what is left of the forget set.",
    source: Source(
      authors: "Bonato, Cotogni, Sabetta",
      title: "Is Retain Set All You Need in Machine Unlearning? Restoring Performance of Unlearned Models with "
        + "Out-Of-Distribution Images", venue: "ECCV 2024", arXiv: "2404.12922", place: "AUS"))
  /// Predictions of the measured model and of the originals.
  public static let reads: Set<EvidenceKind> = [.predictions, .originalModels]
  /// One score; higher is better.
  public static let measures = [score]
  private static let score = MeasurementKind(
    "score", range: 0...2, direction: .higher,
    meaning: "1 minus the loss of accuracy, over 1 plus what is left of the forget set")

  /// No parameters.
  public init() {}

  /// There must be retained test samples, and in requests of classes forgotten ones.
  public func obstacle(in cell: CellSizes) -> String? {
    cell[.retainTest] == 0 ? "needs test samples of retained classes" : cell.missingForgetTest
  }

  /// Measures one model.
  ///
  /// - Throws: `AttackError` without originals, when a part has no samples, models saw different ones, or logits are not
  ///   finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    func accuracy(_ part: Part) throws -> Double { try evidence.samples(part).accuracy ?? 0 }
    guard !evidence.originals.isEmpty else { throw AttackError.emptySet("original models") }
    let originals = try evidence.map(evidence.originals, on: .retainTest) { $0.accuracy ?? 0 }
    let retained = try accuracy(.retainTest)
    let left =
      evidence.context.forgottenClasses.isEmpty
      ? abs(retained - (try accuracy(.forgetTrain))) : try accuracy(.forgetTest)
    return [Self.score.value((1 - (originals.mean - retained)) / (1 + left))]
  }
}
