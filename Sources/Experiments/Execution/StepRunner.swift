import JSON
import ConfigYAML
import Data
import Engine
import Foundation
import Logging
import Synchronization
import Unlearning

/// Does the work of one step: reads what its parents left, runs the plugin, writes the result.
///
/// Everything random is derived from the setting's seed and named by purpose, so that steps may run in any order.
final class StepRunner: Sendable {
  private let store: Store
  let data: DataCache
  private let planned: PlannedFiles
  private let outputs: OutputsCache
  private let observer: any ExecutionObserver
  private let cancellation = Cancellation()
  private let log: Logger
  private let environment: StepEnvironment
  /// Trained weights to begin with, by data set and architecture.
  private let initialTensors = Mutex<[String: NamedTensors]>([:])

  /// How often a long decoding says how far it is.
  private static let notingInterval = Duration.seconds(10)

  static let modelFile = "model.safetensors"
  static let measurementsFile = "measurements.json"
  static let calibrationFile = "calibration.json"

  init(_ plan: Plan, store: Store, observer: any ExecutionObserver, log: Logger) {
    self.store = store
    self.observer = observer
    self.log = log
    let cancellation = cancellation
    let lastNoted = Mutex(ContinuousClock.now)
    planned = plan.files
    data = DataCache(plan.experiment, planned: planned) {
      observer.noted($0)
    } watch: { done, missing in
      let isDue = lastNoted.withLock { last in
        guard .now - last >= Self.notingInterval else { return false }
        last = .now
        return true
      }
      if isDue { observer.noted("\(done) of \(missing) pictures are decoded") }
      return !cancellation.isRequested
    }
    outputs = OutputsCache(limit: max(8, 2 * plan.experiment.seeds.training.count + 4))
    environment = StepEnvironment(plan)
  }

  /// Drops what is kept in memory of an artefact that is made again.
  func forget(_ key: StepKey) { outputs.forget(key) }

  func cancel() { cancellation.request() }
  var cancelled: Bool { cancellation.isRequested }

