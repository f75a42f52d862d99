import Data
import JSON
import Unlearning

extension StepKind {
  /// Runs an unlearning method, retraining included.
  public static let unlearn = StepKind(rawValue: "unlearn")
}

/// Runs an unlearning method, or retraining, and stores the model.
package struct UnlearnStep: StepBody {
  package static let kind = StepKind.unlearn
  package static let weight = 20.0
  package var setting: StepSetting
  package var method: Configured
  /// nil for a method that starts from random parameters.
  package var original: StepKey?
  /// What a shadow model forgets; nil for the samples of the request.
  package var draw: ShadowDraw?

  package var inputs: [StepKey] { original.map { [$0] } ?? [] }

  /// The work of a method with a recipe: one pass per epoch over forget and retain set; additional passes are not
  /// counted.
  package func work(with plugins: PluginMaker) throws -> StepWork {
    // Retraining, the only method without an original model, uses the recipe of originals.
    let recipe = try original == nil ? setting.recipe.steps : plugins.method(method).recipe
    guard let recipe else { return StepWork(unknownMethod: method.name) }
    return .training(recipe, on: draw == nil ? 1 : 0.5)
  }

  /// Checks the record, which contains the notes; the model is verified only when a step reads it.
  package func check(_ key: StepKey, in store: Store) throws(StoreError) { _ = try store.record(of: key) }

  package func run(on bench: Bench) throws -> Artifact {
    let method = try bench.plugins.method(method)
    let split = try draw.map { try bench.shadowSplit(setting, $0) } ?? bench.split(setting)
    // A method that starts from random parameters gets a random model, so that it cannot read the original by mistake.
    let start = try original.map { try bench.model($0, setting) } ?? bench.freshModel(setting)
    return try bench.call(setting, forgetting: setting.request) { run in
      try method.apply(to: start, forget: split.forgetTrain, retain: split.retainTrain, run: run)
    }
  }
}

extension PlanBuilder {
  /// Plans the call of `method` on the model of `original`, where the method reads one.
  ///
  /// - Parameter draw: What a shadow model forgets; nil for the samples of the request.
  mutating func addUnlearning(
    _ setting: Setting, method: Variant, original: StepKey?, draw: ShadowDraw? = nil
  ) throws -> StepKey {
    let parent = method.startsFromOriginal ? original : nil
    return add(
      UnlearnStep(setting: setting.values, method: method.configured, original: parent, draw: draw),
      label(setting, setting.values.requestLabel, method.label + Self.text(draw)),
      configuration: modelSetting(setting) + (try request(setting)) + [try part("method", method)]
        + (parent == nil ? [] : [KeyPart("unlearning_seed", .int(setting.seeds.ofCall))])
        + (try draw.map { [KeyPart("shadow", try JSONValue($0))] } ?? []),
      plugins: [experiment.data[setting.data], setting.architecture, method])
  }

  /// " of a half", " of a half, forget set 2"; empty for a model that is no shadow model.
  static func text(_ draw: ShadowDraw?) -> String {
    guard let draw else { return "" }
    return draw.number == 0 ? " of a half" : " of a half, forget set \(draw.number + 1)"
  }
}
