public import Data
public import Engine
public import Unlearning

/// Gradient descent on the retain set and gradient ascent on the forget set in the same step.
///
/// `L(θ) = α·E_{D_r}[−log p_θ(y|x)] − (1 − α)·E_{D_f}[−log p_θ(y|x)]`. An epoch is one pass over the retain set; each
/// of its batches is paired with the next batch of the forget set, which restarts in a new order whenever it ends.
/// - Source: Kurmanji, Triantafillou, Hayes, Triantafillou, NeurIPS 2023, arXiv:2302.09880, section 3; code
///   meghdadk/SCRUB (98ffb11), `train_negrad` and its MIA notebook: α 0.9999, rate 0.01, 5 epochs, SGD without
///   momentum.
/// - Note: The weight decay of 5e-4 is that of the notebooks' other methods. With α = 1 the forget set is not read at
///   all, so that it does not affect the running statistics: exactly fine-tuning. No augmentation by default.
public struct NegativeGradientPlus: RetainSamplingMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "neg-grad-plus", title: "NegGrad+",
    summary: "Minimizes the loss on the retain set and maximizes that on the forget set in the same step.",
    source: .unboundedUnlearning(place: "section 3, baseline NegGrad+"))
  /// The original, retain data, and the labels of the forget set.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// α, the weight of the retain loss; 1 − α is that of the forget loss.
  @Parameter("weight α of the retain loss: α·L_retain − (1 − α)·L_forget", .closed(0, 1)) public var alpha = 0.9999
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates; the batch size applies to both sets.
  public var training = TrainingRecipe(epochs: 5, learningRate: 0.01, momentum: 0)

  /// α 0.9999; 5 epochs of SGD at rate 0.01 without momentum.
  public init() {}

  /// Returns the original after the combined descent and ascent.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let alpha = Float(alpha)
    let stepsPerEpoch = training.steps(over: retain.count)
    var trainer = Trainer(original, recipe: training, stepsPerEpoch: stepsPerEpoch, run: run)
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    var passes = 0
    var forgetBatches = trainer.batches(of: forget, epoch: passes, stream: "forget").makeIterator()
    for epoch in 0..<training.epochs {
      for batch in trainer.batches(of: sampler.samples(epoch), epoch: epoch) {
        guard alpha < 1 else {
          try trainer.step(batch, epoch: epoch) { $0.crossEntropy }
          continue
        }
        var forgotten = forgetBatches.next()
        if forgotten == nil {
          passes += 1
          forgetBatches = trainer.batches(of: forget, epoch: passes, stream: "forget").makeIterator()
          forgotten = forgetBatches.next()
        }
        guard let forgotten else { throw UnlearningError.emptyForgetSet }
        try trainer.step(batch, epoch: epoch) { step in
          let ascent = step.crossEntropy(step.forward(forgotten.images).logits, forgotten.labels)
          return alpha * step.crossEntropy - (1 - alpha) * ascent
        }
      }
      try trainer.requireFiniteParameters(after: epoch)
    }
    return trainer.model
  }
}
