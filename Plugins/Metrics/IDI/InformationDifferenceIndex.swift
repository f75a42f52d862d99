package import Data
package import Engine
import Foundation
public import Unlearning

/// IDI, the information difference index: what the inner layers of a model know about which samples were to be forgotten,
/// between retrained models and the original.
///
/// With Y = 1 for forgotten and 0 for retained training samples, equally many, and Z_l the output of block l of the frozen
/// model, I_l is the InfoNCE lower bound of the mutual information `I(Z_l; Y)`
///
/// `I_l = E[s(z_i, y_i) − log (1/B) Σ_j exp s(z_i, y_j)]`, with the critic `s(z, y) = f(z)ᵀ·g_y + b_y`
///
/// maximized over f, a copy of the blocks after l and a linear projection, and g and b. With as many samples of both sides
/// it is ln 2 less the cross-entropy of a classifier of Y with the logits s, and at most ln 2. With I the sum over blocks
/// and I_R its mean over the retrained models:
///
/// - `information`: I, and `information_<block>`: I_l
/// - `id`: I − I_R, and `gap`: the mean over retrained models R of |I − I(R)|
/// - `idi`: id divided by that of the model's own original: 0 as retrained, 1 as the original, negative below retrained
///
/// A retrained model has no id and idi, whose mean would be 0 by definition; its gap is that to the others.
///
/// - Source: Jeon, Jeung, Kim, No, Choi, "An information theoretic evaluation metric for strong unlearning", AAAI 2026,
///   arXiv:2405.17878, from its abstract and summaries: no code was released.
/// - Note: The source is not known to state optimizer, steps, batches, blocks, projection or the balance of the sides; all
///   are chosen here. The bias b_y is ours.
/// - Note: Critics are fitted to one half of the samples and judged on the other, so that they are no larger than the
///   information, also after overfitting, which makes them negative; `gap` and its floor are ours.
public struct InformationDifferenceIndex: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "idi", title: "Information difference index (IDI)",
    summary: "Information of the inner layers about the forget set, between retrained models and the original.",
    source: Source(
      authors: "Jeon, Jeung, Kim, No, Choi",
      title: "An Information Theoretic Evaluation Metric for Strong Unlearning", venue: "AAAI 2026",
      arXiv: "2405.17878", place: "InfoNCE with the later layers as critic; training of critics chosen"))
  /// Parameters of the model, its original and the retrained models.
  public static let reads: Set<EvidenceKind> = [.models, .retrainedModels]
  /// The index, the differences that it is made of, and the information of the model itself.
  public static let measures = [index, difference, gap, information, informationOfBlock]
  private static let anyNumber = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  private static let index = MeasurementKind(
    "idi", range: anyNumber, direction: .nearest, reference: .none, spread: .ofComparison,
    meaning: "information beyond retrained models' as a fraction of the original's")
  private static let difference = MeasurementKind(
    "id", unit: .nats, range: anyNumber, direction: .nearest, reference: .none, spread: .ofComparison,
    meaning: "information about the forget set less the mean of retrained models', summed over blocks")
  private static let gap = MeasurementKind(
    "gap", unit: .nats, direction: .lower, spread: .ofComparison,
    meaning: "mean distance of this information from that of each retrained model")
  private static let information = MeasurementKind(
    "information", unit: .nats, range: anyNumber, direction: .nearest,
    meaning: "InfoNCE bound of the information about the forget set, summed over blocks")
  private static let informationOfBlock = MeasurementKind(
    "information_<block>", unit: .nats, range: anyNumber, direction: .nearest,
    meaning: "InfoNCE bound of the information in the output of one block")
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2
  /// The information of the retrained models is shared by all models of a grid.
  public static let isCalibrated = true

  /// What its values mean.
  public static let reading = [
    "0 is retraining and 1 the original; below 0 the layers know less than those of retrained models, which is no aim.",
    "Retrained models separate a class that they never saw, too: information is compared with theirs and never with 0. "
      + "gap has a floor, the difference between retrained models.",
    "The index means nothing where the original itself is like retrained models, as it can be for single samples: such "
      + "values are marked.",
    "The bound depends on the critics: compare only values of the same parameters.",
  ]

  /// The number of samples of each side.
  @Parameter("most samples of each side; half of them fit the critics, half judge them", .closed(2, 1_000_000))
  public var samples = 1000
  /// The number of blocks.
  @Parameter("last blocks of the body whose outputs are measured, such as the stages of a ResNet", .closed(1, 1000))
  public var blocks = 4
  /// The width of the projection.
  @Parameter("outputs of the critic's projection", .closed(1, 65_536)) public var projection = 128
  /// The number of repetitions.
  @Parameter("trainings of the critics, with other samples and initial values, to average", .closed(1, 1000))
  public var trials = 1
  /// Whether the information of each block is a measurement.
  @Parameter("whether the information of each block is a measurement, too") public var perBlock = false
  /// The recipe of the critics; half of a batch is of each side.
  public var training = TrainingRecipe(
    epochs: 10, learningRate: 0.001, batchSize: 128, optimizer: .adam, weightDecay: 0)

  /// 1000 samples of each side, the last four blocks, ten epochs of Adam at 0.001.
  public init() {}

  /// Rejects a recipe without epochs, or with batches of one sample.
  public func validate() throws(ParameterError) {
    guard training.epochs > 0 else { throw ParameterError("training.epochs", "must be at least 1") }
    guard training.batchSize > 1 else { throw ParameterError("training.batch_size", "must be at least 2") }
  }

  /// There must be two samples of each side, one to fit and one to judge.
  public func obstacle(in cell: CellSizes) -> String? {
    min(cell[.forgetTrain], cell[.retainTrain]) > 1 ? nil : "needs two forgotten and two retained training samples"
  }

  /// The four names; those of blocks are not known in advance.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    perBlock ? nil : Set([Self.index, Self.difference, Self.gap, Self.information].map(\.name))
  }

  /// Without the two that compare with retrained models.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? {
    measurementNames(in: cell)?.subtracting([Self.index, Self.difference].map(\.name))
  }

  /// The information of the retrained models, block for block.
  public func calibrate(_ retrained: ModelBank, models: SharedModels?, context: EvidenceContext) throws -> Calibration {
    guard let models else { return Calibration() }
    var calibration = Calibration()
    for (place, read) in models.retrained.enumerated() {
      calibration.values["information \(place)"] = try informations(of: read(), models, context)
    }
    return calibration
  }

  /// Compares the information of the target with that of its original and of the retrained models.
  ///
  /// - Throws: `AttackError` without parameters, samples, another retrained model, a calibration, or for a model without
  ///   layers before its head; `UnlearningError` when a critic diverges or the step is canceled.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let models = try evidence.requiredModels(retrained: Self.retrainedModelsNeeded)
    let count = models.shared.retrained.count
    let calibrated = try (0..<count).map { place in
      guard let found = evidence.calibration.values["information \(place)"] else {
        throw AttackError.notCalibrated("the information of retrained model \(place)")
      }
      return found
    }
    let model = try models.target()
    let position = evidence.targetPosition
    let ofBlocks = try position.map { calibrated[$0] } ?? informations(of: model, models.shared, evidence.context)
    let original = try informations(of: models.original(), models.shared, evidence.context).reduce(0, +)
    return values(ofBlocks, retrained: calibrated.map { $0.reduce(0, +) }, original: original, position: position)
      + (perBlock ? zip(names(of: model), ofBlocks).map { Self.informationOfBlock.named($0).value($1) } : [])
  }

  /// The values of a model by the information of its blocks, that of all retrained models, and that of its original.
  package func values(
    _ ofBlocks: [Double], retrained: [Double], original: Double, position: Int?
  ) -> [MeasuredValue] {
    let own = ofBlocks.reduce(0, +)
    let others = retrained.indices.filter { $0 != position }.map { retrained[$0] }
    func index(_ others: [Double]) -> Double {
      let scale = original - others.mean
      return scale == 0 ? 0 : (own - others.mean) / scale
    }
    let gaps = others.map { abs(own - $0) }
    let pairs = position.map { position in
      Spread.ofPairs(retrained.map { first in retrained.map { abs(first - $0) } }, at: position)
    }
    let measured = [
      Self.gap.value(gaps.mean, spread: pairs ?? .ofComparison(with: gaps) { $0.mean }), Self.information.value(own),
    ]
    guard position == nil else { return measured }
    let noise = 2 * (others.sampleDeviation ?? 0) * (1 + 1 / Double(others.count)).squareRoot()
    let caveat =
      original - others.mean > noise
      ? nil : "the original's information is not clearly above that of retrained models, which the index is relative to"
    return [
      Self.index.value(index(others), spread: .ofComparison(with: others, index), caveat: caveat),
      Self.difference.value(own - others.mean, spread: .ofComparison(with: others) { own - $0.mean }),
    ] + measured
  }

  private func names(of model: Classifier) -> [String] {
    model.blockNames.suffix(blocks).map { String($0.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }) }
  }

  /// The information of the last blocks of `model`, in their order.
  private func informations(of model: Classifier, _ models: SharedModels, _ context: EvidenceContext) throws -> [Double]
  {
    let count = model.blockNames.count
    guard count > 0 else { throw AttackError.requestNotServed("the model has no layers with weights before its head") }
    return try (max(1, count - blocks + 1)...count).map { block in
      try (0..<trials).map { trial in
        let random = context.random.stream("idi", trial)
        let run = Run(
          random: random.stream("critic", count - block), recipe: OriginalRecipe(training),
          makeClassifier: models.makeClassifier, isCancelled: models.isCancelled)
        return try information(
          of: model, afterBlocks: block, critic: critic(of: model, afterBlocks: block, random: run.random),
          BalancedHalves(models.data, most: samples, random: random), run)
      }.mean
    }
  }

  /// The critic of the first `count` blocks before it is trained: copies of the blocks after them, a new projection, and
  /// the vectors g as rows of a new head.
  private func critic(of model: Classifier, afterBlocks count: Int, random: RandomSource) -> Classifier {
    model.remainder(
      afterBlocks: count, then: [("projection", Linear(projection))], classCount: 2, random: random)
  }

  /// Trains `critic` on one half of the samples and returns its InfoNCE bound in nats on the other.
  package func information(
    of model: Classifier, afterBlocks count: Int, critic: Classifier, _ halves: BalancedHalves, _ run: Run
  ) throws -> Double {
    let side = training.batchSize / 2
    var trainer = Trainer(
      critic, recipe: training, stepsPerEpoch: (halves.fitted[0].count + side - 1) / side, run: run)
    for epoch in 0..<training.epochs {
      let sides = halves.fitted.enumerated().map { label, data in
        trainer.batches(of: data, epoch: epoch, stream: "side \(label)", size: side)
      }
      for (retained, forgotten) in zip(sides[0], sides[1]) {
        let images = model.evaluate(.concatenated([retained.images, forgotten.images]), throughBlocks: count)
        let batch = Batch(
          images: images, labels: retained.labels.map { _ in 0 } + forgotten.labels.map { _ in 1 },
          rows: retained.rows + forgotten.rows, indices: retained.indices + forgotten.indices)
        try trainer.step(batch, epoch: epoch) { $0.crossEntropy }
      }
      try trainer.requireFiniteParameters(after: epoch)
    }
    let losses = try halves.judged.enumerated().map { label, data in
      try data.batches(of: 250).flatMap { batch in
        try run.checkpoint()
        let scores = trainer.model.evaluate(model.evaluate(batch.images, throughBlocks: count)).logits
        return Predictions(
          logits: scores, features: nil, labels: batch.labels.map { _ in label }, indices: batch.indices
        )
        .losses
      }.mean
    }
    return log(2) - losses.mean
  }

  /// As many retained samples as forgotten ones, and a random half of each to fit critics to.
  package struct BalancedHalves {
    /// The samples to fit critics to: retained ones, then as many forgotten ones.
    package var fitted: [Dataset]
    /// The samples to judge critics on: retained ones, then as many forgotten ones.
    package var judged: [Dataset]

    /// These halves.
    package init(fitted: [Dataset], judged: [Dataset]) { (self.fitted, self.judged) = (fitted, judged) }

    /// Draws at most `most` training samples of each side.
    ///
    /// - Throws: `AttackError.emptySet` with fewer than two of a side.
    package init(_ data: ForgetSplit, most: Int, random: RandomSource) throws(AttackError) {
      let count = min(most, data.forgetTrain.count, data.retainTrain.count)
      guard count > 1 else { throw .emptySet("two forgotten and two retained training samples") }
      (fitted, judged) = ([], [])
      for (label, side) in [data.retainTrain, data.forgetTrain].enumerated() {
        var random = random.stream("samples", label)
        let order = random.permutation(side.count)
        fitted.append(side.selecting(Array(order[..<(count / 2)])))
        judged.append(side.selecting(Array(order[(count / 2)..<count])))
      }
    }
  }
}
