import Data
public import Engine

/// The model of the epoch that does best on validation samples, as far as a training has come.
///
/// - Source: the choice of models of De Min et al., TMLR 2025, arXiv:2503.09330 (released code).
/// - Note: Of epochs with the same accuracy the first is kept; neither paper nor code says which. Validation samples of
///   forgotten classes do not count.
public struct KeptEpoch {
  /// The best model so far; nil before the first epoch.
  public private(set) var model: Classifier?
  /// Its epoch, counted from 0.
  public private(set) var epoch = 0
  /// Its accuracy on the validation samples, in [0, 1].
  public private(set) var accuracy = -1.0
  private let validation: Dataset

  /// A choice by the validation samples of `run`.
  ///
  /// - Throws: `noValidationData`.
  public init(_ run: Run) throws(UnlearningError) {
    let forgotten = Set(run.forgottenClasses)
    let samples = run.validation?.filter { !forgotten.contains($0) }
    guard let samples, !samples.isEmpty else { throw .noValidationData }
    validation = samples
  }

  /// Takes in the model after `epoch`.
  public mutating func consider(_ candidate: Classifier, after epoch: Int) {
    let found = Predictions(of: candidate, on: validation).accuracy ?? 0
    guard found > accuracy else { return }
    (model, self.epoch, accuracy) = (candidate, epoch, found)
  }
}
