public import Unlearning

/// RULI by single samples over shadow models of random halves: kernel densities of margins, in two games.
///
/// For sample x with label y the margin is `φ(x) = z_y − log Σ_{k≠y} exp z_k`; k_A(φ) is the density of the margins of
/// the models A at x, by a Gaussian kernel of bandwidth h.
///
/// - Privacy (accuracy, AUC, rates): the margin of an unlearned model on a sample, by
///   `log k_forgotten(φ) − log k_out(φ)`: unlearned models that forgot it against ones whose original was never trained on
///   it.
/// - Efficacy (`judged_trained`): the fraction of forgotten samples at which `k_in(φ) > k_out(φ)`, over originals that
///   were trained on the sample and ones that were not.
/// - `retained_auc`: the privacy AUC with samples that a model retained in place of those that it forgot.
/// - `vulnerable_auc`, `other_auc`: the privacy AUC of the most memorized samples, and of the others. Memorization is the
///   mean probability of the label under originals trained on the sample less that under the others.
///
/// - Source: Naderloui, Yan, Wang, Fu, Wang, Liu, Hong, "Rectifying Privacy and Efficacy Measurements in Machine
///   Unlearning: A New Inference Attack Perspective", USENIX Security 2025, arXiv:2506.13009, and the released
///   unlearn_attack.py.
/// - Note: The published game has a third of the shadow models in each role; here half of them are never trained on a
///   sample, and `forget_fraction` of `bank:` divides the others. One original of each side is left out.
public struct SampleInferenceAttack: SampleAttack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "sample-ruli", title: "RULI by single samples",
    summary: "Kernel densities of a sample's margin over shadow models: forgotten or never trained on.",
    source: Source(
      authors: "Naderloui, Yan, Wang, Fu, Wang, Liu, Hong",
      title: "Rectifying Privacy and Efficacy Measurements in Machine Unlearning: A New Inference Attack Perspective",
      venue: "USENIX Security 2025", arXiv: "2506.13009", place: "both games, over random halves"), version: 2)
  /// Those of the privacy game, and the ones of its own.
  public static let measures: [MeasurementKind] = SampleGame.measures.dropLast(1) + [efficacy, vulnerable, other]
  private static let efficacy = MeasurementKind(
    "judged_trained", direction: .nearest, spread: .ofBank,
    meaning:
      "fraction of forgotten samples at which a model is judged as trained on them, mean over the attacked models")
  private static let vulnerable = MeasurementKind(
    "vulnerable_auc", direction: .nearest, spread: .ofBank,
    meaning: "area under the ROC curve of the most memorized samples")
  private static let other = MeasurementKind(
    "other_auc", direction: .nearest, spread: .ofBank, meaning: "area under the ROC curve of the other samples")

  /// What its values mean.
  public static let reading = [
    "accuracy, auc, rates: as sample-ulira, with kernel densities in place of normal distributions, and with the others' "
      + "margins after unlearning. Good is retrain's value.",
    "judged_trained: whether a model looks trained on what it forgot. Good is retrain's value.",
    "retained_auc: how well samples are found that the model was trained on and did not forget; above retrain's, unlearning "
      + "exposes those who stay.",
    "vulnerable_auc: of the samples that originals memorize most, where a method that forgets the others fails first.",
  ]
  /// The question is about forgotten samples.
  public static let judgesRetained = false

  /// h.
  @Parameter("bandwidth of the kernel, in natural logarithms of odds", .positive) public var bandwidth = 1.0
  /// The fraction of the most memorized samples.
  @Parameter("fraction of the samples, the most memorized ones, that are judged apart", .open(0, 1))
  public var vulnerableFraction = 0.1

  /// A bandwidth of 1; a tenth of the samples is vulnerable.
  public init() {}

  /// There must be a vulnerable sample and another one.
  public func obstacle(in cell: CellSizes) -> String? {
    cell[.forgetTrain] < 2 ? "needs two samples in '\(Part.forgetTrain.rawValue)'" : nil
  }

  /// Not known in advance: of a few vulnerable samples none may have enough models.
  public func measurementNames(in cell: CellSizes) -> Set<String>? { nil }

  /// The privacy game.
  public func game(_ shadows: ShadowBank, _ evidence: Evidence) throws -> SampleGame {
    privacy(shadows, try evidence.margins(of: shadows.unlearned))
  }

  private func privacy(_ shadows: ShadowBank, _ margins: [[Double]]) -> SampleGame {
    game(
      shadows.unlearned(margins, .forgotten), shadows.unlearned(margins, .out), shadows.attacked(margins),
      originals: shadows.originals.count)
  }

  private func game(
    _ first: SampleGame.Side, _ second: SampleGame.Side, _ attacked: [SampleGame.Attacked], originals: Int
  ) -> SampleGame {
    SampleGame(
      first: first, second: second, attacked: attacked, originalCount: originals, judgesRetained: false, score: score)
  }

  private func score(_ attacked: Int, _ number: Double, _ first: [Double], _ second: [Double]) -> Double {
    first.logKernelMean(at: number, bandwidth: bandwidth) - second.logKernelMean(at: number, bandwidth: bandwidth)
  }

  /// Plays both games.
  ///
  /// - Throws: `AttackError` without shadow models, when models saw different samples, when logits are not finite, or when
  ///   there are too few models for any sample.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let shadows = try evidence.requiredShadows()
    let margins = try evidence.margins(of: shadows.unlearned)
    let privacy = privacy(shadows, margins)
    let retained = shadows.retainedGame(
      margins, shadows.attacked(margins), against: shadows.unlearned(margins, .out), score: score)
    var values = try privacy.measurements() + retained.retainedMeasurements()
    let originals = try evidence.margins(of: shadows.originals)
    let efficacy = game(
      shadows.originals(originals, trained: true), shadows.originals(originals, trained: false),
      shadows.attacked(margins),
      originals: shadows.originals.count)
    if let judged = efficacy.estimate(\.found) {
      values.append(Self.efficacy.value(judged.value, spread: judged.spread))
    }
    let order = try mostMemorizedFirst(shadows, evidence)
    let count = min(order.count - 1, max(1, Int((vulnerableFraction * Double(order.count)).rounded())))
    for (kind, samples) in [(Self.vulnerable, order.prefix(count)), (Self.other, order.dropFirst(count))] {
      guard let area = privacy.selecting(samples.sorted()).estimate(\.area) else { continue }
      values.append(kind.value(area.value, spread: area.spread))
    }
    return values
  }

  /// The samples by descending memorization, the first ones first among equals.
  private func mostMemorizedFirst(_ shadows: ShadowBank, _ evidence: Evidence) throws -> [Int] {
    let confidences = try evidence.map(shadows.originals, on: .forgetTrain) { $0.confidences }
    let memorization = (confidences.first ?? []).indices.map { sample -> Double in
      func mean(_ trained: Bool) -> Double {
        let own = confidences.indices.filter { shadows.isMember[$0][sample] == trained }.map { confidences[$0][sample] }
        return own.isEmpty ? 0 : own.mean
      }
      return mean(true) - mean(false)
    }
    return memorization.descendingOrder
  }
}
