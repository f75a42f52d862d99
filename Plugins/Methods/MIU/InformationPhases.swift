import Data
import Engine
import MutualInformation
import Unlearning

/// The three phases of an epoch of MIU, with the two estimators that they share.
struct InformationPhases {
  private let original: Classifier
  private let all: Dataset
  private let allGroups: [Int]
  private let method: MutualInformationUnlearning
  private let run: Run
  private let random: RandomSource
  private var model: GroupInformation
  private var reference: GroupInformation

  /// Prepares the phases and both estimators for `all` training samples, which must have groups.
  init(original: Classifier, all: Dataset, method: MutualInformationUnlearning, run: Run) {
    self.original = original
    self.all = all
    allGroups = Self.groups(of: all)
    self.method = method
    self.run = run
    let random = run.random.stream("mutual information")
    self.random = random
    let groupCount = all.groupSizes?.count ?? 0
    func estimator(_ name: String) -> GroupInformation {
      GroupInformation(
        features: original.featureCount, groupCount: groupCount, learningRate: method.estimatorRate,
        random: random.stream(name))
    }
    model = estimator("model")
    reference = estimator("original")
  }

  private var asReleased: Bool { method.variant == .asReleased }

  /// Trains both estimators on batches of all samples, augmented as in training.
  ///
  /// As released, there is one more step than `configured`, and both estimators get the same drawn groups.
  mutating func tune(_ current: Classifier, epoch: Int, steps configured: Int) throws {
    let steps = configured + (asReleased ? 1 : 0)
    var done = 0
    var pass = 0
    while done < steps {
      let batches = all.batches(
        of: method.training.batchSize, epoch: pass, random: random.stream("tuning", epoch),
        augmentation: method.training.augmentation)
      for batch in batches {
        guard done < steps else { break }
        try run.checkpoint()
        var draw = random.stream("tuning groups", epoch, done)
        let groups = batch.rows.map { allGroups[$0] }
        let own = features(of: current, batch, trains: true)
        let others = asReleased ? own : features(of: original, batch, trains: false)
        let drawn = model.drawGroups(batch.count, random: &draw)
        model.train(own, groups: groups, drawn: drawn)
        reference.train(
          others, groups: groups, drawn: asReleased ? drawn : reference.drawGroups(batch.count, random: &draw))
        done += 1
      }
      pass += 1
    }
  }

  /// Minimizes the estimated information on the forget set, one step per batch.
  mutating func forget(_ trainer: inout Trainer, _ data: Dataset, epoch: Int) throws {
    let dataGroups = Self.groups(of: data)
    var (sum, count) = (0.0, 0)
    for batch in trainer.batches(of: data, epoch: epoch, stream: "forget") {
      let drawn = drawnGroups("forget groups", epoch, count, batch.count)
      let groups = batch.rows.map { dataGroups[$0] }
      try trainer.step(batch, epoch: epoch) { step in
        let estimate = model.estimate(step.features, groups: groups, drawn: drawn)
        sum += Double(estimate.value.scalar)
        return estimate
      }
      count += 1
    }
    try trainer.requireFiniteParameters(after: epoch)
    run.notes["forget_information_\(epoch)"] = sum / Double(max(1, count))
  }

  /// Minimizes the cross-entropy plus the calibration term on the retain set, one step per batch.
  mutating func retain(_ trainer: inout Trainer, _ data: Dataset, epoch: Int) throws {
    guard method.retains || method.calibrates else { return }
    let dataGroups = Self.groups(of: data)
    var (sum, count) = (0.0, 0)
    for batch in trainer.batches(of: data, epoch: epoch) {
      let drawn = drawnGroups("retain groups", epoch, count, batch.count)
      let groups = batch.rows.map { dataGroups[$0] }
      let target =
        method.calibrates
        ? reference.estimate(
          Variable(features(of: original, batch, trains: asReleased)), groups: groups, drawn: drawn
        ).value.scalar : 0
      try trainer.step(batch, epoch: epoch) { step in
        guard method.calibrates else { return step.crossEntropy }
        let difference = model.estimate(step.features, groups: groups, drawn: drawn).affine(scale: 1, shift: -target)
        sum += Double(difference.value.scalar * difference.value.scalar)
        let term = Float(method.calibration) * (difference * difference)
        return method.retains ? step.crossEntropy + term : term
      }
      count += 1
    }
    try trainer.requireFiniteParameters(after: epoch)
    if method.calibrates { run.notes["calibration_gap_\(epoch)"] = sum / Double(max(1, count)) }
  }

  private func drawnGroups(_ purpose: String, _ epoch: Int, _ step: Int, _ count: Int) -> [Int] {
    var draw = random.stream(purpose, epoch, step)
    return model.drawGroups(count, random: &draw)
  }

  private static func groups(of data: Dataset) -> [Int] {
    guard let groups = data.groups else { preconditionFailure("\(data.name) has no groups") }
    return groups
  }

  /// The features of a batch, without gradients; in train mode with the batch statistics, without updating the running
  /// ones.
  private func features(of classifier: Classifier, _ batch: Batch, trains: Bool) -> Tensor {
    guard trains else { return classifier.evaluate(batch.images).features }
    let pass = Pass(
      parameters: classifier.parameters, statistics: classifier.statistics,
      mode: .train(random.stream("tuning dropout")), tape: nil)
    return classifier(Variable(batch.images), in: pass).features.value
  }
}