  /// Whether an execution is to end soon.
  private final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    func request() { flag.store(true, ordering: .relaxed) }
    var isRequested: Bool { flag.load(ordering: .relaxed) }
  }

  /// Does `step` and stores its result; returns the seconds that it took.
  func perform(_ step: Step) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var timing = Timing(started: Date())
    let files = try Runtime.asJob { () throws -> [(name: String, bytes: [UInt8])] in
      try planned.checking { try self.files(of: step, &timing) }
    }
    let elapsed = clock.now - start
    if timing.cost == nil { timing.cost = Cost(seconds: elapsed.inSeconds, peakBytes: timing.peakBytes) }
    try store.write(environment.record(of: step, timing), files: files)
    return elapsed.inSeconds
  }

  /// When a step started, what its call cost and what it noted.
  struct Timing {
    var started: Date
    var cost: Cost?
    var peakBytes = 0
    var notes: [String: Double] = [:]
  }

  private func files(of step: Step, _ timing: inout Timing) throws -> [(name: String, bytes: [UInt8])] {
    switch step.work {
    case .train(let setting):
      let train = try data.data(setting.data).train
      let model = try call(&timing, setting, step, forgottenClasses: []) { run in
        try run.train(on: train, purpose: "original")
      }
      return [(Self.modelFile, model.checkpoint.encoded())]
    case .unlearn(let setting, let variant, let original):
      guard let method = variant.plugin as? any UnlearningMethod else { preconditionFailure("a method is planned") }
      let split = try data.split(setting)
      // A method that starts anew gets a fresh model, so that it cannot lean on the original by mistake.
      let start = try original.map { try readModel($0, setting) } ?? fresh(setting, RandomSource(seed: 0))
      let model = try call(&timing, setting, step, forgottenClasses: split.forgottenClasses) { run in
        try method.apply(to: start, forget: split.forgetTrain, retain: split.retainTrain, run: run)
      }
      return [(Self.modelFile, model.checkpoint.encoded())]
    case .predict(let setting, let key, let features):
      let (result, peak) = try MemoryMeter.measure {
        try ModelOutputs(of: try readModel(key, setting), on: try data.split(setting), keepingFeatures: features) {
          if cancelled { throw UnlearningError.cancelled }
        }
      }
      timing.peakBytes = peak
      return [(OutputsFile.name, OutputsFile.encode(result))]
    case .calibrate(let setting, let variant, let bank):
      guard let attack = variant.plugin as? any Attack else { preconditionFailure("an attack is planned") }
      let calibration = try attack.calibrate(try bank.map(outputs(of:)), context: try context(setting))
      return [(Self.calibrationFile, Array(try canonicalJSON(calibration).utf8))]
    case .attack(let setting, let variant, let target), .measure(let setting, let variant, let target):
      guard let probe = variant.probe else { preconditionFailure("an attack or a metric is planned") }
      let evidence = try evidence(setting, target)
      return try encode(
        target.baseline.map { try probe.measure($0, evidence) } ?? probe.measure(evidence), target.expected)
    }
  }

  private func encode(
    _ measurements: [MeasuredValue], _ expected: ExpectedMeasurements
  ) throws -> [(name: String, bytes: [UInt8])] {
    try MeasurementError.check(measurements, expected: expected)
    return [(Self.measurementsFile, Array(try canonicalJSON(measurements).utf8))]
  }

  /// Runs a training or an unlearning call, and measures it alone.
  private func call(
    _ timing: inout Timing, _ setting: Step.Setting, _ step: Step, forgottenClasses: [Int],
    _ body: (Run) throws -> Classifier
  ) throws -> Classifier {
    let lastShown = Mutex(-1.0)
    let observer = observer
    let source = try description(of: setting)
    let layers = source.architecture
    let initial = try initialWeights(setting)
    let run = Run(
      random: RandomSource(seed: UInt64(setting.seeds.unlearning ?? setting.seeds.training)).stream("run"),
      recipe: setting.recipe.recipe,
      makeClassifier: { random in
        var classifier = Classifier(
          body: layers, imageShape: source.imageShape, classCount: source.classCount, random: random)
        if let initial { classifier.replaceWeights(by: initial) }
        return classifier
      },
      forgottenClasses: forgottenClasses, validation: try data.data(setting.data).validation, log: log,
      progress: { fraction in
        let shows = lastShown.withLock { last in
          guard fraction - last >= 0.01 || fraction >= 1 else { return false }
          last = fraction
          return true
        }
        if shows { observer.progressed(step, fraction: fraction) }
      },
      isCancelled: { [self] in cancelled })
    let clock = ContinuousClock()
    let start = clock.now
    let (model, peak) = try MemoryMeter.measure { try body(run) }
    timing.cost = Cost(seconds: (clock.now - start).inSeconds, peakBytes: peak)
    timing.notes = run.notes.all
    // Methods count epochs of their own, or none: only they know after which one it happened.
    if let tensor = model.parameters.firstNotFinite ?? model.statistics.firstNotFinite {
      throw UnlearningError.modelNotFinite(tensor: tensor)
    }
    return model
  }

  private func description(
    of setting: Step.Setting
  ) throws -> (architecture: any Layer, imageShape: [Int], classCount: Int) {
    guard let architecture = setting.architecture.plugin as? any Architecture else {
      preconditionFailure("an architecture is planned")
    }
    let train = try data.data(setting.data).train
    return (try architecture.body(imageShape: train.imageShape), train.imageShape, train.classCount)
  }

  private func fresh(_ setting: Step.Setting, _ random: RandomSource) throws -> Classifier {
    let source = try description(of: setting)
    return Classifier(
      body: source.architecture, imageShape: source.imageShape, classCount: source.classCount, random: random)
  }

  /// The trained weights that a setting's models begin with, if there are any; read once.
  private func initialWeights(_ setting: Step.Setting) throws -> NamedTensors? {
    guard let weights = (setting.architecture.plugin as? any Architecture)?.initialWeights else { return nil }
    return try initialTensors.withLock { known in
      let name = "\(setting.data) \(setting.architecture.label)"
      if let body = known[name] { return body }
      // This lock must not stay with a thread that gets no memory for the tensors.
      let body = try Thread.wait { [self] in
        try planned.checking { try weights.tensors(for: try fresh(setting, RandomSource(seed: 0))) }
      }
      known[name] = body
      return body
    }
  }

  private func readModel(_ key: StepKey, _ setting: Step.Setting) throws -> Classifier {
    var model = try fresh(setting, RandomSource(seed: 0))
    try store.decode(Self.modelFile, of: key, as: "the model of this step") { bytes throws in
      try model.restore(try SafeTensors(bytes))
    }
    return model
  }

  private func outputs(of key: StepKey) throws -> ModelOutputs {
    try outputs.outputs(key) {
      try store.decode(OutputsFile.name, of: key, as: "predictions") { bytes throws in try OutputsFile.decode(bytes) }
    }
  }

  private func context(_ setting: Step.Setting) throws -> EvidenceContext {
    let split = try data.split(setting)
    return EvidenceContext(
      forgottenClasses: split.forgottenClasses, classCount: split.retainTrain.classCount,
      classNames: split.retainTrain.classNames,
      random: RandomSource(seed: UInt64(setting.seeds.forget ?? 0)).stream("evidence"), groups: split.groupContext)
  }

  private func evidence(_ setting: Step.Setting, _ target: Step.Target) throws -> Evidence {
    var evidence = Evidence(
      target: try outputs(of: target.predictions), retrained: try target.bank.map(outputs(of:)),
      targetPosition: target.position, context: try context(setting))
    if let key = target.calibration {
      evidence.calibration = try store.decode(Self.calibrationFile, of: key, as: "a calibration") { bytes throws in
        try JSONValue(parsing: String(decoding: bytes, as: UTF8.self), file: Self.calibrationFile)
          .decode(Calibration.self)
      }
    }
    if let key = target.costOf {
      let record = try store.record(of: key)
      evidence.cost = Cost(seconds: record.seconds, peakBytes: record.peakBytes)
    }
    evidence.measurements = try Self.values(target.measurements, in: store)
    evidence.referenceMeasurements = try Self.values(target.referenceMeasurements, in: store)
    evidence.otherReferenceMeasurements = try target.otherReferenceMeasurements?.map {
      try Self.values($0, in: store)
    }
    evidence.peers = try target.peers.map(outputs(of:))
    evidence.peerPosition = target.peerPosition
    return evidence
  }

  /// Values by full name: "accuracy.retain_test".
  private static func values(
    _ steps: [(name: String, key: StepKey)], in store: Store
  ) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for step in steps {
      for measurement in try measurements(of: step.key, in: store) {
        values["\(step.name).\(measurement.name)"] = measurement.value
      }
    }
    return values
  }

  /// What an attack or metric step left.
  ///
  /// - Parameter step: The step as it is planned, where it is known.
  /// - Throws: `StoreError.damaged`, also where the file is whole and of another form, or its values are none that the plugin
  ///   may return.
  static func measurements(
    of key: StepKey, _ step: Step? = nil, in store: Store
  ) throws(StoreError) -> [MeasuredValue] {
    try store.decode(measurementsFile, of: key, as: "measurements") { bytes throws in
      let text = String(decoding: bytes, as: UTF8.self)
      let values = try JSONValue(parsing: text, file: measurementsFile).decode([MeasuredValue].self)
      try MeasurementError.check(values, expected: step?.expected ?? ExpectedMeasurements())
      return values
    }
  }
}

extension Duration {
  /// The duration as a number of seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
