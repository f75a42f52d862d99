public import Data
public import Engine
public import Unlearning

/// Fine-tunes on the retain set under a penalty on the size of all parameters, which lets go of what nothing holds.
///
/// `L(θ) = E_{D_r}[−log p_θ(y|x)] + α_e·‖θ‖₁`, over all parameters, with `α_e = α·(1 − e/(E − E₀))` for the epochs
/// e < E − E₀ and 0 for the last E₀. With `schedule: increasing` it is `α·e/(E − E₀)`, with `constant` α.
/// With `pruning_rate` the smallest weights of the original are first set to 0 and never move again ("prune first, then
/// unlearn"); see `MagnitudePruning`.
/// - Source: Jia, Liu, Ram, Yao, Liu, Liu, Sharma, Liu, NeurIPS 2023, arXiv:2304.04934, equation 3; code
///   OPTML-Group/Unlearn-Sparse (80ba55d), unlearn/FT_prune.py.
/// - Note: The code's default α of 0.2 destroys models; 5e-4 is that of AMUN (ICML 2025) and MIU (TMLR 2025). RULI uses
///   3e-4, increasing. The subgradient at 0 is 0. No augmentation unless it is asked for.
public struct SparseUnlearning: UnlearningMethod {
  /// How the penalty moves over the epochs.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// From α to 0.
    case decreasing
    /// Always α.
    case constant
    /// From 0 towards α.
    case increasing
  }

  /// What can be set.
  public struct Parameters: ParameterSet {
    /// α.
    public var alpha = 5e-4
    /// How it moves.
    public var penaltySchedule = Schedule.decreasing
    /// E₀, epochs at the end without a penalty.
    public var epochsWithoutPenalty = 0
    /// nil, or the share of weights, in [0, 1), that is pruned before training.
    public var pruningRate: Double?
    /// How retained samples are drawn.
    public var retainSampling = RetainSampling.shuffle
    /// How steps are taken.
    public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, batchSize: 256)
    /// α 5e-4, falling to 0; 10 epochs of SGD at rate 0.01.
    public init() {}
    /// What each number means.
    public static let fields =
      [
        ParameterField("alpha", "weight of the sum of all parameters' magnitudes", .weight),
        ParameterField(
          "penalty_schedule", "how the weight moves over the epochs", .oneOf(Schedule.allCases.map(\.rawValue))),
        ParameterField("epochs_without_penalty", "epochs at the end without a penalty", .epochs(from: 0)),
        ParameterField(
          "pruning_rate", "share of weights that are set to 0 before training and stay there; none: no pruning",
          .halfOpen(0, 1)),
        RetainSampling.field,
      ] + TrainingRecipe.fields(below: "training")
  }
  /// Name, title and source.
  public static let card = Card(
    name: "l1-sparse", title: "ℓ1-sparse unlearning",
    summary: "Fine-tunes on the retain set under a penalty on the magnitude of all parameters.",
    source: Source(
      authors: "Jia, Liu, Ram, Yao, Liu, Liu, Sharma, Liu", title: "Model Sparsity Can Simplify Machine Unlearning",
      venue: "NeurIPS 2023", arXiv: "2304.04934", place: "equation 3"))
  /// The original and retain data.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData]
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

  /// α_e of epoch `epoch`, counted from 0.
  public func alpha(epoch: Int) -> Double {
    let last = parameters.training.epochs - parameters.epochsWithoutPenalty
    guard epoch < last else { return 0 }
    let share = Double(epoch) / Double(last)
    switch parameters.penaltySchedule {
    case .decreasing: return parameters.alpha * (1 - share)
    case .constant: return parameters.alpha
    case .increasing: return parameters.alpha * share
    }
  }

  /// The original after penalised training on the retain set; notes `mean_magnitude`, ‖θ‖₁ by the number of parameters.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try requireData(forget: forget, retain: retain, run: run)
    let sampler = try RetainSampler(parameters.retainSampling, retain: retain, forget: forget, run: run)
    var start = original
    let pruning = parameters.pruningRate.map { MagnitudePruning(of: original.parameters, rate: $0) }
    if let pruning { start.parameters = start.parameters.zip(pruning.mask) { $0 * $1 } }
    let model = try run.fit(
      start, to: sampler.samples, count: retain.count, by: parameters.training, mask: pruning?.mask
    ) { step in
      let alpha = Float(alpha(epoch: step.epoch))
      return alpha > 0 ? step.crossEntropy + alpha * step.parameterMagnitude : step.crossEntropy
    }
    let magnitude = model.parameters.values.reduce(0) { $0 + $1.magnitude.sum }
    run.notes["mean_magnitude"] = magnitude / Double(model.parameters.scalarCount)
    return model
  }
}
