public import Data
public import Engine
public import Unlearning

/// Goes on training the original on the retain set alone, so that what it knew of the forget set fades.
///
/// `L(θ) = E_{D_r}[−log p_θ(y|x)]`, from the original's parameters, with a fresh optimiser.
/// - Source: Warnecke, Pirch, Wressnegger, Rieck, NDSS 2023, arXiv:2108.11577, as the baseline "fine-tuning".
/// - Note: Rate, epochs and batch size are those of Ebrahimpour-Boroojeny, Sundaram, Chandrasekaran, ICML 2025
///   (AMUN), which tune the rate over 1e-6 to 0.1; the step schedule is chosen among theirs. No augmentation unless
///   it is asked for, although their code shifts and mirrors: not every data set can be mirrored.
public struct FineTuning: RetainSamplingMethod {
  /// Name, title and source.
  public static let card = Card(
    name: "fine-tune", title: "Fine-tuning",
    summary: "Goes on training the original on the retain set alone.",
    source: Source(
      authors: "Warnecke, Pirch, Wressnegger, Rieck", title: "Machine Unlearning of Features and Labels",
      venue: "NDSS 2023", arXiv: "2108.11577", place: "baseline fine-tuning"))
  /// All requests.
  public static let serves = Set(RequestKind.allCases)

  /// How retained samples are drawn.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// How steps are taken.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)

  /// 10 epochs of SGD at rate 0.01, divided by 10 after 5 epochs.
  public init() {}

  /// The original after more training on the retain set.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    return try run.fit(original, to: sampler.samples, count: retain.count, by: training) { $0.crossEntropy }
  }
}
