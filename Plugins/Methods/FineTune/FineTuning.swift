public import Data
public import Engine
public import Unlearning

/// Fine-tunes the original on the retain set alone, so that it forgets the forget set by catastrophic forgetting.
///
/// `L(θ) = E_{D_r}[−log p_θ(y|x)]`, from the original's parameters, with a fresh optimizer.
/// - Source: Warnecke, Pirch, Wressnegger, Rieck, NDSS 2023, arXiv:2108.11577, as the baseline "fine-tuning".
/// - Note: Rate, epochs and batch size are those of Ebrahimpour-Boroojeny, Sundaram, Chandrasekaran, ICML 2025 (AMUN),
///   which tune the rate over 1e-6 to 0.1; the step schedule is chosen among theirs. No augmentation by default,
///   although their code shifts and mirrors: not every data set can be mirrored.
public struct FineTuning: RetainSamplingMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "fine-tune", title: "Fine-tuning",
    summary: "Continues to train the original on the retain set alone.",
    source: Source(
      authors: "Warnecke, Pirch, Wressnegger, Rieck", title: "Machine Unlearning of Features and Labels",
      venue: "NDSS 2023", arXiv: "2108.11577", place: "baseline fine-tuning"))
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)

  /// 10 epochs of SGD at rate 0.01, divided by 10 after 5 epochs.
  public init() {}

  /// Returns the original after fine-tuning on the retain set.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    return try run.fit(original, to: sampler.samples, count: retain.count, by: training) { $0.crossEntropy }
  }
}
