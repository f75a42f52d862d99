import Engine
import Unlearning

/// The discriminators of one model: one per kept class, fitted lazily.
///
/// Random streams depend on the data, the request and the classes, never on the model: all models of a cell have the
/// same draws.
struct DiscriminatorBank {
  static let noForgottenClass = AttackError.requestNotServed(
    "mia-nn judges samples of a forgotten class, and this forget request forgets samples of any class")

  /// The classes that are kept and have test samples, in ascending order.
  let keptClasses: [Int]
  private let kept: Predictions
  private let judged: Predictions
  private let forgottenClasses: [Int]
  private let attack: NearestNeighborMIA
  private let random: RandomSource

  /// The decisions of a discriminator on the samples of a forgotten class.
  struct Judgement {
    /// The fraction assigned to the neighbor; in pairwise mode the accuracy.
    var accuracy: Double
    /// 1 for each sample of the class that is assigned to the neighbor, else 0, in the order of the part; empty in
    /// pairwise mode.
    var verdicts: [Double]
    /// Reasons why `accuracy` may be degenerate.
    var caveats: [String]

    /// For each sample the fraction of `judgements` that assign it to the neighbor.
    static func meanVerdicts(_ judgements: [Judgement]) -> [Double] {
      judgements[0].verdicts.indices.map { place in judgements.map { $0.verdicts[place] }.mean }
    }
  }

  init(
    _ model: ModelOutputs, context: EvidenceContext, attack: NearestNeighborMIA
  ) throws(AttackError) {
    guard !context.forgottenClasses.isEmpty else { throw Self.noForgottenClass }
    kept = try model.samples(.retainTest)
    judged = try model.samples(attack.evaluate)
    for label in context.forgottenClasses where !judged.labels.contains(label) {
      throw .emptySet("samples of forgotten class \(label) in '\(attack.evaluate.rawValue)'")
    }
    keptClasses = Set(kept.labels).subtracting(context.forgottenClasses).sorted()
    guard keptClasses.count > 1 else { throw .emptySet("test samples of at least two kept classes") }
    for (part, samples, classes) in [
      (Part.retainTest, kept, keptClasses), (attack.evaluate, judged, context.forgottenClasses),
    ] {
      for label in classes {
        let count = samples.labels.count { $0 == label }
        guard count >= attack.minimumClassSamples else {
          let name = context.classNames.indices.contains(label) ? context.classNames[label] : "\(label)"
          throw .tooFewClassSamples(className: name, part: part, needed: attack.minimumClassSamples, found: count)
        }
      }
    }
    forgottenClasses = context.forgottenClasses
    self.attack = attack
    random = context.random.stream("mia-nn")
  }

  /// The decisions of the discriminator of `neighbor` on the samples of `forgotten`; the accuracy is
  /// `Acc(M, neighbor)`.
  func judgement(of neighbor: Int, on forgotten: Int) throws(AttackError) -> Judgement {
    switch attack.mode {
    case .oneVsRest:
      return try judgement(by: discriminator(neighbor), on: forgotten)
    case .pairwise: return try pairwiseJudgement(neighbor, forgotten)
    }
  }

  /// The decisions of `discriminator`, of this model or another one, on the samples of `forgotten`.
  func judgement(by discriminator: Discriminator, on forgotten: Int) throws(AttackError) -> Judgement {
    let (verdicts, caveats) = try discriminator.judge(rows(judged, [forgotten]))
    let numbers = verdicts.map { $0 ? 1.0 : 0 }
    return Judgement(accuracy: numbers.mean, verdicts: numbers, caveats: caveats)
  }

  /// `Acc(M, neighbor)` on the samples of `forgotten`.
  func accuracy(of neighbor: Int, on forgotten: Int) throws(AttackError) -> Double {
    try judgement(of: neighbor, on: forgotten).accuracy
  }

  /// The verdicts on the samples of all forgotten classes, in the order of the part.
  func inOrderOfPart(_ verdicts: [(forgotten: Int, verdicts: [Double])]) -> [Double] {
    var result = [Double](repeating: 0, count: judged.count)
    for (forgotten, verdicts) in verdicts {
      let places = judged.labels.indices.filter { judged.labels[$0] == forgotten }
      for (place, verdict) in zip(places, verdicts) { result[place] = verdict }
    }
    return result
  }

