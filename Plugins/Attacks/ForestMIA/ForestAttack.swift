import Engine
public import Unlearning

/// Membership inference by random forests on the loss.
///
/// Forests are trained to separate members (retain train) from non-members (retain test) by `−log p_y` alone. With the
/// prediction "member" where the forest's mean share exceeds ½, `mia-forest.loss` is the fraction of forget train that
/// is predicted non-member, in [0, 1], by the forest of 20, 50 or 100 trees for which it is largest;
/// `mia-forest.loss_auc` is the probability that this forest gives a sample of forget train a larger share than an
/// unseen one, ties half. The unseen samples are forget test in class requests. In others they are a random half of
/// retain test that no forest is fitted to, weighted to the class and group composition of the forget set: a model that
/// never saw the forget set has .5 in expectation. `mia-forest.loss_beyond` is the share of forget train with losses
/// below or above all fitted ones. A forest gives all of them the share of its outermost leaf, so that their part in
/// `loss` is 0 or 1 by chance: above 5 % the other two values carry a caveat, as they do where the decision is the same
/// for all samples. The aim is the value of retrained models.
///
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330; released code, `metrics.py`.
/// - Note: The code's non-members are validation samples, and its unseen ones test samples; here both are test samples,
///   as in the other attacks, and never the same ones. Its grid has the Gini impurity and the entropy, which give the
///   same forests on one feature, see `SingleFeatureForest`. The largest value over forests is reported, as in the
///   code, which favors the method.
public struct ForestAttack: Attack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "mia-forest", title: "Random-forest membership inference",
    summary: "Classifies the forget set by random forests that are fitted to the losses of members and non-members.",
    source: .groupRobustUnlearning(place: "released code, metrics.py"), version: 2)
  /// Predictions of the attacked model, and groups, by which unseen samples are matched to the forget set.
  public static let reads: Set<EvidenceKind> = [.predictions, .knownGroups]
  /// The attack value, its AUC and the fraction of losses outside the fitted range.
  public static let measures = [loss, area, beyond]
  private static let loss = MeasurementKind(
    "loss", direction: .nearest, meaning: "fraction of forget train that the forest classifies as non-members")
  private static let area = MeasurementKind(
    "loss_auc", direction: .nearest, meaning: "area under the ROC curve of forget train against unseen samples")
  private static let beyond = MeasurementKind(
    "loss_beyond", direction: .nearest, meaning: "fraction of forget train with losses outside the fitted range")

  /// The numbers of trees; the forest with the largest value is reported.
  @Parameter("numbers of trees; the forest with the largest value is reported", .closed(1, 10_000))
  public var trees = [20, 50, 100]

  /// 20, 50 and 100 trees.
  public init() {}

  /// Rejects an empty list of sizes.
  public func validate() throws(ParameterError) {
    if trees.isEmpty { throw ParameterError("trees", "must name at least one size") }
  }

  /// Forgotten classes need test samples, with which they are compared.
  public func obstacle(in cell: CellSizes) -> String? { cell.missingForgetTest }

  /// Fits the forests to one model and applies them to forget train.
  ///
  /// - Throws: `AttackError` when forget train, retain train or the unseen samples are missing, or logits are not
  ///   finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let members = try evidence.samples(.retainTrain).losses
    let tested = try evidence.samples(.retainTest)
    let judged = try evidence.samples(.forgetTrain).losses
    let random = evidence.context.random.stream("mia-forest")
    let nonMembers: [Double]
    let unseen: UnseenSamples
    if evidence.context.forgottenClasses.isEmpty {
      guard tested.count > 1 else { throw AttackError.emptySet("two test samples") }
      var draw = random.stream("halves")
      let halves = draw.stratifiedHalves(evidence.strata(of: tested, inTest: true))
      nonMembers = tested.selecting(halves.second).losses
      unseen = try evidence.unseenSamples(halves.first)
    } else {
      nonMembers = tested.losses
      unseen = try evidence.unseenSamples()
    }
    let forest = try SingleFeatureForest(
      positives: members, negatives: nonMembers, count: trees.max() ?? 1, random: random)
    var best: (trees: Int, value: Double, verdicts: [Double])?
    for trees in self.trees {
      let verdicts = judged.map { forest.share(of: $0, trees: trees) > 0.5 ? 0.0 : 1.0 }
      let value = verdicts.mean
      if value > best?.value ?? -1 { best = (trees, value, verdicts) }
    }
    guard let best else { return [] }
    let shares = judged.map { forest.share(of: $0, trees: best.trees) }
    let unseenShares = unseen.samples.losses.map { forest.share(of: $0, trees: best.trees) }
    let curve = try ROCCurve(positives: shares, negatives: unseenShares, negativeWeights: unseen.weights)
    let fitted = members + nonMembers
    let range = (fitted.min() ?? 0)...(fitted.max() ?? 0)
    let beyond = Double(judged.count { !range.contains($0) }) / Double(judged.count)
    let extrapolates = beyond > 0.05 ? Self.beyondFitted : nil
    let constant = DecisionCaveat.constant(
      judged: shares.map { $0 > 0.5 }, fitted: fitted.lazy.map { forest.share(of: $0, trees: best.trees) > 0.5 })
    return [
      Self.loss.value(
        best.value, perSample: best.verdicts,
        interval: SamplingInterval(of: best.verdicts.count { $0 == 1 }, in: best.verdicts.count),
        caveat: DecisionCaveat.joined([constant, extrapolates])),
      Self.area.value(
        curve.area,
        interval: SamplingInterval(areaOf: shares, over: unseenShares, negativeWeights: unseen.weights),
        curve: curve.atRates,
        caveat: DecisionCaveat.joined([
          DecisionCaveat.equalScores(shares, unseenShares), extrapolates, unseen.caveat,
        ])),
      Self.beyond.value(beyond),
    ]
  }

  /// The caveat for losses outside the range of the fitted ones.
  static let beyondFitted =
    "more than 5 % of the judged losses lie beyond all fitted ones, where a forest's answer is one constant"
}
