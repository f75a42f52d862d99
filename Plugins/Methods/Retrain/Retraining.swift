public import Data
public import Engine
public import Unlearning

/// Trains a fresh model on the retain set by the recipe of the original: what every other method is compared with.
///
/// Nothing of the original model is read; initial parameters and the order of samples come from streams of their own.
public struct Retraining: UnlearningMethod {
  /// Everything is set by the recipe of the original.
  public typealias Parameters = NoParameters
  /// Name, title and source.
  public static let card = Card(
    name: "retrain", title: "Retraining",
    summary: "Trains a fresh model on the retain set by the recipe of the original; the reference of all methods.",
    source: Source(
      authors: "Cao, Yang", venue: "IEEE S&P 2015", place: "section I, the naive approach that unlearning replaces"))
  /// Retain data alone.
  public static let needs: Set<MethodNeed> = [.retainData]
  /// All requests.
  public static let serves = Set(RequestKind.allCases)

  /// The method.
  public init(_ parameters: Parameters) throws(ParameterError) { try parameters.validate() }

  /// A model that never saw the forget set.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try requireData(forget: forget, retain: retain, run: run)
    return try run.train(on: retain, purpose: "retrain")
  }
}
