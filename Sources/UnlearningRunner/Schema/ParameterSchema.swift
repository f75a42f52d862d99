import ConfigYAML
import Unlearning

/// JSON Schema of blocks of parameters.
enum ParameterSchema {
  /// The block of all `parameters`, which may sweep each of them.
  static func block(_ parameters: [ParameterDescription]) -> JSONValue {
    block(parameters, path: "", allowsZip: true)
  }

  private static func block(_ parameters: [ParameterDescription], path: String, allowsZip: Bool) -> JSONValue {
    var names: [String] = []
    var groups: [String: [ParameterDescription]] = [:]
    for parameter in parameters {
      let name = String(parameter.name.dropFirst(path.count).prefix { $0 != "." })
      if groups[name] == nil { names.append(name) }
      groups[name, default: []].append(parameter)
    }
    var properties = names.map { name -> (String, JSONValue) in
      let members = groups[name] ?? []
      let isLeaf = members.count == 1 && members[0].name == path + name
      return (name, isLeaf ? parameter(members[0]) : block(members, path: path + name + ".", allowsZip: true))
    }
    if allowsZip { properties.append(("zip", ["$ref": "#/$defs/zip"])) }
    return ["type": "object", "properties": .object(named: properties), "additionalProperties": false]
  }

  /// One value, or an axis of the grid.
  private static func parameter(_ parameter: ParameterDescription) -> JSONValue {
    let value = valueSchema(parameter)
    let sweep: JSONValue = [
      "type": "object",
      "properties": ["sweep": ["type": "array", "items": value, "minItems": 1, "uniqueItems": true]],
      "required": ["sweep"], "additionalProperties": false,
    ]
    return [
      "description": .string(parameter.summary), "default": parameter.defaultValue, "anyOf": [value, sweep],
    ]
  }

  private static func valueSchema(_ parameter: ParameterDescription) -> JSONValue {
    let schema = schema(of: parameter.kind, parameter.range)
    return parameter.isOptional ? ["anyOf": [schema, ["type": "null"]]] : schema
  }

  /// Values of `kind`, each single one of them in `range`.
  static func schema(of kind: ValueKind, _ range: ValueRange) -> JSONValue {
    switch kind {
    case .truth: return ["type": "boolean"]
    case .integer: return .object(named: [("type", "integer")] + limits(range))
    case .number: return .object(named: [("type", "number")] + limits(range))
    case .text:
      if case .oneOf(let words) = range { return ["enum": .array(words.map { .string($0) })] }
      return ["type": "string"]
    case .list(let item): return ["type": "array", "items": schema(of: item, range)]
    case .other: return [:]
    }
  }

  private static func limits(_ range: ValueRange) -> [(String, JSONValue)] {
    switch range {
    case .any, .oneOf: []
    case .above(let low): [("exclusiveMinimum", .number(low))]
    case .atLeast(let low): [("minimum", .number(low))]
    case .closed(let low, let high): [("minimum", .number(low)), ("maximum", .number(high))]
    case .halfOpen(let low, let high): [("minimum", .number(low)), ("exclusiveMaximum", .number(high))]
    case .open(let low, let high): [("exclusiveMinimum", .number(low)), ("exclusiveMaximum", .number(high))]
    case .openClosed(let low, let high): [("exclusiveMinimum", .number(low)), ("maximum", .number(high))]
    }
  }
}

extension JSONValue {
  /// An object in the order of `members`.
  static func object(named members: [(String, JSONValue)]) -> JSONValue {
    .object(members.map { Member(key: $0.0, value: $0.1) })
  }
}