  /// For each kept class, how often its logit is the largest among kept classes on the samples of `forgotten`.
  func argmaxRates(on forgotten: Int) -> [Double] {
    let samples = rows(judged, [forgotten])
    var counts = [Double](repeating: 0, count: keptClasses.count)
    for row in 0..<samples.count {
      let logits = samples.logits.row(row)
      let largest = keptClasses.indices.reduce(0) {
        logits[keptClasses[$1]] > logits[keptClasses[$0]] ? $1 : $0
      }
      counts[largest] += 1
    }
    return counts.map { $0 / Double(samples.count) }
  }

  /// The machine that separates kept class `label` from the other kept classes.
  func discriminator(_ label: Int) throws(AttackError) -> Discriminator {
    var positives = kept.labels.indices.filter { kept.labels[$0] == label }
    var negatives = kept.labels.indices.filter { kept.labels[$0] != label }
    if attack.balance {
      var draw = random.stream("balance", label)
      let size = min(positives.count, negatives.count)
      negatives = draw.classBalanced(size, of: negatives, labels: kept.labels)
      positives = draw.classBalanced(size, of: positives, labels: kept.labels)
    }
    return try fit(kept.selecting(positives), kept.selecting(negatives), label)
  }

  private func pairwiseJudgement(_ neighbor: Int, _ forgotten: Int) throws(AttackError) -> Judgement {
    var draw = random.stream("pairwise", neighbor, forgotten)
    var sides = [rows(kept, [neighbor]), rows(judged, [forgotten])]
    if attack.balance {
      let size = min(sides[0].count, sides[1].count)
      sides = sides.map { $0.selecting(draw.sample(size, of: Array(0..<$0.count))) }
    }
    guard sides.allSatisfy({ $0.count > 1 }) else {
      throw .emptySet("two samples each of class \(neighbor) and of class \(forgotten)")
    }
    let halves = sides.map { side in
      let order = draw.permutation(side.count)
      let middle = side.count / 2
      return [side.selecting(order[..<middle].sorted()), side.selecting(order[middle...].sorted())]
    }
    var rightly: [Double] = []
    var caveats: [String] = []
    for (fitted, held) in [(0, 1), (1, 0)] {
      let discriminator = try fit(halves[0][fitted], halves[1][fitted], neighbor)
      for (side, isNeighbor) in [(0, true), (1, false)] {
        let found = try discriminator.judge(halves[side][held])
        rightly.append(found.verdicts.map { $0 == isNeighbor ? 1 : 0 }.mean)
        caveats += found.caveats
      }
    }
    return Judgement(accuracy: rightly.mean, verdicts: [], caveats: caveats)
  }

  private func fit(
    _ positives: Predictions, _ negatives: Predictions, _ label: Int
  ) throws(AttackError) -> Discriminator {
    try Discriminator(positives: positives, negatives: negatives, attack: attack) { samples in
      features(of: samples, label)
    }
  }

  private func features(of samples: Predictions, _ label: Int) -> FeatureRows {
    switch attack.features {
    case .logits: return FeatureRows(samples.logits)
    case .probabilities: return FeatureRows(samples.probabilities)
    case .neighborProbability:
      let probabilities = samples.probabilities
      return FeatureRows((0..<samples.count).map { Double(probabilities[$0, label]) })
    case .retainedLogits:
      let columns = (0..<samples.classCount).filter { !forgottenClasses.contains($0) }
      var values: [Double] = []
      for row in 0..<samples.count {
        let logits = samples.logits.row(row)
        for column in columns { values.append(Double(logits[column])) }
      }
      return FeatureRows(values, width: columns.count)
    }
  }

  private func rows(_ predictions: Predictions, _ classes: Set<Int>) -> Predictions {
    predictions.selecting(predictions.labels.indices.filter { classes.contains(predictions.labels[$0]) })
  }
}
