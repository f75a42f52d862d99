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
public struct NegativeGradient: UnlearningMethod {
  /// What can be set.
  public struct Parameters: ParameterSet {
    /// How steps are taken.
    public var training = TrainingRecipe(epochs: 5, learningRate: 1e-4, batchSize: 256)
    /// Whether each epoch begins with a pass over the retain set.
    public var retainPass = false
    /// How retained samples are drawn.
    public var retainSampling = RetainSampling.shuffle
    /// nil, or the accuracy on the forget set, in [0, 1], below which the method stops after an epoch.
    public var stopBelow: Double?
    /// 5 epochs of ascent at rate 1e-4.
    public init() {}
    /// What each number means.
    public static let fields =
      [
        ParameterField("retain_pass", "whether each epoch begins with ordinary training on the retain set"),
        RetainSampling.field,
        ParameterField(
          "stop_below", "stop after the first epoch whose accuracy on the forget set is below this; none: never",
          .closed(0, 1)),
      ] + TrainingRecipe.fields(below: "training")
  }
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
  private let parameters: Parameters

  /// The method with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validateRanges()
    self.parameters = parameters
  }

  /// Retraining with the same sampling.
  public var reference: RetainSampling { parameters.retainSampling }

  /// The original after ascent; notes `epochs`, how many were run, and `forget_accuracy` where it was watched.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try requireData(forget: forget, retain: retain, run: run)
    if parameters.retainPass, retain.isEmpty { throw UnlearningError.emptyRetainSet }
    let recipe = parameters.training
    let retainSteps = parameters.retainPass ? recipe.steps(over: retain.count) : 0
    let stepsPerEpoch = recipe.steps(over: forget.count) + retainSteps
    var trainer = Trainer(original, recipe: recipe, stepsPerEpoch: stepsPerEpoch, run: run)
    let sampler =
      parameters.retainPass
      ? try RetainSampler(parameters.retainSampling, retain: retain, forget: forget, run: run) : nil
    for epoch in 0..<recipe.epochs {
      if let sampler { try trainer.epoch(epoch, over: sampler.samples(epoch)) { $0.crossEntropy } }
      try trainer.epoch(epoch, over: forget, stream: "forget") { -$0.crossEntropy }
      run.notes["epochs"] = Double(epoch + 1)
      if let bound = parameters.stopBelow, let accuracy = Predictions(of: trainer.model, on: forget).accuracy {
        run.notes["forget_accuracy"] = accuracy
        if accuracy < bound { break }
      }
    }
    return trainer.model
  }
}
