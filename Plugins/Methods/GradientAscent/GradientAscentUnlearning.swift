public import Data
public import Engine
public import Unlearning

/// Gradient ascent on the loss of the forget set.
///
/// `L(θ) = −E_{D_f}[−log p_θ(y|x)]`; it is unbounded below, so learning rate and epochs, or `stopBelow`, decide how
/// much utility is left. With `retainPass` each epoch begins with a pass of ordinary training over the retain set.
/// - Source: Thudi, Deza, Chandrasekaran, Papernot, EuroS&P 2022, arXiv:2109.13398, section VII; numbers as
///   OPTML-Group/Unlearn-Sparse (commit 80ba55d, unlearn/GA.py); the retain pass as Ali-E/AMUN (9e341a9), the stop as
///   jbonato1/SCAR (280ceae), which stops below an accuracy of 0.01.
/// - Note: The code's multi-step schedule drops at epochs 91 and 136, which 5 epochs never reach: constant here. No
///   augmentation by default; the code shifts and mirrors.
public struct GradientAscentUnlearning: RetainSamplingMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "gradient-ascent", title: "Gradient ascent (NegGrad)",
    summary: "Maximizes the loss on the forget set.",
    source: Source(
      authors: "Thudi, Deza, Chandrasekaran, Papernot",
      title: "Unrolling SGD: Understanding Factors Influencing Machine Unlearning", venue: "EuroS&P 2022",
      arXiv: "2109.13398", place: "section VII"))
  /// The original and the labels of the forget set; retain data only with `retainPass`.
  public static let needs: Set<MethodNeed> = [.originalModel, .forgetLabels]
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// Whether each epoch begins with a pass of gradient descent on L_r, the loss of the retain set.
  @Parameter("whether each epoch begins with a pass of ordinary training on the retain set")
  public var retainPass = false
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// The forget set accuracy below which training stops, in [0, 1]; nil to train for all epochs.
  @Parameter("stops after the first epoch whose accuracy on the forget set is below this; null: never", .closed(0, 1))
  public var stopBelow: Double? = nil
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(epochs: 5, learningRate: 1e-4, batchSize: 256)

  /// 5 epochs of ascent at rate 1e-4.
  public init() {}

  /// Returns the original after ascent; notes `epochs`, the number run, and `forget_accuracy` with `stopBelow`.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    if retainPass, retain.isEmpty { throw UnlearningError.emptyRetainSet }
    let retainSteps = retainPass ? training.steps(over: retain.count) : 0
    let stepsPerEpoch = training.steps(over: forget.count) + retainSteps
    var trainer = Trainer(original, recipe: training, stepsPerEpoch: stepsPerEpoch, run: run)
    let sampler = retainPass ? try RetainSampler(retainSampling, retain: retain, forget: forget, run: run) : nil
    for epoch in 0..<training.epochs {
      if let sampler { try trainer.epoch(epoch, over: sampler.samples(epoch)) { $0.crossEntropy } }
      try trainer.epoch(epoch, over: forget, stream: "forget") { -$0.crossEntropy }
      run.notes["epochs"] = Double(epoch + 1)
      if let bound = stopBelow, let accuracy = Predictions(of: trainer.model, on: forget).accuracy {
        run.notes["forget_accuracy"] = accuracy
        if accuracy < bound { break }
      }
    }
    return trainer.model
  }
}
