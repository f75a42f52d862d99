public import Data
public import Engine
public import Unlearning

/// SCRUB: a student, initialized with the original, diverges from it on the forget set and stays near it on the retain
/// set.
///
/// With the original as teacher (evaluate mode, fixed) and
/// `KD(t‖s) = T²·mean_x Σ_k p_t(k|x)·(log p_t(k|x) − log p_s(k|x))` of the softmax at temperature T, each epoch takes,
/// while it is one of the first `maximizing_epochs`, steps down `−KD` over the forget set, and then steps down
/// `γ·CE + α·KD` over the retain set. The rate falls by `decay_factor` after each of the `decay_epochs`.
///
/// With `rewinds` (SCRUB+R) the model after each epoch is kept, and the one is returned whose error on the forget set
/// is nearest to that of the last model on held-out samples of the same classes; see `Rewinding`.
/// - Source: Kurmanji, Triantafillou, Hayes, Triantafillou, NeurIPS 2023, arXiv:2302.09880, equations 2 to 4 and
///   section 3.3; code meghdadk/SCRUB (98ffb11), `train_distill` and large_scale_unlearning.ipynb: rate 5e-4, γ 0.99, α
///   0.001, T 4, 2 maximizing epochs of 3, batches of 128 and, of the forget set, 512.
/// - Note: β of the code is 0 throughout, and its weight average is not returned: both are left out. No augmentation by
///   default; the teacher sees the student's images.
/// - Note: A student without batch normalization, dropout or augmentation starts where KD is 0 and has no gradient:
///   there the first pass over the forget set changes nothing; forgetting begins with those after the first pass over
///   the retain set.
public struct SCRUBUnlearning: RetainSamplingMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "scrub", title: "SCRUB",
    summary: "Distills the original into a student, away from it on the forget set and towards it on the retain set.",
    source: .unboundedUnlearning(place: "equations 2 to 4"))
  /// The original and retain data; the labels of the forget set are needed for rewinding alone.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// α, the weight of KD on the retain set.
  @Parameter("weight α of the divergence from the teacher on the retain set, α·KD + γ·CE", .weight)
  public var alpha = 0.001
  /// γ, the weight of the cross-entropy on the retain set.
  @Parameter("weight γ of the cross-entropy on the retain set, α·KD + γ·CE", .weight) public var gamma = 0.99
  /// T, the temperature of both softmaxes in KD.
  @Parameter("temperature T of the softmaxes in KD, which is multiplied by T²", .positive) public var temperature = 4.0
  /// The number of first epochs with a pass that maximizes KD on the forget set.
  @Parameter("epochs that begin with a pass over the forget set", .epochs(from: 0)) public var maximizingEpochs = 2
  /// The batch size on the forget set.
  @Parameter("samples per step over the forget set", .batchSize) public var forgetBatchSize = 512
  /// The epochs, counted from 1, after which the learning rate is multiplied by `decayFactor`.
  @Parameter("epochs, counted from 1, after which the learning rate decays", .epochs(from: 1))
  public var decayEpochs = [3, 5, 9]
  /// The factor of the learning rate at each decay, in (0, 1].
  @Parameter("factor of the learning rate at each of 'decay_epochs'", .openClosed(0, 1)) public var decayFactor = 0.1
  /// Whether `Rewinding` selects the returned epoch (SCRUB+R).
  @Parameter("whether the epoch is returned whose forget error is nearest to that of held-out samples (SCRUB+R)")
  public var rewinds = false
  /// The `share` of `Rewinding`: the largest fraction of a class's retained samples that is held out.
  @Parameter(
    "largest fraction of a class's retained samples that is held out for 'rewinds' (not in the paper; chosen)",
    .open(0, 1))
  public var rewindShare = 0.5
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates; the batch size applies to the retain set.
  public var training = TrainingRecipe(epochs: 3, learningRate: 5e-4)

  /// The larger batch size of both passes.
  public var largestBatch: Int? { max(training.batchSize, forgetBatchSize) }

  /// The numbers of the code's large-scale notebook.
  public init() {}

  /// Returns the student, after the last epoch or, with `rewinds`, after the selected one.
  ///
  /// Notes `maximizing_steps` and `minimizing_steps`, and where it rewinds `rewind_reference`, an error in [0, 1], and
  /// `returned_epoch`, counted from 1.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let rewinding = rewinds ? try Rewinding(forget: forget, retain: retain, share: rewindShare, run: run) : nil
    let retain = rewinding?.training ?? retain
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    let maximizing = min(maximizingEpochs, training.epochs)
    let minimizingSteps = training.epochs * training.steps(over: retain.count)
    let maximizingSteps = maximizing * ((forget.count + forgetBatchSize - 1) / forgetBatchSize)
    run.notes["minimizing_steps"] = Double(minimizingSteps)
    run.notes["maximizing_steps"] = Double(maximizingSteps)
    let epochs = max(1, training.epochs)
    var trainer = Trainer(
      original, recipe: training, stepsPerEpoch: (minimizingSteps + maximizingSteps + epochs - 1) / epochs, run: run)
    var models: [Classifier] = []
    for epoch in 0..<training.epochs {
      let drops = decayEpochs.count { $0 < epoch + 1 }
      trainer.rateFactor = (0..<drops).reduce(1) { factor, _ in factor * decayFactor }
      if epoch < maximizing {
        for batch in trainer.batches(of: forget, epoch: epoch, stream: "forget", size: forgetBatchSize) {
          try trainer.step(batch, epoch: epoch) { -distance($0.logits, original, $0.batch) }
        }
      }
      try trainer.epoch(epoch, over: sampler.samples(epoch)) { step in
        Float(gamma) * step.crossEntropy + Float(alpha) * distance(step.logits, original, step.batch)
      }
      if rewinding != nil { models.append(trainer.model) }
    }
    guard let rewinding, let last = models.last else { return trainer.model }
    let reference = Self.error(last, on: rewinding.heldOut)
    let best = Rewinding.nearest(models.map { Self.error($0, on: forget) }, to: reference) ?? models.count - 1
    run.notes["rewind_reference"] = reference
    run.notes["returned_epoch"] = Double(best + 1)
    return models[best]
  }

  /// KD between the student's and the teacher's logits on the same images.
  private func distance(_ student: Variable, _ teacher: Classifier, _ batch: Batch) -> Variable {
    student.divergence(from: Variable(teacher.evaluate(batch.images).logits), temperature: Float(temperature))
  }

  private static func error(_ model: Classifier, on data: Dataset) -> Double {
    1 - (Predictions(of: model, on: data).accuracy ?? 1)
  }
}
