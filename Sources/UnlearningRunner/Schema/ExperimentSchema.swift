import JSON
import ConfigYAML
import Experiments
import Unlearning

/// The JSON Schema of experiment files, for completion and validation in editors.
///
/// It describes every plugin of a registry. What a schema cannot express, such as the classes of a data set or the
/// equal lengths of a zip, is left to `runner check`.
enum ExperimentSchema {
  /// The schema, draft 2020-12.
  static func schema(of registry: Registry) -> JSONValue {
    let plugins = PluginDescription.all(of: PluginRole.allCases, in: registry)
    let training = ParameterDescription.all(of: OriginalRecipe.self)
    let values = ParameterSchema.definitions(of: plugins.flatMap(\.parameters) + training)
    let blocks = plugins.map { plugin in
      let block = ParameterSchema.block(plugin.parameters)
      return (definitionName(plugin), plugin.role == .methods ? comparable(block) : block)
    }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Experiment file of Lacuna",
      "type": "object",
      "properties": .object(named: properties(plugins, training)),
      "required": .array(ExperimentKey.allCases.filter(\.isRequired).map { .string($0.rawValue) }),
      "additionalProperties": false,
      "$defs": .object(named: [("zip", zip)] + values + blocks),
    ]
  }

  private static func properties(
    _ plugins: [PluginDescription], _ training: [ParameterDescription]
  ) -> [(String, JSONValue)] {
    func list(_ role: PluginRole, _ summary: String) -> JSONValue {
      pluginList(plugins.filter { $0.role == role }, summary)
    }
    return ExperimentKey.allCases.map { key in
      let block: JSONValue =
        switch key {
        case .experiment:
          ["description": "The name of the experiment.", "type": "string", "pattern": "^[\\w.-]+$"]
        case .seeds: seeds
        case .bank: bank
        case .data: list(.datasets, "The data sets.")
        case .validationFraction:
          [
            "description": "The fraction of the training data that is held out for validation.", "type": "number",
            "minimum": 0, "exclusiveMaximum": 1, "default": 0,
          ]
        case .architectures: list(.architectures, "The architectures of the models.")
        case .training: merged("How originals and retrained models are trained.", ParameterSchema.block(training))
        case .forget: forget
        case .methods: list(.methods, "The methods; 'retrain' and the original model are always included.")
        case .attacks: list(.attacks, "The attacks on every model.")
        case .metrics: list(.metrics, "The measurements of every model.")
        case .exclusions: exclusions
        }
      return (key.rawValue, block)
    }
  }

  /// The properties of a block, one for each of its keys.
  private static func properties<Key: BlockKey>(_ schema: (Key) -> JSONValue) -> JSONValue {
    .object(named: Key.allCases.map { ($0.rawValue, schema($0)) })
  }

  private static let bank: JSONValue = [
    "description": """
    So many originals, retrained models and unlearned models of each method are read by attacks and metrics that read \
    several; those of 'seeds' are the first of them, the others have the smallest other seeds and no rows of their own.
    """,
    "type": "object",
    "properties": properties { (key: BankKey) -> JSONValue in
      switch key {
      case .size:
        [
          "description": "The number of models of each kind.", "type": "integer", "minimum": 1,
          "maximum": .int(Experiment.largestBank),
        ]
      case .halves:
        [
          "description": """
          Whether the models of the bank are shadow models for attacks on single samples: each original is trained on a \
          random half of the training set.
          """, "type": "boolean", "default": false,
        ]
      case .forgetsPerModel:
        [
          "description": "The number of forget sets that are drawn for each original of a bank of halves.",
          "type": "integer", "minimum": 1, "maximum": .int(Experiment.mostForgetsPerModel), "default": 1,
        ]
      case .forgetFraction:
        [
          "description": """
          The fraction of the request's samples in an original's half that one of its forget sets has.
          """, "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.5,
        ]
      }
    },
    "required": [.string(BankKey.size.rawValue)], "additionalProperties": false,
  ]

  private static let seeds: JSONValue = [
    "description": """
    An axis of the grid; the retrained models of all seeds are compared with each other. A list holds seeds of \
    training, by which originals are unlearned, too; an object crosses them with seeds of unlearning.
    """,
    "anyOf": [
      seedList,
      [
        "type": "object", "properties": properties { (_: SeedsKey) in seedList },
        "required": [.string(SeedsKey.training.rawValue)], "additionalProperties": false,
      ],
    ],
    "default": [1],
  ]

  private static let exclusions: JSONValue = [
    "description": "Cells that are excluded: those that match all values of one entry.",
    "type": "array",
    "items": [
      "type": "object", "minProperties": 1,
      "additionalProperties": ["type": ["string", "number", "boolean", "null"]],
    ],
  ]

  private static let seedList: JSONValue = [
    "type": "array", "items": ["type": "integer", "minimum": 0], "minItems": 1, "uniqueItems": true,
  ]

  private static let forget: JSONValue = [
    "description": "What the models must forget; an axis of the grid.",
    "type": "array", "minItems": 1,
    "items": [
      "oneOf": .array(
        RequestKey.allCases.map { key in
          switch key {
          case .classes: single(key.rawValue, merged("A class, or several, by name or number.", names))
          case .samples: single(key.rawValue, samples)
          case .group: group
          case .indices:
            single(key.rawValue, ["description": "A file with the numbers of training samples.", "type": "string"])
          }
        })
    ],
  ]

  private static let samples: JSONValue = [
    "description": "Training samples that are drawn at random.",
    "type": "object",
    "properties": properties { (key: SamplesKey) in
      switch key {
      case .fraction: ["type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1]
      case .count: ["type": "integer", "minimum": 1]
      case .seed: drawSeed
      }
    },
    "oneOf": .array([SamplesKey.fraction, .count].map { ["required": [.string($0.rawValue)]] }),
    "additionalProperties": false,
  ]

  /// One name or number, or a list of them.
  static let names: JSONValue = [
    "anyOf": [
      ["type": ["string", "integer"]],
      ["type": "array", "items": ["type": ["string", "integer"]], "minItems": 1, "uniqueItems": true],
    ]
  ]

  private static let group: JSONValue = {
    let one: JSONValue = [
      "type": "object", "properties": properties { (_: GroupKey) in names },
      "required": .array(GroupKey.allCases.map { .string($0.rawValue) }), "additionalProperties": false,
    ]
    return [
      "description": "A fraction of the training samples of groups; a group is a class and a sensitive value.",
      "type": "object",
      "properties": properties { (key: GroupRequestKey) in
        switch key {
        case .group: ["anyOf": [one, ["type": "array", "items": one, "minItems": 1]]]
        case .ratio: ["type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.5]
        case .seed: drawSeed
        }
      },
      "required": [.string(GroupRequestKey.group.rawValue)], "additionalProperties": false,
    ]
  }()

  static let zip: JSONValue = [
    "description": "Parameters that vary together: lists of equal lengths.",
    "type": "object", "minProperties": 2, "additionalProperties": ["type": "array", "minItems": 1],
  ]

  /// The block of a method, which may also choose the retraining that it is compared with.
  private static func comparable(_ block: JSONValue) -> JSONValue {
    let words: JSONValue = ["enum": .array(RetainSampling.allCases.map { .string($0.rawValue) })]
    let sweep: JSONValue = [
      "type": "object",
      "properties": ["sweep": ["type": "array", "items": words, "minItems": 1, "uniqueItems": true]],
      "required": ["sweep"], "additionalProperties": false,
    ]
    let reference: JSONValue = [
      "description": "How the retraining that the method is compared with draws its samples; default: the method's.",
      "anyOf": [words, sweep],
    ]
    return .object(
      (block.members ?? []).map { member in
        guard member.key == "properties", member.value["reference"] == nil else { return member }
        let members = (member.value.members ?? []) + [.init(key: "reference", value: reference)]
        return .init(key: member.key, value: .object(members))
      })
  }

  /// The seed that the draw of samples starts from.
  private static let drawSeed: JSONValue = [
    "description":
      "One draw for all seeds of the grid, several by 'sweep', or 'each' for a draw with every training seed.",
    "anyOf": [
      ["type": "integer", "minimum": 0], ["enum": ["each"]],
      [
        "type": "object", "properties": ["sweep": seedList], "required": ["sweep"], "additionalProperties": false,
      ],
    ],
    "default": 0,
  ]

  /// An object with the one key `name`.
  private static func single(_ name: String, _ value: JSONValue) -> JSONValue {
    [
      "type": "object", "properties": .object(named: [(name, value)]), "required": [.string(name)],
      "additionalProperties": false,
    ]
  }

  /// A list of plugins, each given by name only or with its parameters.
  static func pluginList(_ plugins: [PluginDescription], _ summary: String) -> JSONValue {
    let names = JSONValue.array(plugins.map { .string($0.card.name) })
    let properties = plugins.map { plugin -> (String, JSONValue) in
      let reference: JSONValue = ["$ref": .string("#/$defs/\(definitionName(plugin))")]
      return (
        plugin.card.name,
        [
          "description": .string("\(plugin.card.title). \(plugin.card.summary)"),
          "anyOf": [reference, ["type": "null"]],
        ]
      )
    }
    let withParameters: JSONValue = [
      "type": "object", "properties": .object(named: properties), "minProperties": 1, "maxProperties": 1,
      "additionalProperties": false,
    ]
    return [
      "description": .string(summary), "type": "array", "minItems": 1,
      "items": ["anyOf": [["enum": names], withParameters]],
    ]
  }

  static func definitionName(_ plugin: PluginDescription) -> String {
    "\(plugin.role.singular)-\(plugin.card.name)"
  }

  private static func merged(_ description: String, _ schema: JSONValue) -> JSONValue {
    .object([JSONValue.Member(key: "description", value: .string(description))] + (schema.members ?? []))
  }
}
