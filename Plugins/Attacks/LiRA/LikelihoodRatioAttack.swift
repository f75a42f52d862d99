public import Unlearning

/// LiRA: whether a model was trained on a forgotten sample, by likelihood ratios of the sample's margin under originals,
/// which were, and retrained models, which were not.
///
/// For sample x with label y the margin is `φ(x) = z_y − log Σ_{k≠y} exp z_k`. Normal distributions are fitted per sample,
/// with medians and standard deviations, to the margins of originals ("in") and of retrained models ("out"); judged are a
/// model of the method and a retrained one, without the latter and without the original of the former:
///
/// - `online`: `log N(φ; μ_in, σ_in) − log N(φ; μ_out, σ_out)`
/// - `offline`: `(φ − μ_out) / σ_out`, which orders as `1 − Pr[N(μ_out, σ_out) > φ]` does
///
/// It asks another question than U-LiRA: a method that leaves a trace unlike both training and retraining passes it.
///
/// - Source: Carlini, Chien, Nasr, Song, Terzis, Tramèr, "Membership Inference Attacks From First Principles", IEEE S&P
///   2022, arXiv:2112.03570, and the released score.py.
/// - Note: One view of each image, without augmentation. Shadow models differ by seed and forget set, not by random
///   halves of the training set. Deviations are at least 1e-6.
/// - Note: The true positive rates are at a false positive rate of at most 1 % and 0.1 %; the released code takes the
///   largest one below.
/// - Note: `as_released` has the released code's readings: offline `−log N(φ; μ_out, σ_out)`, which is two-sided, and a
///   fixed variance of "out" that is computed from "in".
public struct LikelihoodRatioAttack: BankAttack {
  /// What is known of a sample.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// Models trained with it and without it.
    case online
    /// Models trained without it.
    case offline
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "lira", title: "Likelihood-ratio attack (LiRA)",
    summary: "Tells whether forgotten samples were trained on, from originals and retrained models.",
    source: Source(
      authors: "Carlini, Chien, Nasr, Song, Terzis, Tramèr",
      title: "Membership Inference Attacks From First Principles", venue: "IEEE S&P 2022", arXiv: "2112.03570",
      place: "algorithm 1 and its offline variant; over originals and retrained models"), version: 2)
  /// Predictions of all models of the method, of retrained models and of originals.
  public static let reads: Set<EvidenceKind> = [.margins, .retrainedModels, .unlearnedModels, .originalModels]

  /// What its values mean.
  public static let reading = [
    "It asks whether a model was trained on the forgotten samples: originals are those that were, retrained models those "
      + "that were not. Good is 0.5; below, the model is farther from training than retrained models are, a trace, too.",
    "accuracy takes the score's sign, at which a method that only lies nearer to the originals than retrained models do is "
      + "not found: an accuracy of 0.5 beside an AUC of 0.8 is no success.",
    "Distributions have the median and the population deviation of the models' margins, as in the released code.",
  ]

  /// The judged samples.
  @Parameter(.judgedPart) public var part = Part.forgetTrain
  /// The distributions that are compared.
  @Parameter("whether models trained with a sample are known, or only others") public var variant = Variant.online
  /// One deviation for all samples, for few models.
  @Parameter("whether all samples share one standard deviation, as few models need") public var fixedVariance = false
  /// The readings of the released code.
  @Parameter("whether the released code's two-sided offline score and fixed variance are used")
  public var asReleased = false
  /// The number of random halves of the bank.
  @Parameter(.bankSplits) public var splits = 35
  /// The number of random exchanges for the p-value.
  @Parameter(.bankPermutations) public var permutations = 0

  /// Online, with a deviation of each sample.
  public init() {}

  /// See the parameters.
  public var effort: BankGame.Effort { .init(splits: splits, permutations: permutations) }

  /// The released offline score has no natural threshold.
  public var signCaveat: String? {
    variant == .offline && asReleased ? "the released offline score has no threshold, and 0 is none" : nil
  }

  /// The game on margins.
  public func game(_ evidence: Evidence) throws -> BankGame {
    let (own, retrained) = (evidence.peers.count, evidence.retrained.count)
    let banks = evidence.peers.appending(evidence.retrained).appending(evidence.originals)
    let originals = try evidence.placesOfOriginals()
    return game(
      SampleTable(try evidence.map(banks, on: part) { $0.margins }), unlearnedCount: own, retrainedCount: retrained,
      originals: originals)
  }

  /// The game on margins of the method's models, of retrained ones and of originals, in this order.
  ///
  /// - Parameter originals: For each model of the method, and then for each retrained one, the place of its original.
  package func game(
    _ table: SampleTable, unlearnedCount: Int, retrainedCount: Int, originals: [Int]
  ) -> BankGame {
    BankGame(unlearnedCount: unlearnedCount, retrainedCount: retrainedCount, sampleCount: table.sampleCount) { models in
      let trained = models.unlearned.map { originals[$0] }
      let inside = SampleFits(table, models: trained, center: .median, isSample: false)
      let outside = SampleFits(table, models: models.retrained, center: .median, isSample: false)
      return { fold in
        let judged = [models.unlearned[fold], models.retrained[fold]]
        var first = inside.fits(without: trained[fold])
        var second = outside.fits(without: judged[1])
        if fixedVariance {
          let own = inside.overallDeviation(trained.filter { $0 != trained[fold] })
          let other = outside.overallDeviation(models.retrained.filter { $0 != judged[1] })
          first.deviations = first.deviations.map { _ in own }
          second.deviations = second.deviations.map { _ in asReleased ? own : other }
        }
        let scores =
          variant == .online
          ? table.logRatios(of: judged, first, second) : judged.map { offlineScores(of: $0, second, table) }
        return BankGame.Fold(unlearned: scores[0], retrained: scores[1])
      }
    }
  }

  private func offlineScores(of model: Int, _ outside: NormalFits, _ table: SampleTable) -> [Double] {
    asReleased ? table.negativeLogDensities(of: model, outside) : table.distances(of: model, from: outside)
  }
}
