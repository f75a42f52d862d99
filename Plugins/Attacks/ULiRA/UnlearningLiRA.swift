import Engine
public import Unlearning

/// U-LiRA: whether a model was unlearned or retrained, by likelihood ratios of the margins of each forgotten sample.
///
/// For sample x with label y the margin is `φ(x) = z_y − log Σ_{k≠y} exp z_k`. To each sample two normal distributions
/// are fitted, one to the margins of the method's models and one to those of retrained models, without one model of each
/// kind; these two are judged by `Λ(x) = log N(φ; μ_U, σ_U) − log N(φ; μ_R, σ_R)`, above 0 for "unlearned". The value is
/// the mean over all such folds.
///
/// - Source: Hayes, Shumailov, Triantafillou, Khalifa, Papernot, "Inexact Unlearning Needs More Careful Evaluations to
///   Avoid a False Sense of Privacy", arXiv:2403.01218; the class-wise version is that of Kodge, Saha, Roy, "Deep
///   Unlearning: Fast and Efficient Gradient-free Class Forgetting", TMLR 2024.
/// - Note: Q_R has models never trained on the sample: retrained ones. One model of each kind is left out; the released
///   class-wise code holds out one pair of models, fits its threshold to it, and reports the accuracy at that threshold.
/// - Note: Sample standard deviations (n − 1), at least 1e-6.
public struct UnlearningLiRA: BankAttack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "ulira", title: "U-LiRA",
    summary: "Tells unlearned from retrained models by likelihood ratios of each forgotten sample's margin.",
    source: Source(
      authors: "Hayes, Shumailov, Triantafillou, Khalifa, Papernot",
      title: "Inexact Unlearning Needs More Careful Evaluations to Avoid a False Sense of Privacy", venue: "SaTML 2025",
      arXiv: "2403.01218", place: "class-wise, by leave-one-out; formula from independent implementations"), version: 2)
  /// Predictions of all models of the method, and of retrained ones.
  public static let reads: Set<EvidenceKind> = [.margins, .retrainedModels, .unlearnedModels]

  /// What its values mean.
  public static let reading = [
    "An accuracy of 0.5 says that the margins (log-odds of the true label) of the method's models cannot be told from those "
      + "of retrained ones; 1 that single samples tell every model. p is how rarely an exchange of models is as clear.",
    "Values depend on the number of models. Compare accuracy_half with retrain's: half of the seeds against the other half, "
      + "for both over the same splits.",
    "It does not ask whether a model still knows the forget set: a model that is unlike both training and retraining is "
      + "found, and a method without variation between seeds may be, too.",
  ]

  /// The judged samples.
  @Parameter(.judgedPart) public var part = Part.forgetTrain
  /// The number of random halves of the bank.
  @Parameter(.bankSplits) public var splits = 35
  /// The number of random exchanges for the p-value.
  @Parameter(.bankPermutations) public var permutations = 200

  /// Training samples of the forget set, 35 splits, 200 exchanges.
  public init() {}

  /// See the parameters.
  public var effort: BankGame.Effort { .init(splits: splits, permutations: permutations) }

  /// The game on margins.
  public func game(_ evidence: Evidence) throws -> BankGame {
    let margins = try evidence.map(evidence.peers.appending(evidence.retrained), on: part) { $0.margins }
    return Self.game(SampleTable(margins), unlearnedCount: evidence.peers.count)
  }

  /// The game on margins of the method's models, which come first, and of retrained ones.
  package static func game(_ table: SampleTable, unlearnedCount: Int) -> BankGame {
    BankGame(
      unlearnedCount: unlearnedCount, retrainedCount: table.modelCount - unlearnedCount,
      sampleCount: table.sampleCount
    ) { models in
      let first = SampleFits(table, models: models.unlearned)
      let second = SampleFits(table, models: models.retrained)
      return { fold in
        let judged = [models.unlearned[fold], models.retrained[fold]]
        let ratios = table.logRatios(
          of: judged, first.fits(without: judged[0]), second.fits(without: judged[1]))
        return BankGame.Fold(unlearned: ratios[0], retrained: ratios[1])
      }
    }
  }
}
