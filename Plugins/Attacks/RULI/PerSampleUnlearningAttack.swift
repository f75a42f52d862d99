import Engine
public import Unlearning

/// RULI: per-sample inference on unlearned models by kernel densities of margins, in two games.
///
/// For sample x with label y the margin is `φ(x) = z_y − log Σ_{k≠y} exp z_k`; k_A(φ) is the density of the margins of
/// the models A at x, by a Gaussian kernel of bandwidth h.
///
/// - Privacy (accuracy, AUC, rates): a model of the method against a retrained one, both left out, by
///   `log k_unlearned(φ) − log k_retrained(φ)`.
/// - Efficacy: the fraction of samples at which a model of the method is judged as one that was trained on them,
///   `k_original(φ) > k_retrained(φ)`, without the model's own original; retrained models have the value of a perfect
///   method.
/// - `vulnerable_auc`, `other_auc`: the privacy AUC of the most memorized samples, and of the others. Memorization is the
///   mean probability of the label under originals less that under retrained models.
///
/// - Source: Naderloui, Yan, Wang, Fu, Wang, Liu, Hong, "Rectifying Privacy and Efficacy Measurements in Machine
///   Unlearning: A New Inference Attack Perspective", USENIX Security 2025, arXiv:2506.13009, and the released
///   unlearn_attack.py.
/// - Note: One retrained model is left out together with the judged one. The published game mixes vulnerable and random
///   samples in a forget set made for it; here they are two parts of the request's forget set.
public struct PerSampleUnlearningAttack: BankAttack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "ruli", title: "RULI",
    summary: "Per-sample kernel densities of margins: unlearned against retrained, and trained against retrained.",
    source: Source(
      authors: "Naderloui, Yan, Wang, Fu, Wang, Liu, Hong",
      title: "Rectifying Privacy and Efficacy Measurements in Machine Unlearning: A New Inference Attack Perspective",
      venue: "USENIX Security 2025", arXiv: "2506.13009", place: "both games, on the request's forget set"), version: 2)
  /// Predictions of all models of the method, of retrained models and of originals.
  public static let reads: Set<EvidenceKind> = [.margins, .retrainedModels, .unlearnedModels, .originalModels]
  /// Those of the privacy game, and the ones of its own.
  public static let measures = BankGame.measures + [efficacy, vulnerable, other]
  private static let efficacy = MeasurementKind(
    "judged_trained", direction: .nearest, spread: .ofBank,
    meaning:
      "fraction of samples at which a model is judged as trained on them, without its original and the retrained one")
  private static let vulnerable = MeasurementKind(
    "vulnerable_auc", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "area under the ROC curve of the most memorized samples; 0.5 is chance")
  private static let other = MeasurementKind(
    "other_auc", direction: .lower, reference: .none, spread: .ofBank,
    meaning: "area under the ROC curve of the other samples; 0.5 is chance")

  /// What its values mean.
  public static let reading = [
    "accuracy, auc: whether single samples tell an unlearned from a retrained model, as for ulira, with kernel densities "
      + "in place of normal distributions.",
    "judged_trained: whether the model looks trained on the forget set. Good is retrain's value; a low value beside a high "
      + "auc says that the trace is of another kind.",
    "vulnerable_auc: of the tenth of the samples with the largest difference of their label's mean probability under "
      + "originals and under retrained models; its spread does not include that choice.",
  ]

  /// The judged samples.
  @Parameter(.judgedPart) public var part = Part.forgetTrain
  /// h.
  @Parameter("bandwidth of the kernel, in natural logarithms of odds", .positive) public var bandwidth = 1.0
  /// The fraction of the most memorized samples.
  @Parameter("fraction of the samples, the most memorized ones, that are judged apart", .open(0, 1))
  public var vulnerableFraction = 0.1
  /// The number of random halves of the bank.
  @Parameter(.bankSplits) public var splits = 35
  /// The number of random exchanges for the p-value.
  @Parameter(.bankPermutations) public var permutations = 0

  /// A bandwidth of 1; a tenth of the samples is vulnerable.
  public init() {}

  /// See the parameters.
  public var effort: BankGame.Effort { .init(splits: splits, permutations: permutations) }

  /// The judged part must have a vulnerable sample and another one.
  public func obstacle(in cell: CellSizes) -> String? {
    MeasuredParts([part]).obstacle(in: cell) ?? (cell[part] < 2 ? "needs two samples in '\(part.rawValue)'" : nil)
  }

  /// The names of the privacy game that the size of the bank allows, and the own ones.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    BankGame.names(in: cell, effort: effort).union(Self.measures.suffix(3).map(\.name))
  }

  /// The values at half the size of the bank, and the efficacy.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? {
    BankGame.names(in: cell, ofRetrained: true, effort: effort).union([Self.efficacy.name])
  }

  /// The margins of the method's models, of retrained ones and of originals, in this order.
  private func table(_ evidence: Evidence) throws -> SampleTable {
    let banks = evidence.peers.appending(evidence.retrained).appending(evidence.originals)
    return SampleTable(try evidence.map(banks, on: part) { $0.margins })
  }

  /// The privacy game.
  public func game(_ evidence: Evidence) throws -> BankGame { privacy(try table(evidence), evidence, samples: nil) }

  /// The privacy game on some of the samples; nil for all.
  private func privacy(_ table: SampleTable, _ evidence: Evidence, samples: [Int]?) -> BankGame {
    let table = samples.map(table.selecting) ?? table
    return BankGame(
      unlearnedCount: evidence.peers.count, retrainedCount: evidence.retrained.count, sampleCount: table.sampleCount
    ) { models in
      { fold in
        let judged = [models.unlearned[fold], models.retrained[fold]]
        let scores = judged.map { model in
          table.logDensityRatios(
            of: model, models.unlearned.filter { $0 != judged[0] }, models.retrained.filter { $0 != judged[1] },
            bandwidth: bandwidth)
        }
        return BankGame.Fold(unlearned: scores[0], retrained: scores[1])
      }
    }
  }

  /// The efficacy game: originals against retrained models.
  private func trained(_ table: SampleTable, _ evidence: Evidence) throws -> BankGame {
    let originals = try evidence.placesOfOriginals()
    return BankGame(
      unlearnedCount: evidence.peers.count, retrainedCount: evidence.retrained.count, sampleCount: table.sampleCount
    ) { models in
      let inside = models.unlearned.map { originals[$0] }
      return { fold in
        // A retrained model in place of the method's is not among those that it is compared with either.
        let judged = models.unlearned[fold]
        let left = models.retrained[fold]
        let scores = table.logDensityRatios(
          of: judged, inside.filter { $0 != inside[fold] }, models.retrained.filter { $0 != left },
          bandwidth: bandwidth)
        return BankGame.Fold(unlearned: scores, retrained: [])
      }
    }
  }

  /// Plays both games.
  ///
  /// - Throws: `AttackError` with fewer than three models of a kind, without samples, when models saw different samples,
  ///   or when logits are not finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let comparison = try evidence.bankComparison(fewestModels: BankGame.fewestModels)
    let isRetrained = evidence.targetPosition != nil
    let table = try table(evidence)
    var values = try privacy(table, evidence, samples: nil).measurements(
      isRetrained: isRetrained, effort: effort, random: evidence.bankRandom)
    let efficacy = try trained(table, evidence)
    for value in try comparison.whole({ [try efficacy.judgedUnlearned($0)] }) {
      values.append(Self.efficacy.value(value.value, spread: value.spread))
    }
    guard !isRetrained else { return values }
    let order = try mostMemorizedFirst(evidence)
    let count = min(order.count - 1, max(1, Int((vulnerableFraction * Double(order.count)).rounded())))
    for (kind, samples) in [(Self.vulnerable, order.prefix(count)), (Self.other, order.dropFirst(count))] {
      guard !samples.isEmpty else { continue }
      let game = privacy(table, evidence, samples: samples.sorted())
      for value in try comparison.whole({ [try game.outcomes($0).map(\.area).mean] }) {
        values.append(kind.value(value.value, spread: value.spread))
      }
    }
    return values
  }

  /// The samples by descending memorization, the first ones first among equals.
  private func mostMemorizedFirst(_ evidence: Evidence) throws -> [Int] {
    func meanConfidences(_ models: ModelBank) throws -> [Double] {
      let rows = try evidence.map(models, on: part) { $0.confidences }
      return rows[0].indices.map { sample in rows.map { $0[sample] }.mean }
    }
    let (inside, outside) = (try meanConfidences(evidence.originals), try meanConfidences(evidence.retrained))
    return zip(inside, outside).map { $0 - $1 }.descendingOrder
  }
}
