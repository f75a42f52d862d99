public import Data
public import Engine
public import Unlearning

/// Fine-tunes on the retain set with an L1 penalty, which removes parameters that the retain set does not need.
///
/// `L(θ) = E_{D_r}[−log p_θ(y|x)] + α_e·‖θ‖₁`, over all parameters, with `α_e = α·(1 − e/(E − E₀))` for the epochs e <
/// E − E₀ and 0 for the last E₀. With `schedule: increasing` it is `α·e/(E − E₀)`, with `constant` α. With
/// `pruning_rate` the smallest weights of the original are first set to 0 and fixed ("prune first, then unlearn"); see
/// `MagnitudePruning`.
/// - Source: Jia, Liu, Ram, Yao, Liu, Liu, Sharma, Liu, NeurIPS 2023, arXiv:2304.04934, equation 3; code
///   OPTML-Group/Unlearn-Sparse (80ba55d), unlearn/FT_prune.py.
/// - Note: The code's default α of 0.2 destroys models; 5e-4 is that of AMUN (ICML 2025) and MIU (TMLR 2025). RULI uses
///   3e-4, increasing. The subgradient at 0 is 0. No augmentation by default.
public struct L1SparseUnlearning: RetainSamplingMethod {
  /// The schedule of the penalty weight α_e over the epochs.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// Linearly from α to 0.
    case decreasing
    /// Constant at α.
    case constant
    /// Linearly from 0 towards α.
    case increasing
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "l1-sparse", title: "ℓ1-sparse unlearning",
    summary: "Fine-tunes on the retain set with an ℓ1 penalty on all parameters.",
    source: Source(
      authors: "Jia, Liu, Ram, Yao, Liu, Liu, Sharma, Liu", title: "Model Sparsity Can Simplify Machine Unlearning",
      venue: "NeurIPS 2023", arXiv: "2304.04934", place: "equation 3"))
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// α, the weight of the L1 penalty.
  @Parameter("weight α of the penalty α·‖θ‖₁", .weight) public var alpha = 5e-4
  /// The schedule of α_e.
  @Parameter("α over the epochs: linear from α to 0, constant, or linear from 0 to α")
  public var penaltySchedule = Schedule.decreasing
  /// E₀, the number of final epochs without a penalty.
  @Parameter("number of last epochs without the penalty", .epochs(from: 0)) public var epochsWithoutPenalty = 0
  /// The fraction of weights pruned before training, see `MagnitudePruning`; nil for none.
  @Parameter("fraction of weights that are set to 0 before training and kept at 0; null: no pruning", .halfOpen(0, 1))
  public var pruningRate: Double? = nil
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, batchSize: 256)

  /// α 5e-4, falling to 0; 10 epochs of SGD at rate 0.01.
  public init() {}

  /// α_e of epoch `epoch`, counted from 0.
  public func alpha(epoch: Int) -> Double {
    let last = training.epochs - epochsWithoutPenalty
    guard epoch < last else { return 0 }
    let share = Double(epoch) / Double(last)
    switch penaltySchedule {
    case .decreasing: return alpha * (1 - share)
    case .constant: return alpha
    case .increasing: return alpha * share
    }
  }

  /// Returns the original after penalized fine-tuning; notes `mean_magnitude`, ‖θ‖₁ / number of parameters.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    var start = original
    let pruning = pruningRate.map { MagnitudePruning(of: original.parameters, rate: $0) }
    if let pruning { start.parameters = start.parameters.zip(pruning.mask) { $0 * $1 } }
    let model = try run.fit(
      start, to: sampler.samples, count: retain.count, by: training, mask: pruning?.mask
    ) { step in
      let alpha = Float(alpha(epoch: step.epoch))
      return alpha > 0 ? step.crossEntropy + alpha * step.parameterMagnitude : step.crossEntropy
    }
    let magnitude = model.parameters.values.reduce(0) { $0 + $1.magnitude.sum }
    run.notes["mean_magnitude"] = magnitude / Double(model.parameters.scalarCount)
    return model
  }
}
