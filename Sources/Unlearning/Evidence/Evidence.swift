public import Data
public import Engine

/// The sensitive attribute of a cell's samples, from which groups (class, value) are made.
public struct GroupContext: Sendable {
  /// The sensitive attribute and the names of its values.
  public var attribute: SensitiveAttribute
  /// The groups that the request forgets, in part or whole; empty for other requests.
  public var forgotten: [SampleGroup]
  /// The attribute value of each training sample, by its index in the source set.
  public var train: [Int]
  /// The attribute value of each test sample, by its index in the source set.
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
  /// The root of all random draws; it depends on the experiment's data and request, not on the model.
  public var random: RandomSource
  /// The groups of the samples; nil where the data have no sensitive attribute.
  public var groups: GroupContext?

  /// A context; without `groups` the data have no sensitive attribute.
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

/// The result of `Attack.calibrate`: lists of numbers by name, shared by all attacks on the models of a cell.
public struct Calibration: Sendable, Codable, Hashable {
  /// The lists, by name; each attack defines its own names.
  public var values: [String: [Double]]

  /// A calibration with these lists; by default none.
  public init(_ values: [String: [Double]] = [:]) { self.values = values }
}

/// Time, memory and energy of one unlearning call.
public struct Cost: Sendable, Codable, Hashable {
  /// What the energy counters of the machine's processors counted during a call.
  public struct Energy: Sendable, Codable, Hashable {
    /// In joules, > 0.
    public var joules: Double
    /// Whether other steps of the program ran at the same time, whose energy is counted, too.
    public var isShared: Bool

    /// The energy of a call; `isShared` if other steps are counted with it.
    public init(joules: Double, isShared: Bool) { (self.joules, self.isShared) = (joules, isShared) }

    private enum CodingKeys: String, CodingKey {
      case joules
      case isShared = "is_shared"
    }
  }

  /// Wall-clock seconds of the call alone.
  public var seconds: Double
  /// The most tensor memory that the call held at once, in bytes.
  public var peakBytes: Int
  /// The energy of the processors during the call; nil where the machine has no counter of it.
  public var energy: Energy?

  /// The cost of a call of `seconds` with at most `peakBytes` of tensors.
  public init(seconds: Double, peakBytes: Int, energy: Energy? = nil) {
    self.seconds = seconds
    self.peakBytes = peakBytes
    self.energy = energy
  }
}

/// The input of attacks and metrics for one model.
public struct Evidence: Sendable {
  /// The outputs of the model under evaluation on all four parts.
  public var target: ModelOutputs
  /// The outputs of models retrained without the forget set, one per seed of the bank.
  public var retrained: ModelBank
  /// The index of the target in `retrained`; nil when it is not a retrained model.
  public var targetPosition: Int?
  /// The outputs of the models of the same method, one per seed of the bank, target included; for probes that read
  /// them.
  public var peers: ModelBank = []
  /// The index of the target in `peers`.
  public var peerPosition: Int?
  /// The outputs of the original models, one per seed of the bank; for probes that read them.
  public var originals: ModelBank = []
  /// The index of the target in `originals`; nil when it is not an original.
  public var originalPosition: Int?
  /// For each model of `peers` the index in `originals` of the one that it is or was made from; empty for retrained
  /// models.
  public var originalsOfPeers: [Int] = []
  /// The parameters of models; nil for probes that do not read them.
  public var models: ModelEvidence?
  /// Shadow models of random halves, and what is known of their members; for probes that read them.
  public var shadows: ShadowBank?
  /// The request, classes, groups and random source, equal for all models of the cell.
  public var context: EvidenceContext
  /// The result of the attack's `calibrate` on the retrained models.
  public var calibration: Calibration
  /// Time and memory of the unlearning call; nil for the original model.
  public var cost: Cost?
  /// Values found by other plugins for the target, by full name: "accuracy.retain_test".
  public var measurements: [String: Double]
  /// The measurements of the retrained model of the same seed; empty where the target is itself a retrained model.
  public var referenceMeasurements: [String: Double]
  /// The measurements of the retrained models of the other seeds, where the target is a retrained model; else nil.
  public var otherReferenceMeasurements: [[String: Double]]?

  /// Evidence about `target`; everything that is left out is empty or nil.
  public init(
    target: ModelOutputs, retrained: ModelBank = [], targetPosition: Int? = nil, context: EvidenceContext,
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
  public var otherRetrained: ModelBank { retrained.without(targetPosition) }
}

extension ForgetSplit {
  /// The groups of all samples; nil where the data have no sensitive attribute.
  public var groupContext: GroupContext? {
    guard let attribute = retainTrain.attribute, let train = retainTrain.sensitiveValuesByIndex,
      let test = retainTest.sensitiveValuesByIndex
    else { return nil }
    return GroupContext(attribute: attribute, forgotten: request.forgottenGroups, train: train, test: test)
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
