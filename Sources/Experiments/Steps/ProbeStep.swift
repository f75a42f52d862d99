import JSON
import Unlearning

/// Runs an attack or a metric.
protocol ProbeStep: StepBody {
  var target: ProbeTarget { get }
}

extension ProbeStep {
  package var inputs: [StepKey] { target.inputs }

  /// The result is a list of measurements that are as the plan expects them.
  package func check(_ key: StepKey, in store: Store) throws(StoreError) {
    try store.verify(key)
    _ = try store.measurements(of: key, expected: target.expected)
  }

  func measure(_ probe: any Probe, on bench: Bench) throws -> Artefact {
    let evidence = try bench.evidence(setting, target)
    let measurements = try target.baseline.map { try probe.measure($0, evidence) } ?? probe.measure(evidence)
    var expected = target.expected
    expected.declared = type(of: probe).measures
    try MeasurementError.check(measurements, expected: expected)
    return Artefact([(Store.measurementsFile, Array(try canonicalJSON(measurements).utf8))])
  }
}

/// The model that is attacked or measured, and what is known of its peers.
package struct ProbeTarget: Codable, Sendable {
  var predictions: StepKey
  /// Predictions of retrained models, where they are read.
  var bank: [StepKey] = []
  /// The place of the target in the bank.
  var position: Int?
  var calibration: StepKey?
  /// The step whose cost is measured.
  var costOf: StepKey?
  /// Steps whose measurements are read.
  var measurements: [NamedStep] = []
  var referenceMeasurements: [NamedStep] = []
  /// The same of each other retrained model, where the target is one.
  var otherReferenceMeasurements: [[NamedStep]]?
  /// Predictions of the models of the same method, where they are read, and the place of the target among them.
  var peers: [StepKey] = []
  var peerPosition: Int?
  /// What is measured in place of the target.
  var baseline: Baseline?
  var expected = ExpectedMeasurements()

  /// A step with the name that stands before those of its measurements.
  struct NamedStep: Codable, Sendable {
    var name: String
    var key: StepKey
  }

  /// In the order in which keys name them.
  var inputs: [StepKey] {
    var keys = [predictions] + bank + peers
    if let calibration { keys.append(calibration) }
    if let costOf { keys.append(costOf) }
    keys += measurements.map(\.key) + referenceMeasurements.map(\.key)
    return keys + (otherReferenceMeasurements ?? []).joined().map(\.key)
  }
}
