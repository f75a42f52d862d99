import JSON
import ConfigYAML
import Experiments
import Unlearning

/// The JSON Schema of one line of `runner results --format json`.
enum ResultsSchema {
  /// The schema, draft 2020-12.
  static let schema: JSONValue = [
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One measured value of one model",
    "description": """
    One line of 'runner results --format json'. The CSV format has the same columns in the same order, with \
    'parameters' as JSON text and empty fields for null.
    """,
    "type": "object",
    "properties": .object(named: ResultRow.columns.map { ($0, column($0)) }),
    "required": .array(ResultRow.columns.map { .string($0) }),
    "additionalProperties": false,
  ]

  private static func column(_ name: String) -> JSONValue {
    let number: JSONValue = ["number", "null"]
    switch name {
    case "experiment": return ["type": "string", "description": "The name of the experiment."]
    case "data": return ["type": "string", "description": "The data set, with what varies in parentheses."]
    case "architecture": return ["type": "string", "description": "The architecture, with what varies in parentheses."]
    case "forget": return ["type": "string", "description": "The forget request: 'class 1', 'samples 0.1'."]
    case "method":
      return [
        "type": "string",
        "description": "The method; 'original' before unlearning, or an answer without a model, as 'constant answer'.",
      ]
    case "parameters": return ["type": "object", "description": "All parameters of the method, resolved."]
    case "seed":
      return [
        "type": "integer", "minimum": 0, "description": "The seed of the original's or the retrained model's training.",
      ]
    case "unlearning_seed":
      return [
        "type": ["integer", "null"], "minimum": 0,
        "description": "The seed of the method's call; null where nothing is unlearned.",
      ]
    case "forget_seed":
      return [
        "type": ["integer", "null"], "minimum": 0,
        "description": "The seed that draws the forget set; null where the request leaves nothing to chance.",
      ]
    case "kind":
      return choices(ResultKind.allCases.map(\.rawValue), "What found the value; 'note' is the method itself.")
    case "name": return ["type": "string", "description": "<plugin>.<variant or split>, or notes.<name>."]
    case "value": return ["type": number, "description": "The value; rates are fractions in [0, 1]."]
    case "unit":
      let units: [MeasurementUnit] = [.fraction, .seconds, .bytes, .nats]
      return choices(units.map(\.rawValue), "The unit of value, reference and gap.")
    case "direction":
      let directions: [Direction] = [.higher, .lower, .nearest]
      return choices(directions.map(\.rawValue), "Which values are better; 'nearest' is nearest to the reference.")
    case "reference": return ["type": number, "description": "The value of the retrained model of the same seed."]
    case "gap": return ["type": number, "description": "value - reference."]
    case "spread":
      return [
        "type": number,
        "description": """
        The number whose sample standard deviation over seeds is the spread of value: value itself, or where values of \
        seeds share models the jackknife pseudo-value; null where nothing is known of the spread.
        """,
      ]
    case "caveat":
      return [
        "type": ["string", "null"], "description": "Why the value says less than it seems to; null for a sound value.",
      ]
    default: preconditionFailure("the column '\(name)' has no schema")
    }
  }

  private static func choices(_ words: [String], _ description: String) -> JSONValue {
    ["enum": .array(words.map { .string($0) }), "description": .string(description)]
  }
}
