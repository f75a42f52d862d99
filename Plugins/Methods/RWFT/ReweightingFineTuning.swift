public import Data
public import Engine
public import Unlearning

/// Reweighting fine-tuning: on forgotten samples the model shall say what the original said of all other classes.
///
/// With original logits z and forgotten classes F the target on D_f is `p̄(·|x) = softmax_{k∉F}(z)`, the original's
/// distribution without F, renormalised; D_r keeps its labels:
/// `L(θ) = λ_r·E_{D_r}[−log p_θ(y|x)] + λ_f·E_{D_f}[−Σ_k p̄(k|x)·log p_θ(k|x)]`.
/// - Source: Wang, Ebrahimpour-Boroojeny, Sundaram, arXiv:2506.20893 version 1, which states "redistribution of the
///   probability mass for the prediction on the samples in the forgotten class".
/// - Note: Only the abstract and public reviews could be read. Not stated there, so chosen: proportional redistribution
///   (the KL projection onto the retained classes, and the target of DELETE, CVPR 2025), cross-entropy, the natural
///   mixture of both sets, the teacher on the student's view, and the training recipe, which is that of the same
///   authors' AMUN (ICML 2025) with a step schedule from their grid. No augmentation unless it is asked for.
public struct ReweightingFineTuning: UnlearningMethod {
  /// What can be set.
  public struct Parameters: ParameterSet {
    /// How the probability of forgotten classes is shared out.
    public var redistribution = Redistribution.proportional
    /// What the original looks at.
    public var teacherView = TeacherView.augmented
    /// λ_f / λ_r, > 0; nil for the natural mixture |D_f| / |D_r|.
    public var forgetWeight: Double?
    /// Retained samples that take part, as a multiple of |D_f|, > 0; nil for all.
    public var retainRatio: Double?
    /// How retained samples are drawn.
    public var retainSampling = RetainSampling.shuffle
    /// How steps are taken.
    public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)
    /// Proportional redistribution; 10 epochs of SGD at rate 0.01, divided by 10 after 5.
    public init() {}
    /// What each number means.
    public static let fields =
      [
        ParameterField(
          "redistribution", "how the probability of forgotten classes is shared out among the retained ones",
          .oneOf(Redistribution.allCases.map(\.rawValue))),
        ParameterField(
          "teacher_view", "whether the original sees the student's augmented images or plain ones, once",
          .oneOf(TeacherView.allCases.map(\.rawValue))),
        ParameterField(
          "forget_weight", "weight of the forget loss over that of the retain loss; none: every sample weighs the same",
          .positive),
        ParameterField(
          "retain_ratio", "retained samples that take part, as a multiple of the forget set; none: all", .positive),
        RetainSampling.field,
      ] + TrainingRecipe.fields(below: "training")
  }
  /// Name, title and source.
  public static let card = Card(
    name: "rwft", title: "Reweighting fine-tuning (RWFT)",
    summary: "Fine-tunes towards the original's predictions with the forgotten classes' probability redistributed.",
    source: Source(
      authors: "Wang, Ebrahimpour-Boroojeny, Sundaram",
      title: "On the Necessity of Output Distribution Reweighting for Effective Class Unlearning", venue: "arXiv 2025",
      arXiv: "2506.20893", place: "version 1, reconstructed from the abstract and public reviews"))
  /// The original and retain data.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData]
  /// Whole classes: a target without them needs no sample's own label.
  public static let serves: Set<RequestKind> = [.oneClass, .severalClasses]
  /// How sharp the target is: 0 where it is the nearest class with probability 1.
  public static let notesShown: [(name: String, unit: MeasurementUnit)] = [("target_entropy", .nats)]
  private let parameters: Parameters

  /// The method with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validate()
    self.parameters = parameters
  }

  /// Retraining with the same sampling.
  public var reference: RetainSampling { parameters.retainSampling }

  /// The original, fine-tuned towards the reweighted targets; notes their mean entropy in nats, `target_entropy`.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try requireData(forget: forget, retain: retain, run: run)
    let target = ReweightedTarget(
      classCount: original.classCount, forgotten: run.forgottenClasses, redistribution: parameters.redistribution)
    var training = SoftTargetTraining(target: target, recipe: parameters.training)
    training.teacherView = parameters.teacherView
    training.forgetWeight = parameters.forgetWeight
    training.retainRatio = parameters.retainRatio
    training.retainSampling = parameters.retainSampling
    return try training(original, forget: forget, retain: retain, run: run)
  }
}
