import Engine
public import Unlearning

/// Membership inference by a support vector machine that is trained on known members and non-members.
///
/// An SVC with kernel `exp(−γ‖x − y‖²)` learns to separate training samples from others by the attacked model's
/// predictions, and judges the forget set. Inputs are not scaled. Each variant is one published definition and one
/// measurement, `mia-svc.<variant>`; with a feature other than the confidence it is `mia-svc.<variant>_<feature>`.
/// Values are in [0, 1]; the aim is the value of retrained models, not 0 or 1.
///
/// | variant | members (1) | non-members (0) | judged | value |
/// |---|---|---|---|---|
/// | `salun` | retain train, \|non-members\| of them | test | forget train | share judged non-member |
/// | `kodge` | retain train | forget train | forget test | share judged non-member |
/// | `delete` | retain train, \|non-members\| of them | retain test | forget train | share judged member |
/// | `training-privacy` | retain train, \|non-members\| of them | half of test | the rest of both | mean accuracy |
///
/// A value is the mean over `draws` random draws, where anything is drawn: members of `salun`, `delete` and
/// `training-privacy`, and the halves of the last; of `kodge` only what `maximum_samples` or `balance` leave out. It
/// carries a caveat where the decision is the same for all samples in most draws, where exact ties decide, where draws
/// differ by more than half of all samples, and where members are the first ones of data sorted by class, or of fewer
/// classes than the data have.
///
/// - Source: Fan et al., "SalUn", ICLR 2024, arXiv:2310.12508 (code: evaluation/SVC_MIA.py); Kodge et al., "Deep
///   unlearning", TMLR 2024, arXiv:2312.00761 (code: SVC_MIA in utils.py); Zhou et al., "Decoupled distillation to
///   erase" (DELETE), CVPR 2025 (code: evaluation/SVC_MIA.py); all on Song and Mittal's features, arXiv:2003.10595.
/// - Note: `kodge` needs test samples of the forget set, which sample requests do not have: it is then skipped, and an
///   error if it is the only variant.
/// - Note: In class requests `salun` takes only test samples of the kept classes as non-members. Not stated in the
///   paper; chosen, and `non_members: all` takes the whole test set.
/// - Note: Members are drawn at random, of each class as many as there are non-members of it, so that the attack cannot
///   separate classes instead of membership. SalUn's code takes the first ones of the data set (`as_released: true`),
///   which are of one to three classes where the data are sorted by class; AMUN's takes a random subset.
/// - Note: `kodge` has as many members to a non-member as there are kept classes, so that the machine may predict
///   "member" for all samples of any model; `balance: true` corrects this.
/// - Note: `maximum_samples` draws the same share of members and of non-members, each evenly over classes, before the
///   fit: 50,000 samples take minutes, and the ratio of the sides is part of `kodge`.
/// - Note: Where a class has fewer members than non-members, `salun` and `delete` also cut its non-members to their
///   number.
public struct SupportVectorMIA: Attack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "mia-svc", title: "Support vector membership inference",
    summary: "Classifies the forget set by a support vector machine fitted to members and non-members, in published "
      + "definitions.",
    source: .salUn(
      place: "evaluation/SVC_MIA.py; variants of Kodge et al. (arXiv:2312.00761) and Zhou et al. (CVPR 2025)"),
    version: 3)
  /// Predictions of the attacked model.
  public static let reads: Set<EvidenceKind> = [.predictions]
  /// One kind per variant, and one for variants with another feature than the confidence.
  public static let measures = Variant.allCases.map(\.measured) + [otherFeature]
  private static let otherFeature = MeasurementKind(
    "<variant>_<feature>", direction: .nearest, meaning: "the same with another feature than the confidence")

  /// The variants to report, one measurement each per feature.
  @Parameter("published definitions of the attack; a measurement for each")
  public var variants: [Variant] = [.salun, .kodge, .delete]
  /// The features to attack with, each in a separate attack.
  @Parameter("features of the attack; a measurement for each") public var features: [Feature] = [.confidence]
  /// C, the penalty of margin violations.
  @Parameter("C, the penalty of margin violations", .positive) public var cost = 3.0
  /// γ of the kernel; nil is 1 / number of features, "auto".
  @Parameter("γ of the kernel exp(−γ‖x − y‖²); null: 1 / number of features", .positive)
  public var gamma: Double? = nil
  /// How members are subsampled when there are more than needed; nil is `random`, and `first` with `asReleased`.
  ///
  /// `first` is rejected without `asReleased`: where data are sorted by class, it measures classes instead of
  /// membership.
  @Parameter("which members are used; null: 'first' with 'as_released', which it needs, else 'random'")
  public var memberOrder: MemberOrder? = nil
  /// How many random draws of members (and of non-members, where they are bounded) a value is the mean of.
  @Parameter("number of random draws of members; a value is the mean over them", .closed(1, 1000)) public var draws = 5
  /// Whether `kodge` takes as many members as non-members, evenly over classes; its source takes all members.
  @Parameter("whether 'kodge' uses as many members as non-members") public var balance = false
  /// Which test samples are non-members in a class request; not stated in the papers, chosen.
  @Parameter("test samples that 'salun' uses as non-members in a request of classes")
  public var nonMembers = NonMembers.retained
  /// The maximum number of members and of non-members to fit to; nil for all of them, as in the sources.
  @Parameter("largest number of samples of the larger side, the other in proportion; null: all", .closed(2, 1_000_000))
  public var maximumSamples: Int? = nil
  /// Whether members are the first ones of the data set, and modified entropy that of the released code.
  @Parameter("whether the first members are used, and modified entropy has the error of the released code")
  public var asReleased = false

  /// Three definitions on the confidence, C = 3, γ = 1 / number of features, five draws.
  public init() {}

  /// Rejects empty lists of variants or features, repeated entries, and `first` without `asReleased`.
  public func validate() throws(ParameterError) {
    if memberOrder == .first, !asReleased {
      throw ParameterError(
        "member_order", "'first' tells classes apart where data are sorted by class; it needs 'as_released: true'")
    }
    try ParameterError.checkNames(variants, of: "variants", each: "variant")
    try ParameterError.checkNames(features, of: "features", each: "feature")
  }

  /// The value of `memberOrder`, or the default, which depends on `asReleased`.
  var usedMemberOrder: MemberOrder { memberOrder ?? (asReleased ? .first : .random) }

  /// Only `kodge` needs test samples of forgotten classes.
  public func obstacle(in cell: CellSizes) -> String? {
    guard served(in: cell).isEmpty else { return nil }
    return cell.missingForgetTest ?? "needs test samples of forgotten classes, and samples of any class are forgotten"
  }

  /// One name per feature and variant that the request allows.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(served(in: cell).flatMap { variant in features.map { kind(variant, $0).name } })
  }

  private func served(in cell: CellSizes) -> [Variant] {
    variants.filter { $0 != .kodge || cell[.forgetTest] > 0 }
  }

  private func kind(_ variant: Variant, _ feature: Feature) -> MeasurementKind {
    guard feature != .confidence else { return variant.measured }
    return Self.otherFeature.named("\(variant.measured.name)_\(feature.measurementName)")
  }

  /// Attacks one model; one measurement for each variant that the request allows and each feature.
  ///
  /// - Throws: `AttackError` when a side has no samples, logits are not finite, or no variant can serve the request.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let served = variants.filter { $0 != .kodge || evidence.target[.forgetTest].count > 0 }
    guard !served.isEmpty else {
      throw AttackError.requestNotServed(
        "mia-svc.kodge judges test samples of forgotten classes, and this forget request has none; "
          + "add salun or delete to 'variants'")
    }
    var machines: [Sides: SupportVectorMachine] = [:]
    var measurements: [MeasuredValue] = []
    for variant in served {
      var games = [try Game(variant, evidence: evidence, attack: self, draw: 0)]
      if games[0].isDrawn {
        for draw in 1..<max(1, draws) {
          games.append(try Game(variant, evidence: evidence, attack: self, draw: draw))
        }
      }
      for feature in features {
        measurements.append(try measurement(variant, feature, games, &machines))
      }
    }
    return measurements
  }

  /// The samples of one fit: `salun` and `delete` mostly share them, and fitting dominates the run time.
  private struct Sides: Hashable {
    var members: FeatureRows
    var nonMembers: FeatureRows
  }

  /// The mean over the games, which differ in their draws.
  private func measurement(
    _ variant: Variant, _ feature: Feature, _ games: [Game], _ machines: inout [Sides: SupportVectorMachine]
  ) throws(AttackError) -> MeasuredValue {
    var values: [Double] = []
    var verdicts: [[Double]] = []
    var caveats: [[String]] = []
    for game in games {
      let sides = Sides(
        members: rows(feature, of: game.members), nonMembers: rows(feature, of: game.nonMembers))
      let machine: SupportVectorMachine
      if let known = machines[sides] { machine = known } else { machine = try fit(sides) }
      machines[sides] = machine
      let judged = game.judged.map { (rows: rows(feature, of: $0.samples), isMember: $0.isMember) }
      var shares: [Double] = []
      var reasons = game.caveat.map { [$0] } ?? []
      for (rows, isMember) in judged {
        let found = try machine.judge(rows, fitted: [sides.members, sides.nonMembers] + judged.map(\.rows))
        let counted = found.verdicts.map { $0 == isMember ? 1.0 : 0.0 }
        shares.append(counted.mean)
        reasons += found.caveats
        if judged.count == 1 { verdicts.append(counted) }
      }
      values.append(shares.mean)
      caveats.append(reasons)
    }
    let spread = (values.max() ?? 0) - (values.min() ?? 0)
    return kind(variant, feature).value(
      values.mean,
      perSample: verdicts.first.map { first in first.indices.map { row in verdicts.map { $0[row] }.mean } },
      caveat: DecisionCaveat.joined([DecisionCaveat.inMost(of: caveats), spread > 0.5 ? Self.drawDecides : nil]))
  }

  /// The caveat for draws that disagree on more than half of the samples.
  static let drawDecides = "random draws of the fitted samples differ by more than 50 points"

  private func fit(_ sides: Sides) throws(AttackError) -> SupportVectorMachine {
    try SupportVectorMachine(
      positives: sides.members, negatives: sides.nonMembers,
      kernel: .rbf(gamma: gamma ?? 1 / Double(sides.members.width)), cost: cost)
  }

  private func rows(_ feature: Feature, of predictions: Predictions) -> FeatureRows {
    switch feature {
    case .correctness: FeatureRows(predictions.scores(.correctness))
    case .confidence: FeatureRows(predictions.scores(.confidence))
    case .entropy: FeatureRows(predictions.scores(.entropy))
    case .modifiedEntropy:
      FeatureRows(
        asReleased ? predictions.modifiedEntropiesAsReleased() : predictions.scores(.modifiedEntropy))
    case .probabilities: FeatureRows(predictions.probabilities)
    }
  }
}
