import JSON
import Unlearning

/// A step that runs an attack or a metric.
protocol ProbeStep: StepBody {
  /// Whether it runs an attack or a metric.
  static var role: ProbeKind { get }
  var probe: Configured { get }
  var target: ProbeTarget { get }
}

extension ProbeStep {
  package var inputs: [StepKey] { target.inputs }

  /// Checks that the result is a list of measurements that matches the plan's expectations.
  package func check(_ key: StepKey, in store: Store) throws(StoreError) {
    try store.verify(key)
    _ = try store.measurements(of: key, expected: target.expected)
  }

  package func run(on bench: Bench) throws -> Artifact {
    let probe = try bench.plugins.probe(probe, Self.role)
    let evidence = try bench.evidence(setting, target)
    let measurements = try target.baseline.map { try probe.measure($0, evidence) } ?? probe.measure(evidence)
    var expected = target.expected
    expected.declared = type(of: probe).measures
    try MeasurementError.check(measurements, expected: expected)
    return Artifact([(Store.measurementsFile, Array(try canonicalJSON(measurements).utf8))])
  }
}

/// The inputs of a probe: the steps of the model under evaluation, its bank and its peers.
package struct ProbeTarget: Codable, Sendable {
  var predictions: StepKey
  /// The prediction steps of retrained models, if the probe reads them.
  var bank: [StepKey] = []
  /// The index of the target in the bank; nil if it is not a retrained model.
  var position: Int?
  var calibration: StepKey?
  /// The unlearning step whose cost is read.
  var costOf: StepKey?
  /// The probe steps of the target whose measurements are read.
  var measurements: [NamedStep] = []
  var referenceMeasurements: [NamedStep] = []
  /// The probe steps of each other retrained model, where the target is one.
  var otherReferenceMeasurements: [[NamedStep]]?
  /// The prediction steps of the models of the same method, if the probe reads them, and the index of the target.
  var peers: [StepKey] = []
  var peerPosition: Int?
  /// The prediction steps of the originals, if the probe reads them, and the index of that of each peer.
  var originals: [StepKey] = []
  var originalsOfPeers: [Int] = []
  /// The index of the target in the originals; nil if it is not an original.
  var originalPosition: Int?
  /// The steps of the models whose parameters the probe reads; nil where it reads none.
  var models: Models?
  /// The shadow models, if the probe reads them.
  var shadows: Shadows?
  /// The baseline to measure in place of the target.
  var baseline: Baseline?
  var expected = ExpectedMeasurements()

  /// The steps of the target, of its original and of the retrained models.
  struct Models: Codable, Sendable {
    var target: StepKey
    var original: StepKey
    var retrained: [StepKey] = []

    var all: [StepKey] { [target, original] + retrained }
  }

  /// A probe step with the prefix of its measurement names.
  struct NamedStep: Codable, Sendable {
    var name: String
    var key: StepKey
  }

  /// The prediction steps of shadow models of random halves.
  struct Shadows: Codable, Sendable {
    /// One for each original.
    var originals: [StepKey]
    /// The seed of each original.
    var seeds: [Int]
    /// Those of a method's models, `forgetsPerModel` for each original; empty where the originals are judged themselves.
    var unlearned: [StepKey] = []
    /// The number of forget sets of each original.
    var forgetsPerModel: Int
    /// The fraction of an original's members that a forget set has, see `ShadowDraw`.
    var forgetFraction: Double
    /// The members of imported models, which no seed draws.
    var members: ShadowMembers?
  }

  /// The number of models of a kind that the probe reads; 0 where it reads the target alone.
  var modelCount: Int { max(bank.count, peers.count, shadows?.originals.count ?? 0) }

  /// In the order in which keys name them.
  var inputs: [StepKey] {
    var keys = [predictions] + bank + peers + originals
    if let shadows { keys += shadows.originals + shadows.unlearned }
    if let calibration { keys.append(calibration) }
    if let costOf { keys.append(costOf) }
    keys += measurements.map(\.key) + referenceMeasurements.map(\.key)
    keys += (otherReferenceMeasurements ?? []).joined().map(\.key)
    return keys + (models?.all ?? [])
  }
}
