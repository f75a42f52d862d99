import ConfigYAML
package import Data
import Engine
import Foundation
import JSON
import Synchronization
import Unlearning

/// The inputs of one running step: data, models, predictions and measurements, loaded lazily.
package struct Bench: Sendable {
  let workshop: Workshop
  let step: Step

  static let modelFile = "model.safetensors"

  /// Makes the plugins that steps name.
  var plugins: PluginMaker { workshop.plugins }

  /// - Throws: `UnlearningError.cancelled` when the execution has been cancelled.
  package func checkpoint() throws {
    if workshop.isCancelled { throw UnlearningError.cancelled }
  }

  /// The data of `setting`, split by its forget request.
  package func split(_ setting: StepSetting) throws -> ForgetSplit { try workshop.data.split(setting) }

  /// The samples that an original is trained on.
  package func trainingSet(_ setting: StepSetting, _ subset: TrainingSubset) throws -> Dataset {
    let train = try workshop.data.data(setting.data).train
    switch subset {
    case .all: return train
    case .retained: return try split(setting).retainTrain
    case .half(let seed):
      return train.selecting(ShadowDraw.half(of: train, seed: seed))
    }
  }

  /// A model with random parameters from a fixed seed, equal for all calls with this setting.
  func freshModel(_ setting: StepSetting) throws -> Classifier {
    try workshop.factory(setting)(RandomSource(seed: 0))
  }

  /// The model stored by a step.
  func model(_ key: StepKey, _ setting: StepSetting) throws -> Classifier {
    var model = try freshModel(setting)
    try workshop.store.decode(Self.modelFile, of: key, as: "the model of this step") { bytes throws in
      try model.restore(try SafeTensors(bytes))
      if let tensor = model.firstNotFinite { throw UnlearningError.modelNotFinite(tensor: tensor) }
    }
    return model
  }

  /// The predictions stored by a step.
  func outputs(of key: StepKey) throws -> ModelOutputs {
    try workshop.outputs.outputs(key) {
      try workshop.store.decode(OutputsFile.name, of: key, as: "predictions") { bytes throws in
        try OutputsFile.decode(bytes)
      }
    }
  }

  /// Runs a training or an unlearning call and measures its time, memory and energy without loading and saving.
  ///
  /// - Parameters:
  ///   - setting: What the random streams, the recipe and the model are taken from.
  ///   - request: What an unlearning call forgets; nil for a training.
  ///   - body: The call.
  /// - Throws: What `body` throws; `UnlearningError.modelNotFinite`.
  func call(
    _ setting: StepSetting, forgetting request: ForgetRequest?, _ body: (Run) throws -> Classifier
  ) throws -> Artifact {
    let lastShown = Mutex(-1.0)
    let energy = workshop.energyMeter()
    var factory = try workshop.factory(setting)
    factory.initialWeights = try workshop.initialWeights(setting)
    let run = Run(
      random: RandomSource(seed: UInt64(setting.seeds.ofCall)).stream("run"), recipe: setting.recipe,
      makeClassifier: { [factory] in factory($0) }, request: request,
      validation: try workshop.data.data(setting.data).validation, log: workshop.log,
      progress: { [workshop, step] fraction in
        let shows = lastShown.withLock { last in
          guard fraction - last >= 0.01 || fraction >= 1 else { return false }
          last = fraction
          return true
        }
        if shows {
          energy?.update()
          workshop.observer.progressed(step, fraction: fraction)
        }
      },
      isCancelled: { [workshop] in workshop.isCancelled })
    let clock = ContinuousClock()
    let start = clock.now
    let (model, peak) = try MemoryMeter.measure { try body(run) }
    let cost = Cost(seconds: (clock.now - start).inSeconds, peakBytes: peak, energy: energy?.finish())
    // No epoch can be named here: methods count epochs in their own way, or have none.
    if let tensor = model.firstNotFinite { throw UnlearningError.modelNotFinite(tensor: tensor) }
    var artifact = Artifact([(Self.modelFile, model.checkpoint.encoded())])
    artifact.cost = cost
    artifact.notes = run.notes.all
    return artifact
  }
}

extension Bench {
  /// The evidence context shared by all models of a request.
  func context(_ setting: StepSetting) throws -> EvidenceContext {
    let split = try split(setting)
    return EvidenceContext(
      forgottenClasses: split.forgottenClasses, classCount: split.retainTrain.classCount,
      classNames: split.retainTrain.classNames,
      random: RandomSource(seed: UInt64(setting.seeds.ofDraw)).stream("evidence"), groups: split.groupContext)
  }

  /// The evidence about `target` for an attack or a metric.
  func evidence(_ setting: StepSetting, _ target: ProbeTarget) throws -> Evidence {
    let store = workshop.store
    var evidence = Evidence(
      target: try outputs(of: target.predictions), retrained: bank(target.bank),
      targetPosition: target.position, context: try context(setting))
    if let key = target.calibration {
      evidence.calibration = try store.decode(CalibrateStep.file, of: key, as: "a calibration") { bytes throws in
        try JSONValue(parsing: String(decoding: bytes, as: UTF8.self), file: CalibrateStep.file)
          .decode(Calibration.self)
      }
    }
    if let key = target.costOf {
      let record = try store.record(of: key)
      evidence.cost = Cost(seconds: record.seconds, peakBytes: record.peakBytes, energy: record.energy)
    }
    evidence.measurements = try values(target.measurements)
    evidence.referenceMeasurements = try values(target.referenceMeasurements)
    evidence.otherReferenceMeasurements = try target.otherReferenceMeasurements?.map(values)
    (evidence.peers, evidence.peerPosition) = (bank(target.peers), target.peerPosition)
    (evidence.originals, evidence.originalPosition) = (bank(target.originals), target.originalPosition)
    evidence.originalsOfPeers = target.originalsOfPeers
    evidence.models = try target.models.map { steps in
      ModelEvidence(
        target: reader(steps.target, setting), original: reader(steps.original, setting),
        shared: try sharedModels(steps.retrained, setting))
    }
    evidence.shadows = try target.shadows.map { try shadowBank(setting, $0) }
    return evidence
  }

  /// The data of `setting`, new models, and the retrained ones of these steps.
  func sharedModels(_ retrained: [StepKey], _ setting: StepSetting) throws -> SharedModels {
    let factory = try workshop.factory(setting)
    return SharedModels(
      retrained: retrained.map { reader($0, setting) }, data: try split(setting), makeClassifier: { factory($0) },
      isCancelled: { [workshop] in workshop.isCancelled })
  }

  private func reader(_ key: StepKey, _ setting: StepSetting) -> SharedModels.Reader { { try model(key, setting) } }

  /// The models whose predictions are stored by these steps.
  func bank(_ predictions: [StepKey]) -> ModelBank {
    ModelBank(count: predictions.count) { try outputs(of: predictions[$0]) }
  }

  /// Values by full name: "accuracy.retain_test".
  private func values(_ steps: [ProbeTarget.NamedStep]) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for step in steps {
      for measurement in try workshop.store.measurements(of: step.key) {
        values["\(step.name).\(measurement.name)"] = measurement.value
      }
    }
    return values
  }
}

extension Classifier {
  /// The name of the first parameter or statistic with NaN or infinity; nil if there is none.
  fileprivate var firstNotFinite: String? { parameters.firstNotFinite ?? statistics.firstNotFinite }
}
