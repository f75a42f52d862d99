import Engine
public import Unlearning

/// Membership inference by a logistic regression on the loss, cross-validated between forget and unseen samples.
///
/// The regression separates forget train (1) from equally many unseen samples (0) by their cross-entropy alone: for
/// each of several stratified random splits a logistic regression (L2, C = 1, intercept not penalized) is fitted to 90
/// % and tested on the other 10 %. The value is the mean accuracy over the splits, in [0, 1]; .5 is chance, and the aim
/// is the value of retrained models.
///
/// | measurement | unseen samples | loss | splits |
/// |---|---|---|---|
/// | `mia-logistic.starting_kit` | test samples of the same composition | as it is | 10 |
/// | `mia-logistic.scrub` | test samples of the same classes, in the same numbers | clipped to ±100 | 5 |
///
/// Both sides are subsampled at random to equal size; in the starting kit's variant equally many of each class, and
/// group where groups are known. A value carries a caveat where the decision is the same for all samples in most
/// splits.
///
/// - Source: NeurIPS 2023 machine unlearning challenge, starting kit (unlearning-CIFAR10.ipynb, simple_mia); Kurmanji
///   et al., "Towards unbounded machine unlearning" (SCRUB), NeurIPS 2023, arXiv:2302.09880 (code: MIA experiments).
/// - Note: The starting kit forgets samples of all classes and draws its test samples alike. Here the unseen samples
///   are of the forget set's classes and groups, as SCRUB has them, in all requests: otherwise the attack would
///   separate the classes. Not stated in the kit; chosen.
/// - Note: Splits are stratified like scikit-learn's `StratifiedShuffleSplit`, with this framework's random numbers.
public struct LogisticAttack: Attack {
  /// A published definition of the attack.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// The attack of the starting kit of the NeurIPS 2023 unlearning challenge.
    case startingKit = "starting-kit"
    /// SCRUB's: unseen samples of the same classes, in the same numbers, and a clipped loss.
    case scrub

