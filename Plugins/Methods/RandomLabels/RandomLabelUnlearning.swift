public import Data
public import Engine
public import Unlearning

/// Fine-tunes on the forget set with random labels and on the retain set with its true labels.
///
/// `L(θ) = E_{D_r ∪ {(x, y′) : x ∈ D_f}}[−log p_θ(y|x)]` with y′ drawn uniformly from the labels that `labels` allows.
/// The published variants differ; each is a combination of parameters:
/// | variant | labels | redraw | retain |
/// |---|---|---|---|
/// | Golatkar 2020 as AMUN's code reads it (default) | other | epoch | joint |
/// | Amnesiac ports (SSD, Bad-T), class requests | retained | once | joint |
/// | SalUn's code without mask, CIFAR-10 | any | epoch | after |
/// | SCAR's code, class requests | retained | epoch | none |
///
/// - Source: Golatkar, Achille, Soatto, CVPR 2020, arXiv:1911.04933, baseline "random labels"; code Ali-E/AMUN
///   (9e341a9, `RLDataset`), OPTML-Group/Unlearn-Saliency (a6e89fd, unlearn/RL.py),
///   if-loops/selective-synaptic-dampening (cdfdc0e), jbonato1/SCAR (280ceae).
/// - Note: Codes draw per batch or per epoch; a pass reads each sample once, so both are `redraw: epoch`. Rate, epochs
///   and batch size are AMUN's, the step schedule is chosen among theirs. No augmentation by default.
public struct RandomLabelUnlearning: RetainSamplingMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "random-labels", title: "Random labels",
    summary: "Fine-tunes on the forget set with random labels and on the retain set with its own.",
    source: Source(
      authors: "Golatkar, Achille, Soatto",
      title: "Eternal Sunshine of the Spotless Net: Selective Forgetting in Deep Networks", venue: "CVPR 2020",
      arXiv: "1911.04933", place: "baseline random labels"))
  /// The original, retain data (unless `retain` is none), and the labels of the forget set.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// The labels that a forgotten sample may get.
  @Parameter(.forgottenLabels) public var labels = RandomLabelTraining.Choice.other
  /// Whether random labels are drawn once or in each epoch.
  @Parameter("whether labels are drawn once or in each epoch") public var redraw = RandomLabelTraining.Redraw.epoch
  /// How retained samples take part in an epoch.
  @Parameter("whether retained samples are mixed with forgotten ones, follow in a separate pass, or are not used")
  public var retain = RandomLabelTraining.RetainPass.joint
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)

  /// Labels other than a sample's own, drawn in each epoch; 10 epochs of SGD at rate 0.01, divided by 10 after 5.
  public init() {}

  /// Returns the original after fine-tuning on random labels.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    var training = RandomLabelTraining(recipe: training)
    training.choice = labels
    training.redraw = redraw
    training.retainPass = self.retain
    training.retainSampling = retainSampling
    return try training(original, forget: forget, retain: retain, run: run)
  }
}
