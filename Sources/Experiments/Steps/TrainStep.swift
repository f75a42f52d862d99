import JSON
import Unlearning

extension StepKind {
  /// Trains an original model and stores it.
  public static let train = StepKind(rawValue: "train")
}

/// Trains an original model and stores it.
package struct TrainStep: StepBody {
  package static let kind = StepKind.train
  package static let weight = 60.0
  package var setting: StepSetting
  /// The training samples; the request of the setting matters for `retained` alone.
  package var subset = TrainingSubset.all

  package var inputs: [StepKey] { [] }

  package func work(with plugins: PluginMaker) -> StepWork { .training(setting.recipe.steps, on: isHalf ? 0.5 : 1) }

  private var isHalf: Bool { if case .half = subset { true } else { false } }

  package func run(on bench: Bench) throws -> Artifact {
    let train = try bench.trainingSet(setting, subset)
    return try bench.call(setting, forgetting: nil) { run in try run.train(on: train, purpose: "original") }
  }
}

extension PlanBuilder {
  /// Plans the original of `setting`, trained on `subset`.
  package mutating func addTraining(_ setting: Setting, on subset: TrainingSubset = .all) throws -> StepKey {
    var parts = modelSetting(setting)
    var name = "original"
    if subset != .all {
      parts.append(KeyPart("subset", try JSONValue(subset)))
      if subset == .retained { parts += try request(setting) }
      name += subset == .retained ? " of retained samples" : " of a half"
    }
    return add(
      TrainStep(setting: setting.values, subset: subset), label(setting, name), configuration: parts,
      plugins: [experiment.data[setting.data], setting.architecture])
  }
}
