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
    "properties": .object(named: ResultColumn.allCases.map { ($0.rawValue, $0.schema) }),
    "required": .array(ResultRow.columns.map { .string($0) }),
    "additionalProperties": false,
  ]
}
