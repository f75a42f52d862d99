public import Data
public import Engine
public import Unlearning

/// Climbs the loss of the forget set.
///
/// `L(θ) = −E_{D_f}[−log p_θ(y|x)]`; nothing bounds it from below, so rate and epochs, or `stopBelow`, decide how much
/// of the model survives. With `retainPass` each epoch begins with a pass of ordinary training over the retain set.
/// - Source: Thudi, Deza, Chandrasekaran, Papernot, EuroS&P 2022, arXiv:2109.13398, section VII; numbers as
///   OPTML-Group/Unlearn-Sparse (commit 80ba55d, unlearn/GA.py); the retain pass as Ali-E/AMUN (9e341a9), the stop as
///   jbonato1/SCAR (280ceae), which stops below an accuracy of 0.01.
/// - Note: The code's multi-step schedule drops at epochs 91 and 136, which 5 epochs never reach: constant here.
///   No augmentation unless it is asked for; the code shifts and mirrors.
public struct NegativeGradient: RetainSamplingMethod {
  /// Name, title and source.
  public static let card = Card(
    name: "gradient-ascent", title: "Gradient ascent (NegGrad)",
    summary: "Climbs the loss of the forget set.",
    source: Source(
      authors: "Thudi, Deza, Chandrasekaran, Papernot",
      title: "Unrolling SGD: Understanding Factors Influencing Machine Unlearning", venue: "EuroS&P 2022",
      arXiv: "2109.13398", place: "section VII"))
  /// The original and the labels of the forget set; retain data only with `retainPass`.
  public static let needs: Set<MethodNeed> = [.originalModel, .forgetLabels]
  /// All requests.
  public static let serves = Set(RequestKind.allCases)

  /// Whether L_r, the loss of the retain set, is descended first.
  @Parameter("whether each epoch begins with ordinary training on the retain set") public var retainPass = false
  /// How retained samples are drawn.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Where the accuracy on the forget set is watched; nil where it is not.
  @Parameter("stop after the first epoch whose accuracy on the forget set is below this; none: never", .closed(0, 1))
  public var stopBelow: Double? = nil
  /// How steps are taken.
  public var training = TrainingRecipe(epochs: 5, learningRate: 1e-4, batchSize: 256)

  /// 5 epochs of ascent at rate 1e-4.
  public init() {}

  /// The original after ascent; notes `epochs`, how many were run, and `forget_accuracy` where it was watched.
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
