import Engine
public import Unlearning

/// Membership inference by one score and a threshold.
///
/// A sample is judged a member where its score is at least the threshold t, and t maximizes
/// `½(P[member ≥ t] + P[non-member < t])` over retain train (members) and retain test (non-members), for each class
/// alone. The value is the share of forget train judged non-member, in [0, 1]; the aim is the value of retrained
/// models. With prediction p and label y:
///
/// | measurement | score | threshold |
/// |---|---|---|
/// | `mia-threshold.correctness` | 1 where the largest p is p_y | none: member where right |
/// | `mia-threshold.confidence` | p_y | per class |
/// | `mia-threshold.entropy` | Σ_k p_k log p_k | per class |
/// | `mia-threshold.modified_entropy` | (1 − p_y) log p_y + Σ_{k≠y} p_k log(1 − p_k) | per class |
/// | `mia-threshold.loss` | log p_y | one for all classes |
/// | `mia-threshold.loss_auc` | log p_y | none: P[forget train > unseen], ties half |
/// | `mia-threshold.loss_tpr` | log p_y | of 1 % of the unseen samples: share of forget train above |
/// | `mia-threshold.retained_auc` | log p_y | none: P[retain train > retain test], ties half |
///
/// `loss_auc` compares forget train with unseen samples: forget test in class requests, else retain test, weighted to
/// the class and group composition of the forget set; .5 is chance. A value carries a caveat where the decision is the
/// same for all samples, fitted and judged, or all scores are equal, and `loss_tpr` where there are fewer than 100 unseen
/// samples. Shares have Clopper-Pearson intervals over the judged samples for given thresholds, areas DeLong's.
///
/// - Source: Song and Mittal, "Systematic evaluation of privacy risks of machine learning models", USENIX Security
///   2021, arXiv:2003.10595, section 3.1; loss threshold after Yeom et al., "Privacy risk in machine learning", CSF
///   2018, arXiv:1709.01604.
/// - Note: Song and Mittal judge members and non-members of a target model and report the mean of both shares; a forget
///   set is one side alone, and its share of non-members is reported, as in the code of SalUn (evaluation/MIA.py).
/// - Note: A class without members or without non-members, like a forgotten class, has no threshold of its own; it
///   takes that of all classes together. Not stated in the papers; chosen (the released code takes 0).
/// - Note: The global loss threshold maximizes the same balanced accuracy; Yeom et al. take the mean training loss.
public struct ThresholdAttack: Attack {
  /// A score and how its threshold is set.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// Member where the prediction is right; no threshold.
    case correctness
    /// Probability of the label, a threshold per class.
    case confidence
    /// Negative entropy of the prediction, a threshold per class.
    case entropy
    /// Negative modified entropy of the prediction, a threshold per class.
    case modifiedEntropy = "modified-entropy"
    /// Negative cross-entropy, one threshold for all classes.
    case loss
    /// Area under the ROC curve of the negative cross-entropy; no threshold.
    case lossAUC = "loss-auc"
    /// True positive rate of the negative cross-entropy at a false positive rate of at most 1 %.
    case lossTPR = "loss-tpr"
    /// Area under the ROC curve of retained samples; no threshold.
    case retainedAUC = "retained-auc"

    /// Whether forget train is compared with unseen samples.
    var needsUnseen: Bool { self == .lossAUC || self == .lossTPR }

