/// What an attack or a metric reads.
public enum EvidenceKind: String, Sendable, Codable, CaseIterable {
  /// Logits on the four parts of the data.
  case predictions
  /// Features that enter the last layer.
  case features
  /// The same parts seen by models retrained without the forget set, one per seed.
  case retrainedModels = "retrained models"
  /// The same parts seen by the models of the same method, one per seed, the measured one among them.
  case unlearnedModels = "models of the same method"
  /// What the unlearning call cost.
  case cost
  /// What the other metrics and the attacks found for the same model.
  case measurements
  /// The sensitive attribute of every sample; without one, nothing can be said.
  case groups
  /// The sensitive attribute where the data have one, as by what composes samples like the forget set.
  case knownGroups = "groups where known"
}

/// What a probe is to the people who read its values.
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
  /// What it reads.
  static var reads: Set<EvidenceKind> { get }
  /// Every kind of measurement it can make; values are made by these, see `MeasurementKind.value`.
  static var measures: [MeasurementKind] { get }
  /// How many retrained models (seeds) it needs at least; 0 by default.
  static var retrainedModelsNeeded: Int { get }
  /// Answers without a model that it measures, too, each in a row of its own; none by default.
  static var baselines: [Baseline] { get }
  /// Parameters whose values are part of the names of its measurements, so that a swept one is not named twice; none by
  /// default.
  static var parametersInNames: Set<String> { get }

  /// Whether it can say anything about requests of this kind; cells with others are left out, with a reason. All kinds by
  /// default.
  func serves(_ kind: RequestKind) -> Bool
  /// Full names, `<plugin>.<measurement>`, of the other measurements that it reads; none by default.
  var measurementsRead: [String] { get }
  /// The names, without that of the plugin, of what it measures in a cell of these sizes; nil if that is not known.
  ///
  /// Metrics over other measurements are checked against them before anything is run. By default all names of `measures`,
  /// or nil if one of these has a placeholder.
  func measurementNames(in cell: CellSizes) -> Set<String>?
  /// Those of them that a retrained model has, too, so that metrics over other measurements can compare a model with it; all
  /// of them by default.
  func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>?

  /// Measures one model.
  func measure(_ evidence: Evidence) throws -> [MeasuredValue]
  /// Measures `baseline` against the retrained models; the evidence is that of one of these, one for each seed.
  ///
  /// Called only for what is among `baselines`.
  func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue]
}

extension Probe {
  /// It reads one model alone.
  public static var retrainedModelsNeeded: Int { 0 }

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

  /// Nothing.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] { [] }
}

/// Tries to tell an unlearned model from one that never saw the forget set.
public protocol Attack: Probe {
  /// Learns from the retrained models alone what all attacks of one grid share; runs once per bank of models, if it reads
  /// retrained models. Nothing by default.
  func calibrate(_ retrained: [ModelOutputs], context: EvidenceContext) throws -> Calibration

  /// Attacks one model.
  func attack(_ evidence: Evidence) throws -> [MeasuredValue]
}

extension Attack {
  /// An attack.
  public static var kind: ProbeKind { .attack }

  /// Nothing is shared.
  public func calibrate(_ retrained: [ModelOutputs], context: EvidenceContext) throws -> Calibration { Calibration() }

  /// Attacks it.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] { try attack(evidence) }
}

/// Measures one property of an unlearned model.
public protocol Metric: Probe {}

extension Metric {
  /// A metric.
  public static var kind: ProbeKind { .metric }
}
