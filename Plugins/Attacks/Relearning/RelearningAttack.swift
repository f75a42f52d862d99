package import Data
package import Engine
public import Unlearning

/// How fast a model relearns the forget set from a few of its samples, beside retrained models.
///
/// The model and all retrained ones are fine-tuned by one recipe on the same samples in the same order; a_t is the accuracy
/// on held-out forgotten samples after t of T steps. With rt the first t with a_t at least `share` of the accuracy of the
/// model's own original, T if there is none:
///
/// - `area`: `(1/T) Σ_t (a_{t−1} + a_t)/2`, and `gap`: the same of `|a_t − a_t^R|`, mean over retrained models R
/// - `steps`: rt, and `ain`: the anamnesis index `rt / max(1, mean rt of retrained models)`
///
/// A retrained model is compared with the others. Held-out samples are test samples of forgotten classes, and where there
/// are none the forgotten training samples that are not trained on, at least half of them.
///
/// - Source: Chundawat, Tarun, Mandal, Kankanhalli, "Zero-shot machine unlearning", IEEE TIFS 2023, arXiv:2201.05629:
///   anamnesis index and Adam at 0.001.
/// - Note: The source fine-tunes on all training samples; here an attacker has a few forgotten ones. A retrained model that
///   needs no step counts as one that needs one.
public struct RelearningAttack: Attack {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "relearning", title: "Relearning",
    summary: "Fine-tunes on a few forgotten samples, and compares the accuracies step by step with retrained models'.",
    source: Source(
      authors: "Chundawat, Tarun, Mandal, Kankanhalli", title: "Zero-Shot Machine Unlearning",
      venue: "IEEE Transactions on Information Forensics and Security 2023", arXiv: "2201.05629",
      place: "anamnesis index; samples and curve chosen"))
  /// Parameters of the model, its original and the retrained models.
  public static let reads: Set<EvidenceKind> = [.models, .retrainedModels]
  /// The curve as its area, at some steps and as steps needed, and its distance from retrained models' curves.
  public static let measures = [area, lossArea, after, steps, index, gap]
  private static let area = MeasurementKind(
    "area", direction: .nearest, meaning: "mean accuracy on held-out forgotten samples over the steps of relearning")
  private static let lossArea = MeasurementKind(
    "loss", unit: .nats, direction: .nearest,
    meaning: "mean cross-entropy of held-out forgotten samples over the steps of relearning")
  private static let after = MeasurementKind(
    "after_<step>", direction: .nearest, meaning: "accuracy on held-out forgotten samples after so many steps")
  private static let steps = MeasurementKind(
    "steps", unit: .steps, direction: .nearest,
    meaning: "steps until the accuracy is a given share of the original's, at most all")
  private static let index = MeasurementKind(
    "ain", range: 0...Double.greatestFiniteMagnitude, direction: .nearest, spread: .ofComparison,
    meaning: "anamnesis index: these steps divided by the mean of retrained models'")
  private static let gap = MeasurementKind(
    "gap", direction: .lower, spread: .ofComparison,
    meaning: "mean difference of the accuracies from those of retrained models, over the steps and models")
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2

  /// What its values mean.
  public static let reading = [
    "A model that still knows the forget set relearns faster than retrained models do: an area above retrain's, an ain below "
      + "100 %. Far slower than retrained models is no success either: it tells the model, too.",
    "Retrained models relearn, often fast; only the comparison with their row says something. gap has a floor, the "
      + "difference between retrained models.",
    "steps and ain depend on one threshold, and steps that reach it are marked where there are none; area does not.",
  ]

  /// The number of forgotten samples to train on.
  @Parameter(
    "forgotten training samples to fine-tune on; at most half of all where none are held out", .closed(1, 1_000_000))
  public var samples = 50
  /// The number of retained samples to train on.
  @Parameter("retained training samples to fine-tune on, too", .closed(0, 1_000_000)) public var retained = 0
  /// The share of the original's accuracy.
  @Parameter("share of the original's accuracy that ends 'steps'", .openClosed(0, 1)) public var share = 0.95
  /// The number of held-out samples.
  @Parameter("most held-out forgotten samples to evaluate after every step", .closed(1, 1_000_000))
  public var evaluated = 500
  /// The steps whose accuracies are measurements.
  @Parameter("steps after which the accuracy is a measurement", .closed(0, 1_000_000)) public var shown = [0, 1, 5, 10]
  /// The recipe of fine-tuning; its epochs are the cap.
  public var training = TrainingRecipe(
    epochs: 20, learningRate: 0.001, batchSize: 32, optimizer: .adam, weightDecay: 0)

  /// 50 forgotten samples, 20 epochs of Adam at 0.001.
  public init() {}

  /// Rejects repeated steps and a recipe without epochs.
  public func validate() throws(ParameterError) {
    guard Set(shown).count == shown.count else { throw ParameterError("shown", "must name each step once") }
    guard training.epochs > 0 else { throw ParameterError("training.epochs", "must be at least 1") }
  }

  private func sampleCounts(forget: Int, retain: Int, heldOut: Int) -> (forget: Int, retain: Int) {
    (min(samples, heldOut > 0 ? forget : forget / 2), min(retained, retain))
  }

  /// There must be a sample to train on, and one that is held out.
  public func obstacle(in cell: CellSizes) -> String? {
    let counts = sampleCounts(forget: cell[.forgetTrain], retain: 0, heldOut: cell[.forgetTest])
    return counts.forget > 0 ? nil : "needs two forgotten samples, one to train on"
  }

  /// The names with the shown steps that there are.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    let counts = sampleCounts(
      forget: cell[.forgetTrain], retain: cell[.retainTrain], heldOut: cell[.forgetTest])
    let last = training.epochs * training.steps(over: counts.forget + counts.retain)
    return Set([Self.area, Self.lossArea, Self.steps, Self.index, Self.gap].map(\.name))
      .union(shown.filter { $0 <= last }.map { Self.after.named("\($0)").name })
  }

  /// The curves of the retrained models, which all models of a grid are compared with.
  public func calibrate(_ retrained: ModelBank, models: SharedModels?, context: EvidenceContext) throws -> Calibration {
    guard let models else { return Calibration() }
    let task = try task(models, context)
    var calibration = Calibration()
    for (place, read) in models.retrained.enumerated() {
      let curve = try curve(of: read(), task, models, context)
      calibration.values["accuracies \(place)"] = curve.accuracies
      calibration.values["losses \(place)"] = curve.losses
    }
    return calibration
  }

  /// Relearns with the target, and compares its curve with the retrained models'.
  ///
  /// - Throws: `AttackError` without parameters, samples, another retrained model or a calibration; `UnlearningError` when
  ///   fine-tuning diverges or is canceled.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let models = try evidence.requiredModels(retrained: Self.retrainedModelsNeeded)
    let count = models.shared.retrained.count
    let retrained = try (0..<count).map { place in
      guard let accuracies = evidence.calibration.values["accuracies \(place)"],
        let losses = evidence.calibration.values["losses \(place)"]
      else { throw AttackError.notCalibrated("the curve of retrained model \(place)") }
      return Curve(accuracies: accuracies, losses: losses)
    }
    let task = try task(models.shared, evidence.context)
    let own =
      try evidence.targetPosition.map { retrained[$0] }
      ?? curve(of: models.target(), task, models.shared, evidence.context)
    let originalAccuracy = Predictions(of: try models.original(), on: task.heldOut).accuracy ?? 0
    let needed = retrained.map { $0.steps(to: share * originalAccuracy) ?? $0.last }
    let ownNeeded = own.steps(to: share * originalAccuracy)
    let others = retrained.indices.filter { $0 != evidence.targetPosition }
    func index(_ own: Int, _ others: [Int]) -> Double { Double(own) / max(1, others.map(Double.init).mean) }
    func indexOfFloor(_ needed: [Int]) -> Double {
      needed.indices.map { own in index(needed[own], needed.indices.filter { $0 != own }.map { needed[$0] }) }.mean
    }
    let gaps = others.map { own.distance(to: retrained[$0]) }
    let position = evidence.targetPosition
    let caveat = ownNeeded == nil ? "the share of the original's accuracy is not reached within the steps" : nil
    let counted = ownNeeded ?? own.last
    let neededByOthers = others.map { needed[$0] }
    return [Self.area.value(own.area), Self.lossArea.value(own.lossArea)]
      + shown.filter { $0 <= own.last }.map { Self.after.named("\($0)").value(own.accuracies[$0]) }
      + [
        Self.steps.value(Double(counted), caveat: caveat),
        Self.index.value(
          index(counted, neededByOthers),
          spread: position.map { .jackknife(needed, at: $0, indexOfFloor) }
            ?? .ofComparison(with: neededByOthers) { index(counted, $0) }, caveat: caveat),
        Self.gap.value(
          gaps.mean,
          spread: position.map { position in
            .ofPairs(retrained.map { first in retrained.map { first.distance(to: $0) } }, at: position)
          } ?? .ofComparison(with: gaps) { $0.mean }),
      ]
  }

  /// The samples to train on, and those to evaluate.
  package struct Task {
    package var training: Dataset
    package var heldOut: Dataset

    /// A task of these samples.
    package init(training: Dataset, heldOut: Dataset) { (self.training, self.heldOut) = (training, heldOut) }
  }

  /// The same samples for all models of a request.
  package func task(_ models: SharedModels, _ context: EvidenceContext) throws(AttackError) -> Task {
    let (data, random) = (models.data, context.random.stream("relearning"))
    let counts = sampleCounts(
      forget: data.forgetTrain.count, retain: data.retainTrain.count, heldOut: data.forgetTest.count)
    guard counts.forget > 0 else { throw .emptySet("forgotten samples to train on") }
    func draw(_ count: Int, of rows: [Int], _ purpose: String) -> [Int] {
      var random = random.stream(purpose)
      return random.sample(count, of: rows)
    }
    let forgotten = draw(counts.forget, of: Array(0..<data.forgetTrain.count), "forget")
    let retained = draw(counts.retain, of: Array(0..<data.retainTrain.count), "retain")
    var heldOut = data.forgetTest
    if heldOut.isEmpty {
      let trained = Set(forgotten)
      heldOut = data.forgetTrain.selecting((0..<data.forgetTrain.count).filter { !trained.contains($0) })
    }
    heldOut = heldOut.selecting(draw(min(evaluated, heldOut.count), of: Array(0..<heldOut.count), "held out"))
    let training = data.forgetTrain.selecting(forgotten)
    return Task(
      training: retained.isEmpty ? training : training.appending(data.retainTrain.selecting(retained)), heldOut: heldOut
    )
  }

  /// The curve of `model`, which is evaluated before the first step and after every one.
  package func curve(of model: Classifier, _ task: Task, _ models: SharedModels, _ context: EvidenceContext) throws
    -> Curve
  {
    let run = Run(
      random: context.random.stream("relearning"), recipe: OriginalRecipe(training),
      makeClassifier: models.makeClassifier, isCancelled: models.isCancelled)
    var trainer = Trainer(model, recipe: training, stepsPerEpoch: training.steps(over: task.training.count), run: run)
    var curve = Curve(accuracies: [], losses: [])
    func evaluate(_ model: Classifier) {
      let predictions = Predictions(of: model, on: task.heldOut)
      curve.accuracies.append(predictions.accuracy ?? 0)
      curve.losses.append(predictions.losses.mean)
    }
    evaluate(model)
    for epoch in 0..<training.epochs {
      for batch in trainer.batches(of: task.training, epoch: epoch) {
        try trainer.step(batch, epoch: epoch) { $0.crossEntropy }
        evaluate(trainer.model)
      }
      try trainer.requireFiniteParameters(after: epoch)
    }
    return curve
  }

  /// Accuracies and mean losses before the first and after every step.
  package struct Curve {
    package var accuracies: [Double]
    package var losses: [Double]

    /// A curve of as many accuracies as losses.
    package init(accuracies: [Double], losses: [Double]) { (self.accuracies, self.losses) = (accuracies, losses) }

    var last: Int { accuracies.count - 1 }
    package var area: Double { Self.area(accuracies) }
    var lossArea: Double { Self.area(losses) }

    /// The first step with at least this accuracy; nil if there is none.
    package func steps(to accuracy: Double) -> Int? { accuracies.firstIndex { $0 >= accuracy - 1e-12 } }

    /// The mean difference of the accuracies of both curves.
    package func distance(to other: Curve) -> Double {
      Self.area(zip(accuracies, other.accuracies).map { abs($0 - $1) })
    }

    private static func area(_ numbers: [Double]) -> Double {
      zip(numbers, numbers.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 } / Double(numbers.count - 1)
    }
  }
}
