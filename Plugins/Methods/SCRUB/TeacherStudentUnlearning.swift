public import Data
public import Engine
public import Unlearning

/// SCRUB: a student that starts as the original moves away from it on the forget set and stays with it on the retain set.
///
/// With the original as teacher (evaluate mode, never moved) and
/// `KD(t‖s) = T²·mean_x Σ_k p_t(k|x)·(log p_t(k|x) − log p_s(k|x))` of the softmax at temperature T, each epoch takes, while
/// it is one of the first `maximising_epochs`, steps down `−KD` over the forget set, and then steps down
/// `γ·CE + α·KD` over the retain set. The rate falls by `decay_factor` after each of the `decay_epochs`.
///
/// With `rewinds` (SCRUB+R) the model after each epoch is kept, and the one is returned whose error on the forget set is
/// nearest to that of the last model on held-out samples of the same classes; see `Rewinding`.
/// - Source: Kurmanji, Triantafillou, Hayes, Triantafillou, NeurIPS 2023, arXiv:2302.09880, equations 2 to 4 and section 3.3;
///   code meghdadk/SCRUB (98ffb11), `train_distill` and large_scale_unlearning.ipynb: rate 5e-4, γ 0.99, α 0.001, T 4,
///   2 maximising epochs of 3, batches of 128 and, of the forget set, 512.
/// - Note: β of the code is 0 throughout, and its weight average is not returned: both are left out. No augmentation unless
///   it is asked for; the teacher sees the student's images.
/// - Note: A student without batch normalisation, dropout or augmentation starts where KD is 0 and has no gradient: there
///   the first pass over the forget set moves nothing, and it is those after the first pass over the retain set that
///   forget.
public struct TeacherStudentUnlearning: RetainSamplingMethod {
  /// Name, title and source.
  public static let card = Card(
    name: "scrub", title: "SCRUB",
    summary: "A student leaves its teacher, the original, on the forget set and follows it on the retain set.",
    source: .unboundedUnlearning(place: "equations 2 to 4"))
  /// The original, retain data; labels of the forget set are read by the rewind alone, and declared.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
  /// All requests.
  public static let serves = Set(RequestKind.allCases)

  /// α.
  @Parameter("weight of the distance to the teacher on the retain set", .weight) public var alpha = 0.001
  /// γ.
  @Parameter("weight of the cross-entropy on the retain set", .weight) public var gamma = 0.99
  /// T.
  @Parameter("of both distances", .positive) public var temperature = 4.0
  /// How many epochs, the first ones, take steps down −KD.
  @Parameter("epochs that begin with a pass over the forget set", .epochs(from: 0)) public var maximisingEpochs = 2
  /// The batch size of these steps.
  @Parameter("samples per step over the forget set", .batchSize) public var forgetBatchSize = 512
  /// When the rate falls.
  @Parameter("epochs, counted from 1, after which the rate falls", .epochs(from: 1)) public var decayEpochs = [3, 5, 9]
  /// How far the rate falls.
  @Parameter("what the rate is multiplied by then", .openClosed(0, 1)) public var decayFactor = 0.1
  /// Whether `Rewinding` chooses the model.
  @Parameter("whether the best of all epochs' models is returned (SCRUB+R)") public var rewinds = false
  /// `share` of `Rewinding`.
  @Parameter(
    "largest share of a class's retained samples that is held out for it (not stated in the paper; chosen)",
    .open(0, 1))
  public var rewindShare = 0.5
  /// How retained samples are drawn.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// How steps are taken; the batch size is that of the retain set.
  public var training = TrainingRecipe(epochs: 3, learningRate: 5e-4)

  /// That of the larger of both passes.
  public var largestBatch: Int? { max(training.batchSize, forgetBatchSize) }

  /// The numbers of the code's large-scale notebook.
  public init() {}

  /// The student.
  ///
  /// Notes `maximising_steps` and `minimising_steps`, and where it rewinds `rewind_reference`, an error in [0, 1], and
  /// `returned_epoch`, counted from 1.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let rewinding = rewinds ? try Rewinding(forget: forget, retain: retain, share: rewindShare, run: run) : nil
    let retain = rewinding?.training ?? retain
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    let maximising = min(maximisingEpochs, training.epochs)
    let minimisingSteps = training.epochs * training.steps(over: retain.count)
    let maximisingSteps = maximising * ((forget.count + forgetBatchSize - 1) / forgetBatchSize)
    run.notes["minimising_steps"] = Double(minimisingSteps)
    run.notes["maximising_steps"] = Double(maximisingSteps)
    let epochs = max(1, training.epochs)
    var trainer = Trainer(
      original, recipe: training, stepsPerEpoch: (minimisingSteps + maximisingSteps + epochs - 1) / epochs, run: run)
    var models: [Classifier] = []
    for epoch in 0..<training.epochs {
      let drops = decayEpochs.count { $0 < epoch + 1 }
      trainer.rateFactor = (0..<drops).reduce(1) { factor, _ in factor * decayFactor }
      if epoch < maximising {
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

  /// KD of the student's logits from those of the teacher on the same images.
  private func distance(_ student: Variable, _ teacher: Classifier, _ batch: Batch) -> Variable {
    student.divergence(from: Variable(teacher.evaluate(batch.images).logits), temperature: Float(temperature))
  }

  private static func error(_ model: Classifier, on data: Dataset) -> Double {
    1 - (Predictions(of: model, on: data).accuracy ?? 1)
  }
}