    /// The kind of measurement, named after the variant in snake_case.
    var measured: MeasurementKind {
      let meaning =
        switch self {
        case .correctness: "fraction of forget train that is classified wrongly"
        case .confidence: "fraction of forget train classified as non-members by the probability of the label"
        case .entropy: "fraction of forget train classified as non-members by the entropy of the prediction"
        case .modifiedEntropy: "fraction of forget train classified as non-members by the modified entropy"
        case .loss: "fraction of forget train classified as non-members by the loss and one threshold for all classes"
        case .lossAUC: "area under the ROC curve of forget train against unseen samples, by the loss"
        case .lossTPR: "true positive rate of forget train at a false positive rate of at most 1 % of unseen samples"
        case .retainedAUC: "area under the ROC curve of retain train against retain test, by the loss"
        }
      return MeasurementKind(rawValue.replacing("-", with: "_"), direction: .nearest, meaning: meaning)
    }
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "mia-threshold", title: "Threshold membership inference",
    summary:
      "Classifies the forget set by a score of each prediction and the threshold that best separates training samples "
      + "from test samples.",
    source: Source(
      authors: "Song, Mittal", title: "Systematic Evaluation of Privacy Risks of Machine Learning Models",
      venue: "USENIX Security 2021", arXiv: "2003.10595", place: "section 3.1"), version: 2)
  /// Predictions of the attacked model, and groups, by which unseen samples are matched to the forget set.
  public static let reads: Set<EvidenceKind> = [.predictions, .knownGroups]
  /// One kind per variant, named after it in snake_case.
  public static let measures = Variant.allCases.map(\.measured)

  /// The variants to report, one measurement each.
  @Parameter("scores to attack with; a measurement for each")
  public var variants: [Variant] = [.correctness, .confidence, .entropy, .modifiedEntropy, .loss]
  /// Whether modified entropy is that of the released code of SalUn and not the published one.
  @Parameter("whether modified entropy has the error of SalUn's released code") public var asReleased = false

  /// Four attacks of Song and Mittal and the loss threshold.
  public init() {}

  /// Rejects an empty list of variants and repeated variants.
  public func validate() throws(ParameterError) {
    try ParameterError.checkNames(variants, of: "variants", each: "variant")
  }

  /// `loss-auc` and `loss-tpr` need test samples of the forgotten classes, with which they compare them.
  public func obstacle(in cell: CellSizes) -> String? {
    let needing = variants.filter(\.needsUnseen)
    guard !needing.isEmpty, let missing = cell.missingForgetTest else { return nil }
    let names = needing.map { "'\($0.rawValue)'" }.joined(separator: " and ")
    return variants.count == needing.count ? missing : "\(missing); leave \(names) out of 'variants'"
  }

  /// One name per variant of the parameter `variants`.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(variants.map(\.measured.name))
  }

  /// Attacks one model and returns one measurement per variant.
  ///
  /// - Throws: `AttackError` when forget train, retain train or retain test is empty, or logits are not finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let members = try evidence.samples(.retainTrain)
    let nonMembers = try evidence.samples(.retainTest)
    let target = try evidence.samples(.forgetTrain)
    return try variants.map { variant in
      if variant == .retainedAUC { return try curveValue(variant, members, nonMembers) }
      if variant.needsUnseen {
        let unseen = try evidence.unseenSamples()
        return try curveValue(variant, target, unseen.samples, weights: unseen.weights, caveat: unseen.caveat)
      }
      let isMember = rule(variant, members, nonMembers, target)
      let judged = isMember(target)
      let verdicts = judged.map { $0 ? 0.0 : 1.0 }
      let fitted = [members, nonMembers].lazy.flatMap { isMember($0) }
      return variant.measured.value(
        verdicts.mean, perSample: verdicts,
        interval: SamplingInterval(of: verdicts.count { $0 == 1 }, in: verdicts.count),
        caveat: DecisionCaveat.constant(judged: judged, fitted: fitted))
    }
  }

  /// The area under the ROC curve of the loss, or the true positive rate of `loss-tpr`.
  private func curveValue(
    _ variant: Variant, _ positives: Predictions, _ negatives: Predictions, weights: [Double]? = nil,
    caveat: String? = nil
  ) throws(AttackError) -> MeasuredValue {
    let (found, others) = (scores(variant, positives), scores(variant, negatives))
    let curve = try ROCCurve(positives: found, negatives: others, negativeWeights: weights)
    let equal = DecisionCaveat.equalScores(found, others)
    guard variant == .lossTPR else {
      return variant.measured.value(
        curve.area, perSample: found,
        interval: SamplingInterval(areaOf: found, over: others, negativeWeights: weights), curve: curve.atRates,
        caveat: DecisionCaveat.joined([equal, caveat]))
    }
    let rate = curve.truePositiveRate(atFalsePositiveRate: Self.falsePositiveRate)
    let counted = weights.map { $0.count { $0 > 0 } } ?? others.count
    let few = Self.falsePositiveRate * Double(counted) >= 1 ? nil : Self.fewUnseen
    return variant.measured.value(
      rate, perSample: found,
      interval: SamplingInterval(of: Int((rate * Double(found.count)).rounded()), in: found.count),
      caveat: DecisionCaveat.joined([equal, few, caveat]))
  }

  /// The bound of `loss-tpr`.
  private static let falsePositiveRate = 0.01
  /// The caveat of `loss-tpr` below 100 unseen samples.
  static let fewUnseen = "so few samples have no false positive rate between 0 and 1 %"

  /// Returns the decision rule of a variant: for predictions, which samples are judged members.
  private func rule(
    _ variant: Variant, _ members: Predictions, _ nonMembers: Predictions, _ target: Predictions
  ) -> (Predictions) -> [Bool] {
    if variant == .correctness { return { self.scores(variant, $0).map { $0 == 1 } } }
    let scores = (members: scores(variant, members), nonMembers: scores(variant, nonMembers))
    // Both sides have samples, so there is a best threshold.
    let all = MembershipThreshold.best(members: scores.members, nonMembers: scores.nonMembers) ?? 0
    var thresholds: [Int: Double] = [:]
    if variant != .loss {
      let membersByClass = Dictionary(grouping: zip(members.labels, scores.members), by: \.0)
      let nonMembersByClass = Dictionary(grouping: zip(nonMembers.labels, scores.nonMembers), by: \.0)
      for label in Set(target.labels) {
        thresholds[label] = MembershipThreshold.best(
          members: membersByClass[label, default: []].map(\.1),
          nonMembers: nonMembersByClass[label, default: []].map(\.1))
      }
    }
    return { samples in
      zip(samples.labels, self.scores(variant, samples)).map { $1 >= thresholds[$0, default: all] }
    }
  }

  /// The membership score of a variant, larger for likelier members.
  private func scores(_ variant: Variant, _ predictions: Predictions) -> [Double] {
    switch variant {
    case .correctness: predictions.scores(.correctness)
    case .confidence: predictions.scores(.confidence)
    case .entropy: predictions.scores(.entropy).map { -$0 }
    case .modifiedEntropy:
      (asReleased ? predictions.modifiedEntropiesAsReleased() : predictions.scores(.modifiedEntropy))
        .map { -$0 }
    case .loss, .lossAUC, .lossTPR, .retainedAUC: predictions.losses.map { -$0 }
    }
  }
}
