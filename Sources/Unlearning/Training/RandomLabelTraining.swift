public import Data
public import Engine

/// Fine-tuning on forgotten samples with random labels and, where asked, on retained samples with their own.
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
    /// Anew whenever a sample is read. A pass reads each sample once, so drawing per epoch and per batch is the same.
    case epoch
  }

  /// What retained samples do.
  public enum RetainPass: String, Codable, Sendable, CaseIterable {
    /// They are shuffled together with the forgotten ones.
    case joint
    /// In each epoch a pass over them follows that over the forgotten ones.
    case after
    /// Nothing.
    case none
  }

  /// How steps are taken.
  public let recipe: TrainingRecipe
  /// The labels to draw from.
  public var choice = Choice.other
  /// When they are drawn.
  public var redraw = Redraw.epoch
  /// What retained samples do.
  public var retainPass = RetainPass.joint
  /// nil, or 1 where a parameter may move and 0 where it must stay, bit for bit.
  public var mask: NamedTensors?
  /// How retained samples are drawn.
  public var retainSampling = RetainSampling.shuffle

  /// A training by `recipe` on both sets together, with labels other than a sample's own, drawn in each epoch.
  public init(recipe: TrainingRecipe) { self.recipe = recipe }

  /// Trains a copy of `original`.
  ///
  /// - Throws: `UnlearningError` when a sample has no label to get, the loss or the parameters stop being finite, or
  ///   the run ends early.
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
      let relabelled = forget.relabelled(try labels(for: forget, epoch: epoch, run: run))
      switch retainPass {
      case .joint:
        try trainer.epoch(epoch, over: sampler.samples(epoch).appending(relabelled)) { $0.crossEntropy }
      case .after:
        try trainer.epoch(epoch, over: relabelled, stream: "forget") { $0.crossEntropy }
        try trainer.epoch(epoch, over: sampler.samples(epoch)) { $0.crossEntropy }
      case .none:
        try trainer.epoch(epoch, over: relabelled, stream: "forget") { $0.crossEntropy }
      }
    }
    return trainer.model
  }

  /// A label for each row of `forget` in this epoch; that of a sample depends on no other sample.
  public func labels(for forget: Dataset, epoch: Int, run: Run) throws(UnlearningError) -> [Int] {
    let draw = redraw == .once ? 0 : epoch
    let excluded = Set(choice == .retained ? run.forgottenClasses : [])
    let classes = (0..<forget.classCount).filter { !excluded.contains($0) }
    var labels: [Int] = []
    for (index, own) in zip(forget.indices, forget.labels) {
      let allowed = choice == .any ? classes : classes.filter { $0 != own }
      guard !allowed.isEmpty else {
        throw .unsupportedRequest("a sample of class \(own) has no other class to be labelled with")
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
    "what a forgotten sample may be called: any class but its own, any class, or any retained class",
    .words(of: RandomLabelTraining.Choice.self))
}
