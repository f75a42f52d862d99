public import Unlearning

/// U-LiRA by single samples: whether a sample was trained on and then forgotten, or never trained on, by likelihood ratios
/// of its margin over shadow models of random halves.
///
/// For sample x with label y the margin is `φ(x) = z_y − log Σ_{k≠y} exp z_k`. To each sample two normal distributions
/// are fitted: Q_U to the margins of unlearned models that forgot it, Q_R to those of originals that were never trained
/// on it. Judged are the margin of an unlearned model on the samples that it forgot, and that of its original on samples
/// outside its half, by `Λ(x) = log N(φ; μ_U, σ_U) − log N(φ; μ_R, σ_R)`, above 0 for "forgotten".
///
/// `retained_auc` is the area of the same with samples that a model retained in place of those that it forgot: Q_U is then
/// that of unlearned models that were trained on the sample and did not forget it.
///
/// - Source: Hayes, Shumailov, Triantafillou, Khalifa, Papernot, "Inexact Unlearning Needs More Careful Evaluations to
///   Avoid a False Sense of Privacy", arXiv:2403.01218; the formula is that of independent implementations.
/// - Note: Originals that were never trained on a sample have unlearned nothing; models outside whose half it was, after
///   forgetting others, are another reading. One original of each side is left out.
/// - Note: Sample standard deviations (n − 1), at least 1e-6.
public struct SampleUnlearningLiRA: SampleAttack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "sample-ulira", title: "U-LiRA by single samples",
    summary: "Tells forgotten samples from ones never trained on by likelihood ratios over shadow models.",
    source: Source(
      authors: "Hayes, Shumailov, Triantafillou, Khalifa, Papernot",
      title: "Inexact Unlearning Needs More Careful Evaluations to Avoid a False Sense of Privacy", venue: "SaTML 2025",
      arXiv: "2403.01218", place: "per sample, over random halves; formula from independent implementations"),
    version: 2)
  /// Those of the game, and the area for retained samples.
  public static let measures: [MeasurementKind] = SampleGame.measures.dropLast(1)
  /// What its values mean.
  public static let reading = [
    "It asks of one sample at a time whether a model forgot it or never saw it. Good is retrain's value, near 0.5; the "
      + "original's, which forgot nothing, says how much the attack can see at all with so many shadow models.",
    "tpr_at_1_percent_fpr: the fraction of forgotten samples that are found while 1 % of the others are accused. It matters "
      + "more than the accuracy: a method that fails for a few samples is seen there.",
    "retained_auc: how well samples are found that the model was trained on and did not forget; above retrain's, unlearning "
      + "exposes those who stay.",
    "Values depend on the number of shadow models: compare rows of one table only.",
  ]
  /// The question is about forgotten samples.
  public static let judgesRetained = false

  /// There are no parameters.
  public init() {}

  /// The game on margins.
  public func game(_ shadows: ShadowBank, _ evidence: Evidence) throws -> SampleGame {
    try games(shadows, evidence).forgotten
  }

  /// Plays both games.
  ///
  /// - Throws: As the default.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let games = try games(try evidence.requiredShadows(), evidence)
    return try games.forgotten.measurements() + games.retained.retainedMeasurements()
  }

  private func games(_ shadows: ShadowBank, _ evidence: Evidence) throws -> (
    forgotten: SampleGame, retained: SampleGame
  ) {
    let originals = try evidence.margins(of: shadows.originals)
    let unlearned = try evidence.margins(of: shadows.unlearned)
    let score: SampleGame.Score = { _, number, first, second in
      NormalFit(meanOf: first).logRatio(at: number, to: NormalFit(meanOf: second))
    }
    let attacked = shadows.attacked(unlearned).map { model in
      var model = model
      for sample in model.numbers.indices where model.statuses[sample] == .out {
        model.numbers[sample] = originals[model.original][sample]
      }
      return model
    }
    let out = shadows.originals(originals, trained: false)
    return (
      SampleGame(
        first: shadows.unlearned(unlearned, .forgotten), second: out, attacked: attacked,
        originalCount: shadows.originals.count, judgesRetained: false, score: score),
      shadows.retainedGame(unlearned, attacked, against: out, score: score)
    )
  }
}
