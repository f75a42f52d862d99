import JSON
import Unlearning

/// Single steps, and the parts of which their keys are made.
extension PlanBuilder {
  mutating func add(
    _ kind: StepKind, _ label: String, parents: [StepKey], configuration: [KeyPart], plugins: [Variant],
    work: Step.Work
  ) -> StepKey {
    let parts =
      configuration + [
        KeyPart("step", .string(kind.rawValue)), KeyPart("engine", .int(Self.engineVersion)),
        KeyPart("parents", .array(parents.map { .string($0.hex) })),
      ]
    let key = StepKey(canonicalText: KeyPart.canonicalText(parts))
    if known.insert(key).inserted {
      let versions = plugins.map { ($0.name, $0.version) }
      steps.append(
        Step(
          key: key, kind: kind, label: label, parents: parents,
          configuration: .object(parts.map { JSONValue.Member(key: $0.key, value: $0.value) }),
          plugins: Dictionary(versions, uniquingKeysWith: { first, _ in first }), work: work))
    }
    return key
  }

  func label(_ setting: Step.Setting, _ rest: String...) -> String {
    let parts = [experiment.data[setting.data].label, setting.architecture.label, setting.recipe.label] + rest
    return (parts + [setting.seeds.label]).filter { !$0.isEmpty }.joined(separator: " / ")
  }

  func common(_ setting: Step.Setting) -> [KeyPart] { [dataParts[setting.data], validationPart] }

  func modelSetting(_ setting: Step.Setting) -> [KeyPart] {
    common(setting) + [
      architectureParts[setting.architecture.label] ?? KeyPart("architecture", setting.architecture.identity),
      KeyPart("training", setting.recipe.parameters, text: setting.recipe.parametersText),
      KeyPart("seed", .int(setting.seeds.training)),
    ]
  }

  mutating func request(_ setting: Step.Setting) throws -> [KeyPart] {
    let known = requestParts[setting.request]
    let part = try known ?? KeyPart("forget", try JSONValue(setting.request))
    if known == nil { requestParts[setting.request] = part }
    return [part, KeyPart("forget_seed", .int(setting.seeds.forget ?? 0))]
  }

  mutating func part(_ key: String, _ variant: Variant) throws -> KeyPart {
    let name = key + variant.identityText
    if let known = variantParts[name] { return known }
    let part = KeyPart(key, try Self.identity(ofPlugin: variant, &files))
    variantParts[name] = part
    return part
  }

  mutating func addTraining(_ setting: Step.Setting) throws -> StepKey {
    add(
      .train, label(setting, "original"), parents: [], configuration: modelSetting(setting),
      plugins: [experiment.data[setting.data], setting.architecture], work: .train(setting))
  }

  mutating func addUnlearning(
    _ setting: Step.Setting, method: Variant, original: StepKey?
  ) throws -> StepKey {
    let needs = (method.plugin as? any UnlearningMethod).map { type(of: $0).needs } ?? []
    let parent = needs.contains(.originalModel) ? original : nil
    return add(
      .unlearn, label(setting, setting.requestLabel, method.label), parents: parent.map { [$0] } ?? [],
      configuration: modelSetting(setting) + (try request(setting)) + [try part("method", method)]
        + (parent == nil ? [] : [KeyPart("unlearning_seed", .int(setting.seeds.unlearning ?? setting.seeds.training))]),
      plugins: [experiment.data[setting.data], setting.architecture, method],
      work: .unlearn(setting, method: method, original: parent))
  }

  mutating func addPrediction(
    _ setting: Step.Setting, model: StepKey, of name: String, features: Bool
  ) throws -> StepKey {
    add(
      .predict, label(setting, setting.requestLabel, name), parents: [model],
      configuration: common(setting) + (try request(setting)) + [KeyPart("features", .bool(features))],
      plugins: [experiment.data[setting.data], setting.architecture],
      work: .predict(setting, model: model, features: features))
  }
}
