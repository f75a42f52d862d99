import Data
public import Engine

/// Selects the model of the epoch with the best validation accuracy while a training proceeds.
///
/// - Source: the choice of models of De Min et al., TMLR 2025, arXiv:2503.09330 (released code).
/// - Note: Of epochs with the same accuracy the first is kept; neither paper nor code says which. Validation samples of
///   forgotten classes do not count.
public struct KeptEpoch {
  /// The best model so far; nil before the first epoch.
  public private(set) var model: Classifier?
  /// The epoch of `model`, counted from 0.
  public private(set) var epoch = 0
  /// The accuracy of `model` on the validation samples, in [0, 1]; −1 before the first epoch.
  public private(set) var accuracy = -1.0
  private let validation: Dataset

  /// Selects by the validation samples of `run`, without those of forgotten classes.
  ///
  /// - Throws: `noValidationData`.
  public init(_ run: Run) throws(UnlearningError) {
    let forgotten = Set(run.forgottenClasses)
    let samples = run.validation?.filter { !forgotten.contains($0) }
    guard let samples, !samples.isEmpty else { throw .noValidationData }
    validation = samples
  }

  /// Evaluates the model after `epoch` and keeps it if its accuracy is strictly better.
  public mutating func consider(_ candidate: Classifier, after epoch: Int) {
    let found = Predictions(of: candidate, on: validation).accuracy ?? 0
    guard found > accuracy else { return }
    (model, self.epoch, accuracy) = (candidate, epoch, found)
  }
}
