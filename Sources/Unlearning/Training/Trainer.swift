public import Data
public import Engine

/// One step of a training, as a loss sees it.
public struct TrainingStep {
  /// The samples of this step.
  public let batch: Batch
  /// Passes over the data before this one.
  public let epoch: Int
  /// Features `[N, D]` of the batch, in train mode.
  public let features: Variable
  /// Logits `[N, K]` of the batch, in train mode.
  public let logits: Variable
  private let labelSmoothing: Float
  private let model: Classifier
  private let pass: Pass

  init(batch: Batch, epoch: Int, labelSmoothing: Double, model: Classifier, pass: Pass) {
    self.batch = batch
    self.epoch = epoch
    self.labelSmoothing = Float(labelSmoothing)
    self.model = model
    self.pass = pass
    (features, logits) = model(Variable(batch.images), in: pass)
  }

  /// The labels of the batch.
  public var labels: [Int] { batch.labels }

  /// ‖θ‖₁, the sum of the magnitudes of all parameters.
  public var parameterMagnitude: Variable {
    let names = model.parameters.names
    let sums = names.map { pass.parameter($0).magnitude().sum() }
    return sums.dropFirst().reduce(sums[0], +)
  }

  /// Runs other images through the same model in the same step.
  public func forward(_ images: Tensor) -> (features: Variable, logits: Variable) { model(Variable(images), in: pass) }

  /// Cross-entropy with the labels of the batch, smoothed as the recipe says.
  public var crossEntropy: Variable { crossEntropy(logits, labels) }

  /// Cross-entropy of other logits `[N, K]` with their labels, smoothed as the recipe says.
  public func crossEntropy(_ logits: Variable, _ labels: [Int]) -> Variable {
    logits.crossEntropy(labels, smoothing: labelSmoothing)
  }
}

/// Trains a model by a recipe, one epoch or one step at a time.
public struct Trainer {
  /// The model as it is now.
  public private(set) var model: Classifier
  /// nil, or 1 where a parameter may move and 0 where it must not.
  public var mask: NamedTensors?
  /// What the learning rates of the recipe are multiplied by.
  public var rateFactor = 1.0
  private let recipe: TrainingRecipe
  private let stepsPerEpoch: Int
  private let run: Run
  private let random: RandomSource
  private var optimizer: any Optimizer
  private var steps = 0

  /// A training of `model`.
  ///
  /// - Parameters:
  ///   - model: The model that it starts from.
  ///   - recipe: How steps are taken.
  ///   - stepsPerEpoch: Steps that a schedule which moves every step counts as one epoch.
  ///   - run: The call of a method; its seed, progress and cancellation are those of the training.
  ///   - purpose: Names the random streams, so that two trainings of one run differ.
  public init(_ model: Classifier, recipe: TrainingRecipe, stepsPerEpoch: Int, run: Run, purpose: String = "training") {
    self.model = model
    self.recipe = recipe
    self.stepsPerEpoch = max(1, stepsPerEpoch)
    self.run = run
    random = run.random.stream(purpose)
    optimizer = recipe.makeOptimizer()
  }

  /// The batches of pass `epoch` over `data`, in random order and augmented as the recipe says.
  ///
  /// - Parameters:
  ///   - data: The samples of the pass.
  ///   - epoch: Names the order of the pass, so that no two passes share one.
  ///   - stream: Tells apart passes over different data in one epoch.
  ///   - size: Samples of a batch, where it is not the recipe's.
  public func batches(of data: Dataset, epoch: Int, stream: String = "data", size: Int? = nil) -> BatchSequence {
    data.batches(
      of: size ?? recipe.batchSize, epoch: epoch, random: random.stream(stream), augmentation: recipe.augmentation)
  }

  /// One pass over `data` in random order.
  ///
  /// - Parameters:
  ///   - epoch: The number of the pass, which names its random order.
  ///   - data: The samples of the pass.
  ///   - stream: Tells apart passes over different data in one epoch.
  ///   - loss: The mean loss of the batch of a step.
  public mutating func epoch(
    _ epoch: Int, over data: Dataset, stream: String = "data", loss: (TrainingStep) throws -> Variable
  ) throws {
    for batch in batches(of: data, epoch: epoch, stream: stream) { try step(batch, epoch: epoch, loss: loss) }
    try requireFiniteParameters(after: epoch)
  }

