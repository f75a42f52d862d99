import JSON
import ConfigYAML
import Unlearning

/// One parameter of a plugin, for `runner describe`, `runner list` and the JSON Schema.
struct ParameterDescription {
  /// In snake_case; dots separate nested sets.
  var name: String
  var kind: ValueKind
  /// Whether null is allowed.
  var isOptional: Bool
  var range: ValueRange
  /// null if there is none.
  var defaultValue: JSONValue
  var summary: String

  /// All parameters of `type`, in the order of its fields.
  static func all<P: ParameterSet>(of type: P.Type) -> [ParameterDescription] {
    let defaults = P()
    let values = (try? JSONValue(defaults)) ?? .null
    return P.fields.map { field in
      let path = field.name.split(separator: ".").map(String.init)
      let property = PropertyType(at: path, in: defaults)
      return ParameterDescription(
        name: field.name, kind: property.kind, isOptional: property.isOptional, range: field.range,
        defaultValue: path.reduce(values) { $0[$1] ?? .null }, summary: field.summary)
    }
  }

  /// The type for display: "integer", "number or null", "list of text".
  var typeDescription: String { isOptional ? "\(kind) or null" : "\(kind)" }

  /// As a JSON object.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(name)), ("type", .string(kind.description)), ("optional", .bool(isOptional)),
      ("default", defaultValue), ("summary", .string(summary)),
    ]
    if range != .any { members.insert(("range", .string(range.requirement)), at: 3) }
    if case .oneOf(let words) = range { members.insert(("choices", .array(words.map { .string($0) })), at: 4) }
    return .object(members.map { JSONValue.Member(key: $0.0, value: $0.1) })
  }
}
