public import Data
public import Engine

/// The inputs of a loss function in one training step: batch, features and logits.
public struct TrainingStep {
  /// The images `[N, H, W, C]`, labels and indices of this step.
  public let batch: Batch
  /// The index of the epoch, counted from 0.
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

  /// Runs other images through the same model in the same step, so that gradients reach it through both.
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
  /// The model after the steps taken so far.
  public private(set) var model: Classifier
  /// Update mask over all parameters: 0 keeps an entry unchanged, 1 trains it; nil trains all.
  public var mask: NamedTensors?
  /// Factor on all learning rates of the recipe.
  public var rateFactor = 1.0
  private let recipe: TrainingRecipe
  private let stepsPerEpoch: Int
  private let run: Run
  private let random: RandomSource
  private var optimizer: any Optimizer
  private var steps = 0

  /// Prepares a training of `model` with a new optimizer; no step is taken yet.
  ///
  /// - Parameters:
  ///   - model: The model that it starts from.
  ///   - recipe: Epochs, batch size, optimizer, learning rates and augmentation.
  ///   - stepsPerEpoch: Steps that a schedule which moves every step counts as one epoch.
  ///   - run: Supplies the random source, progress reports and cancellation of the training.
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
  ///   - epoch: Selects the random stream of the order, so that no two passes share one.
  ///   - stream: Tells apart passes over different data in one epoch.
  ///   - size: Samples of a batch, where it is not the recipe's.
  public func batches(of data: Dataset, epoch: Int, stream: String = "data", size: Int? = nil) -> BatchSequence {
    data.batches(
      of: size ?? recipe.batchSize, epoch: epoch, random: random.stream(stream), augmentation: recipe.augmentation)
  }

  /// One pass over `data` in random order.
  ///
  /// - Parameters:
  ///   - epoch: The index of the pass, which selects its random order.
  ///   - data: The samples of the pass.
  ///   - stream: Tells apart passes over different data in one epoch.
  ///   - loss: The mean loss of the batch of a step.
  public mutating func epoch(
    _ epoch: Int, over data: Dataset, stream: String = "data", loss: (TrainingStep) throws -> Variable
  ) throws {
    for batch in batches(of: data, epoch: epoch, stream: stream) { try step(batch, epoch: epoch, loss: loss) }
    try requireFiniteParameters(after: epoch)
  }

  /// Throws `parametersNotFinite` when a parameter is infinite or NaN; `epoch` checks this after every pass.
  public func requireFiniteParameters(after epoch: Int) throws(UnlearningError) {
    guard model.parameters.isFinite else { throw .parametersNotFinite(epoch: epoch) }
  }

  /// One optimizer step on one batch: forward pass, gradient of `loss`, update.
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

  /// Trains on `count` samples per epoch that may differ from epoch to epoch.
  ///
  /// - Parameters:
  ///   - model: The model that training starts from.
  ///   - data: The samples of an epoch.
  ///   - count: Samples of each epoch.
  ///   - recipe: Epochs, batch size, optimizer, learning rates and augmentation.
  ///   - purpose: Names the random streams, so that two trainings of one run differ.
  ///   - mask: 0 for parameter entries that are not trained, 1 for the others; nil trains all.
  ///   - afterEpoch: Called with the model and the epoch after each epoch.
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

  /// Trains a new model on `data` by the recipe of the original and returns the epoch's model that `keep` selects.
  ///
  /// - Parameters:
  ///   - data: The samples to train on.
  ///   - purpose: Names the random streams of initialization and training.
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
