public import Data
public import Engine

/// What probes share that train models or compare their parameters, for one request of one data set and architecture.
public struct SharedModels: Sendable {
  /// Reads a stored model, every time that it is called; keep few of them at a time.
  public typealias Reader = @Sendable () throws -> Classifier

  /// The retrained models, in the order of `Evidence.retrained`; empty for probes that do not read these.
  public var retrained: [Reader]
  /// The data of the request.
  public var data: ForgetSplit
  /// Makes a model of the architecture with random parameters, also where others start from pretrained ones.
  public var makeClassifier: @Sendable (RandomSource) -> Classifier
  /// Whether the user or the executor has canceled the step.
  public var isCancelled: @Sendable () -> Bool

  /// The models and data of a request.
  public init(
    retrained: [Reader], data: ForgetSplit, makeClassifier: @escaping @Sendable (RandomSource) -> Classifier,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    (self.retrained, self.data) = (retrained, data)
    (self.makeClassifier, self.isCancelled) = (makeClassifier, isCancelled)
  }

  /// Ends the probe when its step is canceled.
  public func checkpoint() throws(UnlearningError) {
    if isCancelled() { throw .cancelled }
  }
}

/// The parameters behind the outputs of an evidence.
public struct ModelEvidence: Sendable {
  /// Reads the model under evaluation.
  public var target: SharedModels.Reader
  /// Reads the original that the target was made from; for an original itself, for a retrained model that of its seed.
  public var original: SharedModels.Reader
  /// The retrained models, the data, and new models.
  public var shared: SharedModels

  /// The models of one target.
  public init(
    target: @escaping SharedModels.Reader, original: @escaping SharedModels.Reader, shared: SharedModels
  ) {
    (self.target, self.original, self.shared) = (target, original, shared)
  }
}

extension Evidence {
  /// The parameters of models, which a probe gets that declares `EvidenceKind.models`, with `needed` retrained ones.
  ///
  /// - Throws: `AttackError.requestNotServed` without them, `.tooFewRetrainedModels`.
  public func requiredModels(retrained needed: Int = 0) throws(AttackError) -> ModelEvidence {
    guard let models else { throw .requestNotServed("the parameters of the models are needed, and there are none") }
    let found = models.shared.retrained.count
    guard found >= needed else { throw .tooFewRetrainedModels(needed: needed, found: found) }
    return models
  }
}
