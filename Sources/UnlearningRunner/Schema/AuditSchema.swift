import Experiments
import JSON
import Unlearning

/// The JSON Schema of audit files, for completion and validation in editors.
enum AuditSchema {
  /// The schema, draft 2020-12.
  static func schema(of registry: Registry) -> JSONValue {
    let plugins = PluginDescription.all(of: [.attacks, .metrics], in: registry)
    let properties = AuditKey.allCases.map { ($0.rawValue, block($0, plugins)) }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Audit file of Lacuna",
      "type": "object",
      "properties": .object(named: properties),
      "required": .array(AuditKey.allCases.filter(\.isRequired).map { .string($0.rawValue) }),
      "anyOf": .array([AuditKey.attacks, .metrics].map { ["required": [.string($0.rawValue)]] }),
      "additionalProperties": false,
      "$defs": .object(
        named: [("zip", ExperimentSchema.zip), ("array", array), ("models", models)]
          + ParameterSchema.definitions(of: plugins.flatMap(\.parameters))
          + plugins.map { (ExperimentSchema.definitionName($0), ParameterSchema.block($0.parameters)) }),
    ]
  }

  private static func block(_ key: AuditKey, _ plugins: [PluginDescription]) -> JSONValue {
    func text(_ description: String) -> JSONValue { ["description": .string(description), "type": "string"] }
    func reference(_ name: String, _ description: String) -> JSONValue {
      ["description": .string(description), "$ref": .string("#/$defs/\(name)")]
    }
    func list(_ role: PluginRole, _ summary: String) -> JSONValue {
      ExperimentSchema.pluginList(plugins.filter { $0.role == role }, summary)
    }
    switch key {
    case .audit: return ["description": "The name of the audit.", "type": "string", "pattern": "^[\\w.-]+$"]
    case .data: return text("The data set, as tables call it; default: the name of the audit.")
    case .architecture: return text("The architecture, as tables call it.")
    case .classes:
      return [
        "description": "The names of the classes, by label, or their number.",
        "anyOf": [
          ["type": "integer", "minimum": 2],
          ["type": "array", "items": ["type": ["string", "integer"]], "minItems": 2, "uniqueItems": true],
        ],
      ]
    case .scores:
      return [
        "description": """
        What the arrays of models hold: logits [models, samples, classes], or margins [models, samples], the log-odds of \
        the label, which some attacks can read alone.
        """,
        "enum": .array(ScoreKind.allCases.map { .string($0.rawValue) }), "default": .string(ScoreKind.logits.rawValue),
      ]
    case .labels: return reference("array", "The labels of the samples, integers from 0.")
    case .parts:
      let numbers = Part.allCases.enumerated().map { "\($0.offset) for \($0.element.rawValue)" }
      return reference("array", "The part of each sample: \(numbers.joined(separator: ", ")), -1 for none.")
    case .forget:
      return [
        "description": "The forgotten classes; without them the samples of forget_train are forgotten.",
        "type": "object", "properties": .object(named: [(RequestKey.classes.rawValue, ExperimentSchema.names)]),
        "required": [.string(RequestKey.classes.rawValue)], "additionalProperties": false,
      ]
    case .models:
      return [
        "description": "The number of models of each kind, the first ones; default: all, which must be equally many.",
        "type": "integer", "minimum": 1, "maximum": .int(Experiment.largestBank),
      ]
    case .originals: return reference("models", "The models before unlearning.")
    case .retrained: return reference("models", "The models retrained without the forget set.")
    case .methods:
      return [
        "description": "The models that methods made, by the name of the method.", "type": "object",
        "minProperties": 1, "additionalProperties": ["$ref": "#/$defs/models"],
      ]
    case .shadows:
      return [
        "description": "Models of random halves of the training set, for attacks on single samples.", "type": "object",
        "properties": .object(
          named: ShadowKey.allCases.map { key in
            let block: JSONValue =
              switch key {
              case .originals: reference("models", "The originals, each trained on its own half.")
              case .membership:
                reference("array", "[originals, samples], whether the original was trained on the sample.")
              case .forgotten: reference("array", "[models, samples], whether the model has forgotten the sample.")
              case .originalsOf:
                reference("array", "[models], the index of each model's original; default: its own index.")
              case .methods:
                [
                  "description": "The unlearned models, by the name of the method, and of 'retrain'.",
                  "type": "object", "minProperties": 1, "additionalProperties": ["$ref": "#/$defs/models"],
                ]
              }
            return (key.rawValue, block)
          }),
        "required": .array(
          ShadowKey.allCases.filter { $0 != .originalsOf }.map { .string($0.rawValue) }),
        "additionalProperties": false,
      ]
    case .attacks: return list(.attacks, "The attacks on every model.")
    case .metrics: return list(.metrics, "The measurements of every model.")
    }
  }

  private static let array: JSONValue = [
    "description": "A file with one array, or an array of a file.",
    "anyOf": [
      ["type": "string"],
      [
        "type": "object", "properties": .object(named: ArrayKey.allCases.map { ($0.rawValue, ["type": "string"]) }),
        "required": [.string(ArrayKey.file.rawValue)], "additionalProperties": false,
      ],
    ],
  ]

  private static let models: JSONValue = [
    "anyOf": [
      ["$ref": "#/$defs/array"], ["type": "array", "items": ["$ref": "#/$defs/array"], "minItems": 1],
    ]
  ]
}
