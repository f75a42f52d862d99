public import Data
public import Engine
public import Unlearning

/// Reweighting fine-tuning: on forgotten samples the target is the original's prediction restricted to the retained
/// classes.
///
/// With original logits z and forgotten classes F the target on D_f is `p̄(·|x) = softmax_{k∉F}(z)`, the original's
/// distribution without F, renormalized; D_r keeps its labels:
/// `L(θ) = λ_r·E_{D_r}[−log p_θ(y|x)] + λ_f·E_{D_f}[−Σ_k p̄(k|x)·log p_θ(k|x)]`.
/// - Source: Wang, Ebrahimpour-Boroojeny, Sundaram, arXiv:2506.20893 version 1, which states "redistribution of the
///   probability mass for the prediction on the samples in the forgotten class".
/// - Note: Only the abstract and public reviews could be read. Not stated there, so chosen: proportional redistribution
///   (the KL projection onto the retained classes, and the target of DELETE, CVPR 2025), cross-entropy, the natural
///   mixture of both sets, the teacher on the student's view, and the training recipe, which is that of the same
///   authors' AMUN (ICML 2025) with a step schedule from their grid. No augmentation by default.
public struct ReweightingFineTuning: SoftTargetMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "rwft", title: "Reweighting fine-tuning (RWFT)",
    summary: "Fine-tunes towards the original's predictions with the forgotten classes' probability redistributed.",
    source: Source(
      authors: "Wang, Ebrahimpour-Boroojeny, Sundaram",
      title: "On the Necessity of Output Distribution Reweighting for Effective Class Unlearning", venue: "arXiv 2025",
      arXiv: "2506.20893", place: "version 1, reconstructed from the abstract and public reviews"))

  /// How the probability of forgotten classes is redistributed to the retained ones.
  @Parameter("whether retained classes get the probability of forgotten ones in proportion to theirs, or evenly")
  public var redistribution = Redistribution.proportional
  /// The view of a forgotten image on which the original computes the target.
  @Parameter(.teacherView) public var teacherView = TeacherView.augmented
  /// λ_f / λ_r; nil for the natural mixture |D_f| / |D_r|.
  @Parameter(.forgetWeight) public var forgetWeight: Double? = nil
  /// The number of retained samples as a multiple of |D_f|; nil for all.
  @Parameter(.retainRatio) public var retainRatio: Double? = nil
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)

  /// Proportional redistribution; 10 epochs of SGD at rate 0.01, divided by 10 after 5.
  public init() {}

  /// The target p̄, the original's distribution renormalized over the retained classes.
  public func target(from original: Classifier, forget: Dataset, retain: Dataset, run: Run) -> ReweightedTarget {
    ReweightedTarget(
      classCount: original.classCount, forgotten: run.forgottenClasses, redistribution: redistribution)
  }
}
