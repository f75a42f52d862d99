public import Data
public import Engine
public import Unlearning

/// Trains a fresh model on the retain set by the recipe of the original: what every other method is compared with.
///
/// Nothing of the original model is read; initial parameters and the order of samples come from streams of their own.
/// With `retain_sampling: reweight` groups are met as often as before the request: the reference of group-robust
/// methods.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330, section 4.1, for the sampling.
public struct Retraining: RetainSamplingMethod {
  /// Name, title and source.
  public static let card = Card(
    name: "retrain", title: "Retraining",
    summary: "Trains a fresh model on the retain set by the recipe of the original; the reference of all methods.",
    source: Source(
      authors: "Cao, Yang", title: "Towards Making Systems Forget with Machine Unlearning", venue: "IEEE S&P 2015",
      place: "section I, the naive approach that unlearning replaces"))
  /// Retain data alone.
  public static let needs: Set<MethodNeed> = [.retainData]
  /// All requests.
  public static let serves = Set(RequestKind.allCases)

  /// How retained samples are drawn.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle

  /// Every retained sample once an epoch.
  public init() {}

  /// A model that never saw the forget set.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    return try run.train(on: retain, purpose: "retrain", sampler: sampler)
  }
}
