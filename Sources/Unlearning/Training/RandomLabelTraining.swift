public import Data
public import Engine

/// Fine-tuning on forgotten samples with random labels and, optionally, on retained samples with their true labels.
public struct RandomLabelTraining: Sendable {
  /// The labels that a forgotten sample may get, all with the same probability.
  public enum Choice: String, Codable, Sendable, CaseIterable {
    /// Every class but its own.
    case other
    /// Every class, its own included.
    case any
    /// Every class that is not forgotten; for sample requests the same as `other`.
    case retained
  }

  /// When labels are drawn.
  public enum Redraw: String, Codable, Sendable, CaseIterable {
    /// Once, before the first epoch.
    case once
    /// Each time a sample is read; a pass reads each sample once, so drawing per epoch and per batch is the same.
    case epoch
  }

  /// How retained samples take part in an epoch.
  public enum RetainPass: String, Codable, Sendable, CaseIterable {
    /// They are shuffled together with the forgotten ones.
    case joint
    /// Each epoch is a pass over the forgotten samples followed by one over the retained samples.
    case after
    /// Retained samples are not used.
    case none
  }

  /// Epochs, batch size, optimizer and learning rates of the fine-tuning.
  public let recipe: TrainingRecipe
  /// The labels to draw from.
  public var choice = Choice.other
  /// Whether random labels are drawn once or in each epoch.
  public var redraw = Redraw.epoch
  /// How retained samples take part in an epoch.
  public var retainPass = RetainPass.joint
  /// Update mask over all parameters: 0 keeps an entry bit for bit, 1 trains it; nil trains all.
  public var mask: NamedTensors?
  /// How the samples of the retain set are drawn in each epoch.
  public var retainSampling = RetainSampling.shuffle

  /// A training on both sets shuffled together, with labels other than a sample's own, redrawn in each epoch.
  public init(recipe: TrainingRecipe) { self.recipe = recipe }

  /// Trains a copy of `original`.
  ///
  /// - Throws: `UnlearningError` when no label is allowed for a sample, the loss or the parameters stop being finite,
  ///   or the run ends early.
  public func callAsFunction(
    _ original: Classifier, forget: Dataset, retain: Dataset, run: Run
  ) throws -> Classifier {
    let sampler = try RetainSampler(retainSampling, retain: retain, forget: forget, run: run)
    let stepsPerEpoch =
      switch retainPass {
      case .joint: recipe.steps(over: forget.count + retain.count)
      case .after: recipe.steps(over: forget.count) + recipe.steps(over: retain.count)
      case .none: recipe.steps(over: forget.count)
      }
    var trainer = Trainer(original, recipe: recipe, stepsPerEpoch: stepsPerEpoch, run: run)
    trainer.mask = mask
    for epoch in 0..<recipe.epochs {
      let relabeled = forget.relabeled(try labels(for: forget, epoch: epoch, run: run))
      switch retainPass {
      case .joint:
        try trainer.epoch(epoch, over: sampler.samples(epoch).appending(relabeled)) { $0.crossEntropy }
      case .after:
        try trainer.epoch(epoch, over: relabeled, stream: "forget") { $0.crossEntropy }
        try trainer.epoch(epoch, over: sampler.samples(epoch)) { $0.crossEntropy }
      case .none:
        try trainer.epoch(epoch, over: relabeled, stream: "forget") { $0.crossEntropy }
      }
    }
    return trainer.model
  }

  /// Random labels for the rows of `forget` in this epoch; each sample's draw is independent of the other samples.
  public func labels(for forget: Dataset, epoch: Int, run: Run) throws(UnlearningError) -> [Int] {
    let draw = redraw == .once ? 0 : epoch
    let excluded = Set(choice == .retained ? run.forgottenClasses : [])
    let classes = (0..<forget.classCount).filter { !excluded.contains($0) }
    var labels: [Int] = []
    for (index, own) in zip(forget.indices, forget.labels) {
      let allowed = choice == .any ? classes : classes.filter { $0 != own }
      guard !allowed.isEmpty else {
        throw .unsupportedRequest("a sample of class \(own) has no other class to be labeled with")
      }
      var random = run.random.stream("random label", draw, index)
      labels.append(allowed[random.integer(below: allowed.count)])
    }
    return labels
  }
}

extension ParameterMeaning {
  /// The labels that a forgotten sample may get.
  public static let forgottenLabels = ParameterMeaning(
    "labels drawn for forgotten samples: any class but the true one, any class, or any retained class",
    .words(of: RandomLabelTraining.Choice.self))
}
