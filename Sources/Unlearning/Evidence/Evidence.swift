public import Data
public import Engine

/// The groups of a cell's samples.
public struct GroupContext: Sendable {
  /// What groups are made of besides the class.
  public var attribute: SensitiveAttribute
  /// The groups that are to be forgotten, in part or whole; empty for other requests.
  public var forgotten: [SampleGroup]
  /// The attribute's value of each training sample, by its place in the source set.
  public var train: [Int]
  /// The same of each test sample.
  public var test: [Int]

  /// The groups of a cell.
  public init(attribute: SensitiveAttribute, forgotten: [SampleGroup], train: [Int], test: [Int]) {
    self.attribute = attribute
    self.forgotten = forgotten
    self.train = train
    self.test = test
  }
}

/// What all models of one cell share.
public struct EvidenceContext: Sendable {
  /// The forgotten classes in ascending order; empty for sample requests.
  public var forgottenClasses: [Int]
  /// K.
  public var classCount: Int
  /// The names of the classes.
  public var classNames: [String]
  /// For everything that is drawn: named by the experiment's data and request, not by the model.
  public var random: RandomSource
  /// The groups of the samples; nil where the data have no sensitive attribute.
  public var groups: GroupContext?

  /// A context.
  public init(
    forgottenClasses: [Int], classCount: Int, classNames: [String], random: RandomSource, groups: GroupContext? = nil
  ) {
    self.forgottenClasses = forgottenClasses
    self.classCount = classCount
    self.classNames = classNames
    self.random = random
    self.groups = groups
  }
}

/// What an attack learned from the retrained models: lists of numbers by name.
public struct Calibration: Sendable, Codable, Hashable {
  /// The numbers.
  public var values: [String: [Double]]

  /// What was learned.
  public init(_ values: [String: [Double]] = [:]) { self.values = values }
}

/// What one unlearning call cost.
public struct Cost: Sendable, Codable, Hashable {
  /// Wall-clock seconds of the call alone.
  public var seconds: Double
  /// The most tensor memory that the call held at once, in bytes.
  public var peakBytes: Int

  /// A cost.
  public init(seconds: Double, peakBytes: Int) {
    self.seconds = seconds
    self.peakBytes = peakBytes
  }
}

/// Everything that is known of one model, for attacks and metrics.
public struct Evidence: Sendable {
  /// What the model says.
  public var target: ModelOutputs
  /// What models retrained without the forget set say, one per seed.
  public var retrained: [ModelOutputs]
  /// The place of the target among the retrained models, when it is one of them.
  public var targetPosition: Int?
  /// What the models of the same method say, one per seed, the target among them; for probes that read them.
  public var peers: [ModelOutputs] = []
  /// The place of the target among its peers.
  public var peerPosition: Int?
  /// What all models of the cell share.
  public var context: EvidenceContext
  /// What the attack learned from the retrained models.
  public var calibration: Calibration
  /// What the unlearning call cost; nil for the original model.
  public var cost: Cost?
  /// Values found by other plugins for the target, by full name: "accuracy.retain_test".
  public var measurements: [String: Double]
  /// The same for the retrained model of the same seed; empty where the target is itself a retrained model.
  public var referenceMeasurements: [String: Double]
  /// The same for the retrained models of the other seeds, where the target is itself one; nil for all others.
  public var otherReferenceMeasurements: [[String: Double]]?

  /// Evidence about `target`.
  public init(
    target: ModelOutputs, retrained: [ModelOutputs] = [], targetPosition: Int? = nil, context: EvidenceContext,
    calibration: Calibration = Calibration(), cost: Cost? = nil, measurements: [String: Double] = [:],
    referenceMeasurements: [String: Double] = [:]
  ) {
    self.target = target
    self.retrained = retrained
    self.targetPosition = targetPosition
    self.context = context
    self.calibration = calibration
    self.cost = cost
    self.measurements = measurements
    self.referenceMeasurements = referenceMeasurements
  }

  /// The retrained models other than the target itself.
  public var otherRetrained: [ModelOutputs] {
    retrained.enumerated().filter { $0.offset != targetPosition }.map(\.element)
  }
}

extension ForgetSplit {
  /// The groups of all samples; nil where the data have no sensitive attribute.
  public var groupContext: GroupContext? {
    guard let attribute = retainTrain.attribute, let train = retainTrain.sensitiveValuesByIndex,
      let test = retainTest.sensitiveValuesByIndex
    else { return nil }
    let forgotten: [SampleGroup] = if case .groups(let groups, _) = request { groups } else { [] }
    return GroupContext(attribute: attribute, forgotten: forgotten, train: train, test: test)
  }
}

extension Evidence {
  /// The target's predictions on all test samples, with the attribute's value of each.
  ///
  /// - Throws: `requestNotServed` without a sensitive attribute, `emptyPart` without test samples, `notFinite`.
  public func groupedTestSamples() throws(AttackError) -> (samples: Predictions, sensitive: [Int], groups: GroupContext)
  {
    guard let groups = context.groups else {
      throw .requestNotServed("the data have no sensitive attribute, so there are no groups to measure")
    }
    let samples = try target.allTestSamples()
    return (samples, samples.indices.map { groups.test[$0] }, groups)
  }
}
