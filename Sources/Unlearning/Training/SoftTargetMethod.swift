public import Data
public import Engine

/// A method that fine-tunes on retained samples with their labels and on forgotten ones with soft targets: RWFT, TRW.
///
/// A method provides the targets; `SoftTargetTraining` runs the fine-tuning.
public protocol SoftTargetMethod: RetainSamplingMethod {
  /// The view of a forgotten image on which the original computes the target.
  var teacherView: TeacherView { get }
  /// λ_f / λ_r, > 0; nil for the natural mixture |D_f| / |D_r|.
  var forgetWeight: Double? { get }
  /// The number of retained samples used, as a multiple of |D_f|, > 0; nil for all.
  var retainRatio: Double? { get }
  /// Epochs, batch size, optimizer and learning rates of the fine-tuning.
  var training: TrainingRecipe { get }

  /// What the model is trained towards on forgotten samples.
  ///
  /// - Throws: `ParameterError` where parameters do not fit the model.
  func target(from original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> ReweightedTarget
}

extension SoftTargetMethod {
  /// Requests of whole classes; a target that drops whole classes does not depend on the sample's own label.
  public static var serves: Set<RequestKind> { [.oneClass, .severalClasses] }

  /// The mean entropy of the target; 0 where one class has probability 1.
  public static var notesShown: [(name: String, unit: MeasurementUnit)] { [("target_entropy", .nats)] }

  /// The original, fine-tuned towards the targets; notes what `SoftTargetTraining` does.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let target = try target(from: original, forget: forget, retain: retain, run: run)
    var training = SoftTargetTraining(target: target, recipe: training)
    training.teacherView = teacherView
    training.forgetWeight = forgetWeight
    training.retainRatio = retainRatio
    training.retainSampling = retainSampling
    return try training(original, forget: forget, retain: retain, run: run)
  }
}

/// A method with the parameter `retain_sampling`, compared with retraining under the same sampling.
public protocol RetainSamplingMethod: UnlearningMethod {
  /// How retained samples are drawn.
  var retainSampling: RetainSampling { get set }
}

extension RetainSamplingMethod {
  /// The reference retraining draws retained samples in the same way.
  public var reference: RetainSampling { retainSampling }
}

extension ParameterMeaning {
  /// How retained samples are drawn.
  public static let retainSampling = ParameterMeaning(
    "whether retained samples are shuffled, or drawn with the group frequencies of the whole training set",
    .words(of: RetainSampling.self))
  /// What the original looks at.
  public static let teacherView = ParameterMeaning(
    "whether the original predicts the augmented images of each step, or once those without augmentation",
    .words(of: TeacherView.self))
  /// λ_f / λ_r.
  public static let forgetWeight = ParameterMeaning(
    "weight of the forget loss relative to that of the retain loss; null: |D_f| / |D_r|", .positive)
  /// Retained samples over |D_f|.
  public static let retainRatio = ParameterMeaning(
    "number of retained samples as a multiple of |D_f|; null: all", .positive)
}
