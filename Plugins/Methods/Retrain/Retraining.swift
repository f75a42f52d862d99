public import Data
public import Engine
public import Unlearning

/// Trains a new model on the retain set by the recipe of the original: the reference of all other methods.
///
/// The original model is not read; initial parameters and the order of samples come from separate random streams. With
/// `retain_sampling: reweight` groups are as frequent as before the request: the reference of group-robust methods.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330, section 4.1, for the sampling.
public struct Retraining: RetainSamplingMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "retrain", title: "Retraining",
    summary: "Trains a new model on the retain set by the recipe of the original; the reference of all methods.",
    source: Source(
      authors: "Cao, Yang", title: "Towards Making Systems Forget with Machine Unlearning", venue: "IEEE S&P 2015",
      place: "section I, the naive approach that unlearning replaces"))
  /// The retain set alone; the original model is not read.
  public static let needs: Set<MethodNeed> = [.retainData]
  /// Requests of classes and of samples.
  public static let serves = Set(RequestKind.allCases)

  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle

  /// Each retained sample once per epoch (`shuffle`).
  public init() {}

  /// Returns a model trained without the forget set.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    return try run.train(on: retain, purpose: "retrain", sampler: sampler)
  }
}