  /// Stops a training whose parameters are no numbers any more; `epoch` does this by itself after every pass.
  public func requireFiniteParameters(after epoch: Int) throws(UnlearningError) {
    guard model.parameters.isFinite else { throw .parametersNotFinite(epoch: epoch) }
  }

  /// One step on one batch.
  public mutating func step(_ batch: Batch, epoch: Int, loss: (TrainingStep) throws -> Variable) throws {
    try run.checkpoint()
    let mode = Mode.train(random.stream("dropout", steps))
    let smoothing = recipe.labelSmoothing
    let (value, gradients, unreached) = try model.gradient(mode: mode) { model, pass in
      try loss(
        TrainingStep(batch: batch, epoch: epoch, labelSmoothing: smoothing, model: model, pass: pass))
    }
    guard value.isFinite else { throw UnlearningError.lossNotFinite(epoch: epoch, step: steps % stepsPerEpoch) }
    let rate = recipe.learningRate(step: steps, epoch: epoch, stepsPerEpoch: stepsPerEpoch) * Float(rateFactor)
    optimizer.update(&model.parameters, along: gradients, learningRate: rate, mask: mask, unreached: unreached)
    steps += 1
    run.progress(Double(steps) / Double(max(1, stepsPerEpoch * recipe.epochs)))
  }
}

extension Run {
  /// Trains `model` on `data` for all epochs of `recipe`; the closure is the loss of one step.
  ///
  /// - Throws: `UnlearningError` when the loss or the parameters stop being finite, or the run ends early.
  public func fit(
    _ model: Classifier, to data: Dataset, by recipe: TrainingRecipe, purpose: String = "training",
    mask: NamedTensors? = nil, loss: (TrainingStep) throws -> Variable
  ) throws -> Classifier {
    try fit(model, to: { _ in data }, count: data.count, by: recipe, purpose: purpose, mask: mask, loss: loss)
  }

  /// The same with data that may differ from epoch to epoch, always `count` samples.
  ///
  /// - Parameters:
  ///   - model: The model that training starts from.
  ///   - data: The samples of an epoch.
  ///   - count: Samples of each epoch.
  ///   - recipe: How steps are taken.
  ///   - purpose: Names the random streams, so that two trainings of one run differ.
  ///   - mask: 0 for parameters that stay as they are, 1 for others; nil moves all.
  ///   - afterEpoch: Gets the model after each epoch.
  ///   - loss: The mean loss of the batch of a step.
  public func fit(
    _ model: Classifier, to data: (_ epoch: Int) -> Dataset, count: Int, by recipe: TrainingRecipe,
    purpose: String = "training", mask: NamedTensors? = nil,
    afterEpoch: (_ epoch: Int, _ model: Classifier) throws -> Void = { _, _ in },
    loss: (TrainingStep) throws -> Variable
  ) throws -> Classifier {
    var trainer = Trainer(
      model, recipe: recipe, stepsPerEpoch: recipe.steps(over: count), run: self, purpose: purpose)
    trainer.mask = mask
    for epoch in 0..<recipe.epochs {
      try trainer.epoch(epoch, over: data(epoch), loss: loss)
      try afterEpoch(epoch, trainer.model)
    }
    return trainer.model
  }

  /// Trains a fresh model on `data` by the recipe of the original, and returns that of the epoch which it keeps.
  ///
  /// - Parameters:
  ///   - data: The samples to train on.
  ///   - purpose: Names the random streams of the first parameters and of the training.
  ///   - sampler: Draws the samples of each epoch instead of shuffling `data`; not with group-DRO, which has a sampler
  ///     of its own.
  /// - Throws: What `fit` throws; `noValidationData`.
  public func train(on data: Dataset, purpose: String, sampler: RetainSampler? = nil) throws -> Classifier {
    let model = makeClassifier(random.stream(purpose).stream("initial parameters"))
    var kept = recipe.keep == .bestValidation ? try KeptEpoch(self) : nil
    func take(_ epoch: Int, _ model: Classifier) { kept?.consider(model, after: epoch) }
    let last =
      recipe.groupRobust
      ? try fitGroupRobust(model, to: data, by: recipe, purpose: purpose, afterEpoch: take)
      : try fit(
        model, to: { sampler?.samples($0) ?? data }, count: data.count, by: recipe.steps, purpose: purpose,
        afterEpoch: take
      ) { $0.crossEntropy }
    guard let kept, let best = kept.model else { return last }
    notes["kept_epoch"] = Double(kept.epoch)
    notes["validation_accuracy"] = kept.accuracy
    return best
  }
}