    /// The kind of measurement, named after the variant in snake_case.
    var measured: MeasurementKind {
      MeasurementKind(
        rawValue.replacing("-", with: "_"), direction: .nearest,
        meaning: "accuracy of separating forget train from unseen samples, as defined by "
          + (self == .scrub ? "SCRUB" : "the challenge of NeurIPS 2023"))
    }
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "mia-logistic", title: "Logistic regression membership inference",
    summary:
      "Separates forget training samples from unseen ones by a logistic regression on the loss, cross-validated.",
    source: Source(
      authors: "Triantafillou et al.", title: "NeurIPS 2023 Machine Unlearning Challenge",
      venue: "NeurIPS 2023 machine unlearning challenge",
      place: "starting kit, simple_mia; variant of Kurmanji et al. (arXiv:2302.09880)"), version: 2)
  /// Predictions of the attacked model, and groups, by which unseen samples are matched to the forget set.
  public static let reads: Set<EvidenceKind> = [.predictions, .knownGroups]
  /// One kind per variant, named after it in snake_case.
  public static let measures = Variant.allCases.map(\.measured)

  /// The variants to report, one measurement each.
  @Parameter("published definitions of the attack; a measurement for each")
  public var variants: [Variant] = [.startingKit]
  /// The number of random splits of `starting-kit`.
  @Parameter("number of random splits of 'starting-kit'", .closed(1, 10_000)) public var splits = 10
  /// The number of random splits of `scrub`.
  @Parameter("number of random splits of 'scrub'", .closed(1, 10_000)) public var scrubSplits = 5
  /// The fraction of samples that each split holds out for testing.
  @Parameter("fraction of the samples that each split holds out", .open(0, 1)) public var testShare = 0.1
  /// C; the smaller, the stronger the penalty on the slope.
  @Parameter("C, the inverse weight of the regression's ℓ2 penalty", .positive) public var cost = 1.0
  /// The bound at which `scrub` clips the loss, in nats.
  @Parameter("largest loss of 'scrub', in nats; larger ones are clipped to it", .positive) public var clip = 100.0

  /// Ten splits of 10 %, C = 1.
  public init() {}

  /// Rejects an empty list of variants and repeated variants.
  public func validate() throws(ParameterError) {
    try ParameterError.checkNames(variants, of: "variants", each: "variant")
  }

  /// Each side needs at least two samples of the same classes to be split.
  public func obstacle(in cell: CellSizes) -> String? {
    if let missing = cell.missingForgetTest { return missing }
    let pairs = (0..<cell.classCount).reduce(0) {
      $0 + min(cell.count(.forgetTrain, of: $1), cell.count(cell.unseenPart, of: $1))
    }
    guard pairs < 2 else { return nil }
    return "needs two forget and two unseen samples of the same classes; there \(pairs == 1 ? "is 1" : "are 0") of each"
  }

  /// One name per variant of the parameter `variants`.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(variants.map(\.measured.name))
  }

  /// Attacks one model and returns one measurement per variant.
  ///
  /// - Throws: `AttackError` when a side has fewer than two samples or logits are not finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    try variants.map { variant in
      // The stream depends on data and request alone: every model of a cell is attacked with the same draws.
      var random = evidence.context.random.stream("mia-logistic").stream(variant.rawValue)
      let (members, unseen) = try sides(variant, evidence, &random)
      guard members.count > 1 else { throw AttackError.emptySet("two forget and two unseen samples") }
      let drawn = try StratifiedSplit.draw(
        variant == .scrub ? scrubSplits : splits, sizeOfEachSide: members.count, testShare: testShare, random: &random)
      let found = try Self.accuracy(members: members, unseen: unseen, splits: drawn, cost: cost)
      return variant.measured.value(found.mean, caveat: found.caveat)
    }
  }

  /// The mean test accuracy over `splits` of a regression between `members` and `unseen`, and its caveat.
  package static func accuracy(
    members: [Double], unseen: [Double], splits: [StratifiedSplit], cost: Double
  ) throws(AttackError) -> (mean: Double, caveat: String?) {
    var sum = 0.0
    var caveats: [[String]] = []
    for split in splits {
      let fitted = [
        FeatureRows(split.members.fitted.map { members[$0] }), FeatureRows(split.unseen.fitted.map { unseen[$0] }),
      ]
      let held = split.members.held.map { members[$0] } + split.unseen.held.map { unseen[$0] }
      let regression = try LogisticRegression(positives: fitted[0], negatives: fitted[1], cost: cost)
      let found = try regression.judge(FeatureRows(held), fitted: fitted)
      let known = split.members.held.count
      let rightly = found.verdicts[..<known].count { $0 } + found.verdicts[known...].count { !$0 }
      sum += Double(rightly) / Double(held.count)
      caveats.append(found.caveats)
    }
    return (sum / Double(splits.count), DecisionCaveat.inMost(of: caveats))
  }

  /// Losses of forget samples and of equally many unseen ones.
  private func sides(
    _ variant: Variant, _ evidence: Evidence, _ random: inout RandomSource
  ) throws(AttackError) -> (members: [Double], unseen: [Double]) {
    let members = try evidence.samples(.forgetTrain)
    let unseen = try evidence.samples(evidence.context.forgottenClasses.isEmpty ? .retainTest : .forgetTest)
    var draw = random.stream("sides")
    switch variant {
    case .startingKit:
      let rows = draw.matchedByClass(
        left: evidence.strata(of: unseen, inTest: true), right: evidence.strata(of: members, inTest: false))
      let (memberLosses, unseenLosses) = (members.losses, unseen.losses)
      return (rows.right.map { memberLosses[$0] }, rows.left.map { unseenLosses[$0] })
    case .scrub:
      let memberLosses = members.losses.clipped(clip)
      let unseenLosses = unseen.losses.clipped(clip)
      let rows = (
        members: Dictionary(grouping: memberLosses.indices) { members.labels[$0] },
        unseen: Dictionary(grouping: unseenLosses.indices) { unseen.labels[$0] }
      )
      var result: (members: [Double], unseen: [Double]) = ([], [])
      for label in rows.members.keys.sorted() {
        let (left, right) = (rows.members[label, default: []], rows.unseen[label, default: []])
        let size = min(left.count, right.count)
        result.members += draw.sample(size, of: left).map { memberLosses[$0] }
        result.unseen += draw.sample(size, of: right).map { unseenLosses[$0] }
      }
      return result
    }
  }
}

extension [Double] {
  fileprivate func clipped(_ bound: Double) -> [Double] { map { Swift.min(Swift.max($0, -bound), bound) } }
}
