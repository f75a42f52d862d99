public import Data

/// What an attack or a metric reads.
public enum EvidenceKind: String, Sendable, Codable, CaseIterable {
  /// Logits on the four parts of the data.
  case predictions
  /// Margins on the four parts, and what follows from them: losses and probabilities of the label; for probes that read
  /// no other logits.
  case margins
  /// Features that enter the last layer.
  case features
  /// Outputs of the models retrained without the forget set, one per seed of the bank.
  case retrainedModels = "retrained models"
  /// Outputs of the models of the same method, one per seed of the bank, the measured model included.
  case unlearnedModels = "models of the same method"
  /// Outputs of the models before unlearning, one per seed of the bank.
  case originalModels = "original models"
  /// Parameters: of the measured model, of its original, and of the retrained models where it reads these, too; with the
  /// data of the request, and new models. Not for a score of a whole bank.
  case models = "parameters of models"
  /// Outputs of originals that were trained on random halves, and of models of the same method that forget some of their
  /// members: `ShadowBank`.
  case shadowModels = "shadow models of random halves"
  /// Time and memory of the unlearning call.
  case cost
  /// Values of other metrics and attacks for the same model.
  case measurements
  /// The sensitive attribute of every sample; the probe is not defined without it.
  case groups
  /// The sensitive attribute where the data have one, for example to match the composition of the forget set.
  case knownGroups = "groups where known"
}

/// The two roles of probes in files and tables.
public enum ProbeKind: String, Sendable, Codable, CaseIterable {
  /// Tries to find traces of the forget set.
  case attack
  /// Measures a property.
  case metric
}

/// What measures a model: an `Attack` or a `Metric`; plugins conform to one of these.
public protocol Probe: CellPlugin {
  /// Which of the two it is.
  static var kind: ProbeKind { get }
  /// The inputs that it reads; others are not provided.
  static var reads: Set<EvidenceKind> { get }
  /// All kinds of measurements it can return; they make the values, see `MeasurementKind.value`.
  static var measures: [MeasurementKind] { get }
  /// How to read its values, as `describe` prints it: what they mean, what a good one is, and what it is not; by default
  /// nothing.
  static var reading: [String] { get }
  /// The minimum number of retrained models (seeds); 0 by default.
  static var retrainedModelsNeeded: Int { get }
  /// Whether it measures all models of a method together, `Evidence.peers`, and not the target: its values are then
  /// those of every seed; false by default.
  ///
  /// It reads the models of the method, of which the target is the first.
  static var isBankScore: Bool { get }
  /// Whether `calibrate` fits anything; true for attacks, false for metrics by default.
  static var isCalibrated: Bool { get }
  /// Baselines that it also measures, each in its own row; none by default.
  static var baselines: [Baseline] { get }
  /// Parameters whose values are part of the measurement names, so that sweeps do not repeat them; none by default.
  static var parametersInNames: Set<String> { get }

  /// Whether it is defined for requests of this kind, by default all; cells with others are skipped, with a reason.
  func serves(_ kind: RequestKind) -> Bool
  /// Full names, `<plugin>.<measurement>`, of the other measurements that it reads; none by default.
  var measurementsRead: [String] { get }
  /// The names, without that of the plugin, of its measurements in a cell of these sizes; nil if they are not known in
  /// advance.
  ///
  /// Metrics over other measurements are checked against them before anything is run. By default all names of
  /// `measures`, or nil if one of these has a placeholder.
  func measurementNames(in cell: CellSizes) -> Set<String>?
  /// The measurement names that retrained models also have, so that other metrics can compare with them; by default
  /// all.
  func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>?

  /// Fits what all probes of one grid share to the retrained models alone; by default nothing.
  ///
  /// Called once per bank of retrained models, and only for probes that read them and are calibrated.
  func calibrate(_ retrained: ModelBank, context: EvidenceContext) throws -> Calibration
  /// Like `calibrate(_:context:)`, which it calls by default, for probes that also read the parameters of these models.
  ///
  /// `models` is nil where the probe does not declare them.
  func calibrate(_ retrained: ModelBank, models: SharedModels?, context: EvidenceContext) throws -> Calibration
  /// Measures one model.
  func measure(_ evidence: Evidence) throws -> [MeasuredValue]
  /// Measures `baseline` against the retrained models; the evidence is that of one of these, one for each seed.
  ///
  /// Called only for the declared `baselines`.
  func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue]
}

extension Probe {
  /// Nothing.
  public static var reading: [String] { [] }

  /// No retrained model is needed.
  public static var retrainedModelsNeeded: Int { 0 }

  /// Each model is measured on its own.
  public static var isBankScore: Bool { false }

  /// None.
  public static var baselines: [Baseline] { [] }

  /// None.
  public static var parametersInNames: Set<String> { [] }

  /// Every kind of request.
  public func serves(_ kind: RequestKind) -> Bool { true }

  /// None.
  public var measurementsRead: [String] { [] }

  /// All declared names, if they are known.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Self.measures.contains(where: \.hasPlaceholder) ? nil : Set(Self.measures.map(\.name))
  }

  /// All.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? { measurementNames(in: cell) }

  /// An empty calibration.
  public func calibrate(_ retrained: ModelBank, context: EvidenceContext) throws -> Calibration { Calibration() }

  /// The calibration on outputs alone.
  public func calibrate(
    _ retrained: ModelBank, models: SharedModels?, context: EvidenceContext
  ) throws -> Calibration { try calibrate(retrained, context: context) }

  /// No values; called only where `baselines` is not empty.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] { [] }
}

/// An attack that measures how an unlearned model differs from one that never saw the forget set.
public protocol Attack: Probe {
  /// Attacks one model and returns a value of each kind that applies, see `measures`.
  func attack(_ evidence: Evidence) throws -> [MeasuredValue]
}

extension Attack {
  /// An attack.
  public static var kind: ProbeKind { .attack }

  /// Attacks are.
  public static var isCalibrated: Bool { true }

  /// The result of `attack`.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] { try attack(evidence) }
}

/// A measurement of one property of an unlearned model, such as accuracy or run time.
public protocol Metric: Probe {}

extension Metric {
  /// A metric.
  public static var kind: ProbeKind { .metric }

  /// A metric that is declares it.
  public static var isCalibrated: Bool { false }
}

/// A metric that compares measurements of a model with those of the retrained model of its seed, and that publications
/// compute from the means over seeds instead.
///
/// The value of means is added to the results once all seeds are known, see `ofMeans`.
public protocol ComparisonOfMeans: Metric {
  /// The kind of the value of means, among `measures`; its values are those of all seeds, with a jackknife over them.
  static var ofMeans: MeasurementKind { get }

  /// The value from the absolute differences of `measurementsRead`, in their order.
  func value(_ differences: [Double]) -> Double
}
