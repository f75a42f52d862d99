import JSON
import Engine
import Unlearning

extension StepKind {
  /// Evaluates a model on all four parts of the data and stores its outputs.
  public static let predict = StepKind(rawValue: "predict")
}

/// Evaluates a model on all four parts of the data and stores its outputs.
package struct PredictStep: StepBody {
  package static let kind = StepKind.predict
  package var setting: StepSetting
  package var model: StepKey
  /// Whether the features that enter the last layer are kept.
  package var keepsFeatures: Bool

  package var inputs: [StepKey] { [model] }

  package func work(with plugins: PluginMaker) -> StepWork { StepWork(evaluations: 1) }

  package func run(on bench: Bench) throws -> Artifact {
    let (outputs, peak) = try MemoryMeter.measure {
      try ModelOutputs(
        of: try bench.model(model, setting), on: try bench.split(setting), keepingFeatures: keepsFeatures
      ) { try bench.checkpoint() }
    }
    // A diverged model fails here, once, and not in each attack.
    for part in Part.allCases { _ = try outputs.finite(part) }
    var artifact = Artifact([(OutputsFile.name, OutputsFile.encode(outputs))])
    artifact.peakBytes = peak
    return artifact
  }
}

extension PlanBuilder {
  /// Plans the predictions of `model`, made by the method `name`.
  mutating func addPrediction(_ setting: Setting, model: StepKey, of name: String) throws -> StepKey {
    add(
      PredictStep(setting: setting.values, model: model, keepsFeatures: keepsFeatures),
      label(setting, setting.values.requestLabel, name),
      configuration: common(setting) + (try request(setting)) + [KeyPart("features", .bool(keepsFeatures))],
      plugins: [experiment.data[setting.data], setting.architecture])
  }
}
