public import Data
public import Engine
public import Unlearning

/// Fine-tunes on the forget set with random labels, together with the retain set with its own.
///
/// `L(θ) = E_{D_r ∪ {(x, y′) : x ∈ D_f}}[−log p_θ(y|x)]` with y′ drawn uniformly from the labels that `labels` allows.
/// The published variants differ, and each is a setting:
/// | variant | labels | redraw | retain |
/// |---|---|---|---|
/// | Golatkar 2020 as AMUN's code reads it (default) | other | epoch | joint |
/// | Amnesiac ports (SSD, Bad-T), class requests | retained | once | joint |
/// | SalUn's code without mask, CIFAR-10 | any | epoch | after |
/// | SCAR's code, class requests | retained | epoch | none |
///
/// - Source: Golatkar, Achille, Soatto, CVPR 2020, arXiv:1911.04933, baseline "random labels"; code Ali-E/AMUN (9e341a9,
///   `RLDataset`), OPTML-Group/Unlearn-Saliency (a6e89fd, unlearn/RL.py), if-loops/selective-synaptic-dampening
///   (cdfdc0e), jbonato1/SCAR (280ceae).
/// - Note: Codes draw per batch or per epoch; a pass reads each sample once, so both are `redraw: epoch`. Rate, epochs
///   and batch size are AMUN's, the step schedule is chosen among theirs. No augmentation unless it is asked for.
public struct RandomLabelling: UnlearningMethod {
  /// What can be set.
  public struct Parameters: ParameterSet {
    /// The labels that a forgotten sample may get.
    public var labels = RandomLabelTraining.Choice.other
    /// When they are drawn.
    public var redraw = RandomLabelTraining.Redraw.epoch
    /// What retained samples do.
    public var retain = RandomLabelTraining.RetainPass.joint
    /// How retained samples are drawn.
    public var retainSampling = RetainSampling.shuffle
    /// How steps are taken.
    public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)
    /// Labels other than a sample's own, drawn in each epoch; 10 epochs of SGD at rate 0.01, divided by 10 after 5.
    public init() {}
    /// What each number means.
    public static let fields =
      [
        ParameterField(
          "labels", "what a forgotten sample may be called: any class but its own, any class, or any retained class",
          .oneOf(RandomLabelTraining.Choice.allCases.map(\.rawValue))),
        ParameterField(
          "redraw", "whether labels are drawn once or anew in each epoch",
          .oneOf(RandomLabelTraining.Redraw.allCases.map(\.rawValue))),
        ParameterField(
          "retain", "whether retained samples are shuffled in, follow in a pass of their own, or take no part",
          .oneOf(RandomLabelTraining.RetainPass.allCases.map(\.rawValue))),
        RetainSampling.field,
      ] + TrainingRecipe.fields(below: "training")
  }
  /// Name, title and source.
  public static let card = Card(
    name: "random-labels", title: "Random labels",
    summary: "Fine-tunes on the forget set with random labels, together with the retain set with its own.",
    source: Source(
      authors: "Golatkar, Achille, Soatto",
      title: "Eternal Sunshine of the Spotless Net: Selective Forgetting in Deep Networks", venue: "CVPR 2020",
      arXiv: "1911.04933", place: "baseline random labels"))
  /// The original, retain data (unless `retain` is none), and the labels of the forget set.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
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

  /// The original after training on random labels.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try requireData(forget: forget, retain: retain, run: run)
    var training = RandomLabelTraining(recipe: parameters.training)
    training.choice = parameters.labels
    training.redraw = parameters.redraw
    training.retainPass = parameters.retain
    training.retainSampling = parameters.retainSampling
    return try training(original, forget: forget, retain: retain, run: run)
  }
}
