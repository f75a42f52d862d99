public import Data
public import Engine
public import Unlearning

/// Saliency unlearning: fine-tuning on random labels of the parameters with the largest gradients on the forget set.
///
/// The mask holds the `ratio` of all parameters with the largest `|Σ_batches ∇_θ mean_batch CE(D_f)|`, see
/// `SaliencyMask`. Then the forget set is trained on with random labels and the retain set with its own, as `variant`
/// says. Masked parameters keep their values bit for bit; neither weight decay nor momentum reaches them.
/// - Source: Fan, Liu, Zhang, Wong, Wei, Liu, ICLR 2024, arXiv:2310.12508, equations 3 and 4; code
///   OPTML-Group/Unlearn-Saliency (a6e89fd), Classification/generate_mask.py and unlearn/RL.py.
/// - Note: The code's rate for CIFAR-10 and a random tenth of the data; its multi-step schedule drops at epochs 91 and
///   136, which 10 epochs never reach: constant here. The code restores masked weights to their values at the start of
///   the epoch; here they never change. Running statistics of batch normalization are not parameters and are updated.
/// - Note: Losses are means over a batch. A forget set of one sample is a batch of one in `sequential`: in every epoch
///   that sample alone takes a full step with a label drawn at random, as large as a step on 256 samples.
/// - Note: No augmentation by default; the code shifts by up to 4 pixels and mirrors.
public struct SaliencyUnlearning: RetainSamplingMethod {
  /// The order in which the two sets are trained on.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    /// In each epoch the forget set, then the retain set; the code's way with CIFAR-10 and SVHN.
    case sequential
    /// Both sets shuffled together; the code's way with CIFAR-100 and Tiny-ImageNet.
    case joint
  }
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "salun", title: "Saliency unlearning (SalUn)",
    summary: "Random labels, updating only the parameters with the largest gradients on the forget set.",
    source: .salUn(place: "equations 3 and 4"))
  /// The original, retain data, and the labels of the forget set.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// The fraction of parameters that are trainable, in (0, 1].
  @Parameter("fraction of all parameters that are updated", .openClosed(0, 1)) public var ratio = 0.5
  /// The order in which the two sets are trained on.
  @Parameter("whether an epoch is a pass over the forget set and then the retain set, or one over both, shuffled")
  public var variant = Variant.sequential
  /// The labels that a forgotten sample may get.
  @Parameter(.forgottenLabels) public var labels = RandomLabelTraining.Choice.any
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates; its batch size is also that of the mask's gradients, which
  /// depend on it.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.013, batchSize: 256)

  /// Half of all parameters; 10 epochs of SGD at rate 0.013, any label, forget set first.
  public init() {}

  /// Returns the original after masked fine-tuning; notes `salient_share`, the fraction of trainable parameters.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let mask = try SaliencyMask(of: original, on: forget, ratio: ratio, batchSize: training.batchSize, run: run)
    run.notes["salient_share"] = Double(mask.selectedCount) / Double(original.parameters.scalarCount)
    var training = RandomLabelTraining(recipe: training)
    training.choice = labels
    training.retainPass = variant == .joint ? .joint : .after
    training.mask = mask.values
    training.retainSampling = retainSampling
    return try training(original, forget: forget, retain: retain, run: run)
  }
}
