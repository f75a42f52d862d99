import Data
import JSON
import Unlearning

extension StepKind {
  /// Runs a method.
  public static let unlearn = StepKind(rawValue: "unlearn")
}

/// Runs a method, retraining among them.
package struct UnlearnStep: StepBody {
  package static let kind = StepKind.unlearn
  package static let weight = 20.0
  package var setting: StepSetting
  package var method: Configured
  /// nil for a method that starts from random parameters.
  package var original: StepKey?

  package var inputs: [StepKey] { original.map { [$0] } ?? [] }

  /// A method with a recipe passes all training samples, forgotten and retained, once an epoch; passes of its own beside
  /// these are not counted.
  package func work(with plugins: PluginMaker) throws -> StepWork {
    // Retraining takes the recipe of originals; it is the one kind of method that needs none of these.
    if original == nil { return .training(setting.recipe.steps) }
    return try plugins.method(method).recipe.map(StepWork.training) ?? StepWork(unknownMethod: method.name)
  }

  /// Its notes are in the record; the model is only looked at when a step reads it.
  package func check(_ key: StepKey, in store: Store) throws(StoreError) { _ = try store.record(of: key) }

  package func run(on bench: Bench) throws -> Artefact {
    let method = try bench.plugins.method(method)
    let split = try bench.split(setting)
    // A method that starts from random parameters gets a fresh model, so that it cannot read the original by mistake.
    let start = try original.map { try bench.model($0, setting) } ?? bench.freshModel(setting)
    return try bench.call(setting, forgottenClasses: split.forgottenClasses) { run in
      try method.apply(to: start, forget: split.forgetTrain, retain: split.retainTrain, run: run)
    }
  }
}

extension PlanBuilder {
  /// Plans the call of `method` on the model of `original`, where the method reads one.
  mutating func addUnlearning(_ setting: Setting, method: Variant, original: StepKey?) throws -> StepKey {
    let parent = method.startsFromOriginal ? original : nil
    return add(
      UnlearnStep(setting: values(of: setting), method: method.configured, original: parent),
      label(setting, setting.requestLabel, method.label),
      configuration: modelSetting(setting) + (try request(setting)) + [try part("method", method)]
        + (parent == nil ? [] : [KeyPart("unlearning_seed", .int(setting.seeds.ofCall))]),
      plugins: [experiment.data[setting.data], setting.architecture, method])
  }
}
