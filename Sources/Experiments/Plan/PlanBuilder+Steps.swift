package import JSON
import Unlearning

/// Single steps, and the parts of their keys.
extension PlanBuilder {
  /// Adds a step, unless one with the same key exists.
  ///
  /// - Parameters:
  ///   - configuration: Everything that the result depends on besides kind, engine and parents.
  ///   - plugins: The plugins that the step runs.
  mutating func add(
    _ body: some StepBody, _ label: String, configuration: [KeyPart], plugins: [Variant]
  ) -> StepKey {
    let parts =
      configuration + [
        KeyPart("step", .string(type(of: body).kind.rawValue)), KeyPart("engine", .int(Self.engineVersion)),
        KeyPart("parents", .array(body.inputs.map { .string($0.hex) })),
      ]
    let key = StepKey(canonicalText: KeyPart.canonicalText(parts))
    if known.insert(key).inserted {
      let versions = plugins.map { ($0.name, $0.version) }
      steps.append(
        Step(
          key: key, label: label, configuration: .object(parts.map { JSONValue.Member(key: $0.key, value: $0.value) }),
          plugins: Dictionary(versions, uniquingKeysWith: { first, _ in first }), body: body))
    }
    return key
  }

  /// Adds a step with a result that users read; its key depends on data and request of `setting` and `configuration`.
  package mutating func addResult(
    _ body: some StepBody, _ name: String, _ setting: Setting, configuration: [String: JSONValue] = [:]
  ) throws -> StepKey {
    let parts = common(setting) + (try request(setting)) + configuration.map { KeyPart($0.key, $0.value) }
    let key = add(
      body, label(setting, setting.values.requestLabel, name), configuration: parts,
      plugins: [experiment.data[setting.data], setting.architecture])
    results.insert(key)
    return key
  }

  func label(_ setting: Setting, _ rest: String...) -> String {
    label(setting, rest, experiment.seeds.label(setting.seeds))
  }

  func label(_ setting: Setting, _ rest: [String], _ models: String) -> String {
    let parts = [experiment.data[setting.data].label, setting.architecture.label, setting.recipe.label] + rest
    return (parts + [models]).filter { !$0.isEmpty }.joined(separator: " / ")
  }

  func common(_ setting: Setting) -> [KeyPart] { [dataParts[setting.data], validationPart] }

  func modelSetting(_ setting: Setting) -> [KeyPart] {
    common(setting) + [
      architectureParts[setting.architecture.label] ?? KeyPart("architecture", setting.architecture.identity),
      KeyPart("training", setting.recipe.parameters, text: setting.recipe.parametersText),
      KeyPart("seed", .int(setting.seeds.training)),
    ]
  }

  mutating func request(_ setting: Setting) throws -> [KeyPart] {
    let known = requestParts[setting.values.request]
    let part = try known ?? KeyPart("forget", try JSONValue(setting.values.request))
    if known == nil { requestParts[setting.values.request] = part }
    return [part, KeyPart("forget_seed", .int(setting.seeds.ofDraw))]
  }

  mutating func part(_ key: String, _ variant: Variant) throws -> KeyPart {
    let name = key + variant.identityText
    if let known = variantParts[name] { return known }
    let part = KeyPart(key, try Self.identity(ofPlugin: variant, &files))
    variantParts[name] = part
    return part
  }
}
