import Engine
public import Unlearning

/// Membership inference by a support vector machine that knows members and non-members.
///
/// An SVC with kernel `exp(−γ‖x − y‖²)` learns to tell training samples from others by what the attacked model says of
/// them, and judges the forget set. Inputs are not scaled. Each variant is one published definition and one measurement,
/// `mia-svc.<variant>`; with a feature other than the confidence it is `mia-svc.<variant>_<feature>`. Values are in
/// [0, 1]; a retrained model's value is the aim, not 0 or 1.
///
/// | variant | members (1) | non-members (0) | judged | value |
/// |---|---|---|---|---|
/// | `salun` | retain train, \|non-members\| of them | test | forget train | share judged non-member |
/// | `kodge` | retain train | forget train | forget test | share judged non-member |
/// | `delete` | retain train, \|non-members\| of them | retain test | forget train | share judged member |
/// | `training-privacy` | first half of `salun`'s | first half of `salun`'s | the other halves | mean share judged rightly |
///
/// - Source: Fan et al., "SalUn", ICLR 2024, arXiv:2310.12508 (code: evaluation/SVC_MIA.py); Kodge et al., "Deep
///   unlearning", TMLR 2024, arXiv:2312.00761 (code: SVC_MIA in utils.py); Zhou et al., "Decoupled distillation to erase"
///   (DELETE), CVPR 2025 (code: evaluation/SVC_MIA.py); all on Song and Mittal's features, arXiv:2003.10595.
/// - Note: `kodge` needs test samples of the forget set, which sample requests do not have: it is then left out of the
///   measurements, and if nothing else was asked for, the attack says so with an error.
/// - Note: In class requests `salun` takes only test samples of the kept classes as non-members. Not stated in the paper;
///   chosen, and `non_members: all` takes the whole test set.
/// - Note: `member_order: first` takes members in the order of the data set, as SalUn does; the authors of AMUN take a
///   random subset. `maximum_samples` draws the same share of members and of non-members, each evenly over classes,
///   before the fit: 50,000 samples take minutes, and the ratio of the sides is part of `kodge`.
/// - Note: Where the retain set is smaller than the test set, `salun` and `delete` also cut the non-members to its size.
public struct SupportVectorMIA: Attack {
  /// What it is.
  public static let card = Card(
    name: "mia-svc", title: "Support vector membership inference",
    summary: "A support vector machine that knows members and non-members judges the forget set, in three published "
      + "definitions.",
    source: Source(
      authors: "Fan, Liu, Zhang, Wong, Wei, Liu", venue: "ICLR 2024", arXiv: "2310.12508",
      place: "evaluation/SVC_MIA.py; variants of Kodge et al. (arXiv:2312.00761) and Zhou et al. (CVPR 2025)"),
    version: 2)
  /// Predictions of the attacked model.
  public static let reads: Set<EvidenceKind> = [.predictions]

  private let parameters: Parameters

  /// Takes the parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validate()
    if parameters.variants.isEmpty { throw ParameterError("variants", "must name at least one variant") }
    if parameters.features.isEmpty { throw ParameterError("features", "must name at least one feature") }
    if Set(parameters.variants).count < parameters.variants.count {
      throw ParameterError("variants", "must name each variant once")
    }
    if Set(parameters.features).count < parameters.features.count {
      throw ParameterError("features", "must name each feature once")
    }
    self.parameters = parameters
  }

  /// Attacks one model; one measurement for each variant that the request allows and each feature.
  ///
  /// - Throws: `AttackError` when a side has no samples, logits are not finite, or no variant can serve the request.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let served = parameters.variants.filter { $0 != .kodge || evidence.target[.forgetTest].count > 0 }
    guard !served.isEmpty else {
      throw AttackError.requestNotServed(
        "mia-svc.kodge judges test samples of forgotten classes, and this forget request has none; "
          + "add salun or delete to 'variants'")
    }
    var machines: [Sides: SupportVectorMachine] = [:]
    var measurements: [MeasuredValue] = []
    for variant in served {
      let game = try Game(variant, evidence: evidence, parameters: parameters)
      for feature in parameters.features {
        measurements.append(try measurement(variant, feature, game, &machines))
      }
    }
    return measurements
  }

  /// What a machine is fitted to; `salun` and `delete` mostly share it, and the fit is what takes time.
  private struct Sides: Hashable {
    var members: FeatureRows
    var nonMembers: FeatureRows
  }

  private func measurement(
    _ variant: Variant, _ feature: Feature, _ game: Game, _ machines: inout [Sides: SupportVectorMachine]
  ) throws(AttackError) -> MeasuredValue {
    let sides = Sides(
      members: features(feature, of: game.members), nonMembers: features(feature, of: game.nonMembers))
    let machine: SupportVectorMachine
    if let known = machines[sides] {
      machine = known
    } else {
      machine = try SupportVectorMachine(
        positives: sides.members, negatives: sides.nonMembers,
        kernel: .rbf(gamma: parameters.gamma ?? 1 / Double(sides.members.width)), cost: parameters.cost)
      machines[sides] = machine
    }
    var shares: [Double] = []
    var rightly: [Double] = []
    for (judged, isMember) in game.judged {
      let verdicts = try machine.predictions(features(feature, of: judged)).map { $0 == isMember ? 1.0 : 0.0 }
      shares.append(verdicts.reduce(0, +) / Double(verdicts.count))
      rightly += verdicts
    }
    let suffix = feature == .confidence ? "" : "_\(feature.measurementName)"
    return MeasuredValue(
      variant.measurementName + suffix, shares.reduce(0, +) / Double(shares.count), direction: .nearest,
      perSample: game.judged.count == 1 ? rightly : nil)
  }

  private func features(_ feature: Feature, of predictions: Predictions) -> FeatureRows {
    switch feature {
    case .correctness: FeatureRows(predictions.scores(.correctness))
    case .confidence: FeatureRows(predictions.scores(.confidence))
    case .entropy: FeatureRows(predictions.scores(.entropy))
    case .modifiedEntropy:
      FeatureRows(
        parameters.asReleased ? predictions.modifiedEntropiesAsReleased() : predictions.scores(.modifiedEntropy))
    case .probabilities: FeatureRows(predictions.probabilities)
    }
  }
}
