public import Unlearning

/// LiRA by single samples: whether an unlearned model looks trained on a sample, by likelihood ratios of its margin over
/// originals of random halves.
///
/// For sample x with label y the margin is `φ(x) = z_y − log Σ_{k≠y} exp z_k`. To each sample two normal distributions
/// are fitted, with medians and standard deviations: to the margins of originals that were trained on it ("in") and of
/// those that were not ("out"). Judged is the margin of an unlearned model:
///
/// - `online`: `log N(φ; μ_in, σ_in) − log N(φ; μ_out, σ_out)`
/// - `offline`: `(φ − μ_out) / σ_out`, which orders as `1 − Pr[N(μ_out, σ_out) > φ]` does
///
/// - Source: Carlini, Chien, Nasr, Song, Terzis, Tramèr, "Membership Inference Attacks From First Principles", IEEE S&P
///   2022, arXiv:2112.03570, and the released score.py.
/// - Note: One view of each image, without augmentation. Deviations are at least 1e-6. Models of the attacked model's own
///   original are left out, and one original of the other side.
/// - Note: `as_released` has the released code's two-sided offline score, `−log N(φ; μ_out, σ_out)`.
public struct SampleLikelihoodRatioAttack: SampleAttack {
  /// What is known of a sample.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// Models trained with it and without it.
    case online
    /// Models trained without it.
    case offline
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "sample-lira", title: "LiRA by single samples",
    summary: "Tells whether an unlearned model looks trained on a sample, from originals of random halves.",
    source: Source(
      authors: "Carlini, Chien, Nasr, Song, Terzis, Tramèr",
      title: "Membership Inference Attacks From First Principles", venue: "IEEE S&P 2022", arXiv: "2112.03570",
      place: "algorithm 1 and its offline variant; attacked are unlearned models"))
  /// What its values mean.
  public static let reading = [
    "accuracy, auc, rates: forgotten samples against ones never trained on. Good is retrain's value, near 0.5; the "
      + "original's is that of the attack on a model that forgot nothing. Below 0.5 forgotten samples look less trained on "
      + "than unseen ones, a trace, too.",
    "retained_auc: how well samples are found that the model was trained on and did not forget; above retrain's, unlearning "
      + "exposes those who stay. retained_forgotten_auc: these against forgotten ones.",
    "It knows training and no training, not unlearning: a method that leaves a mark of another kind passes it, and "
      + "sample-ulira finds it.",
  ]
  /// Unlearning may expose those who stay.
  public static let judgesRetained = true

  /// The distributions that are compared.
  @Parameter("whether models trained with a sample are known, or only others") public var variant = Variant.online
  /// The reading of the released code.
  @Parameter("whether the released code's two-sided offline score is used") public var asReleased = false

  /// Online, with a deviation of each sample.
  public init() {}

  /// The game on margins.
  public func game(_ shadows: ShadowBank, _ evidence: Evidence) throws -> SampleGame {
    let originals = try evidence.margins(of: shadows.originals)
    return SampleGame(
      first: shadows.originals(originals, trained: true), second: shadows.originals(originals, trained: false),
      attacked: shadows.attacked(try evidence.margins(of: shadows.unlearned)),
      originalCount: shadows.originals.count, judgesRetained: true
    ) { _, number, inside, outside in
      let out = NormalFit(medianOf: outside)
      return switch (variant, asReleased) {
      case (.online, _): NormalFit(medianOf: inside).logRatio(at: number, to: out)
      case (.offline, false): out.distance(of: number)
      case (.offline, true): out.negativeLogDensity(at: number)
      }
    }
  }
}
