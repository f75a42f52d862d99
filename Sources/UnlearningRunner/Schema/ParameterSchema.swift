import JSON
import ConfigYAML
import Unlearning

/// JSON Schema of blocks of parameters.
enum ParameterSchema {
  /// The block of all `parameters`; each may be swept.
  static func block(_ parameters: [ParameterDescription]) -> JSONValue { block(parameters, path: "") }

  private static func block(_ parameters: [ParameterDescription], path: String) -> JSONValue {
    var names: [String] = []
    var groups: [String: [ParameterDescription]] = [:]
    for parameter in parameters {
      let name = String(parameter.name.dropFirst(path.count).prefix { $0 != "." })
      if groups[name] == nil { names.append(name) }
      groups[name, default: []].append(parameter)
    }
    let properties = names.map { name -> (String, JSONValue) in
      let members = groups[name] ?? []
      let isLeaf = members.count == 1 && members[0].name == path + name
      return (name, isLeaf ? parameter(members[0]) : block(members, path: path + name + "."))
    }
    let zip: (String, JSONValue) = ("zip", ["$ref": "#/$defs/zip"])
    return ["type": "object", "properties": .object(named: properties + [zip]), "additionalProperties": false]
  }

  private static func parameter(_ parameter: ParameterDescription) -> JSONValue {
    [
      "description": .string(parameter.summary), "default": parameter.defaultValue,
      "$ref": .string("#/$defs/\(definitionName(parameter))"),
    ]
  }

  /// The definitions that the blocks of `parameters` refer to, sorted by name: a value, or an axis of the grid.
  static func definitions(of parameters: [ParameterDescription]) -> [(String, JSONValue)] {
    let pairs = parameters.map { (definitionName($0), valueOrSweep($0)) }
    return Dictionary(pairs) { first, _ in first }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func valueOrSweep(_ parameter: ParameterDescription) -> JSONValue {
    let schema = schema(of: parameter.kind, parameter.range)
    let value = parameter.isOptional ? ["anyOf": [schema, ["type": "null"]]] : schema
    let sweep: JSONValue = [
      "type": "object",
      "properties": ["sweep": ["type": "array", "items": value, "minItems": 1, "uniqueItems": true]],
      "required": ["sweep"], "additionalProperties": false,
    ]
    return ["anyOf": [value, sweep]]
  }

  /// Values of `kind`; each number or word must be in `range`.
  private static func schema(of kind: ValueKind, _ range: ValueRange) -> JSONValue {
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
    case .closed(let low, let high): [("minimum", .number(low)), ("maximum", .number(high))]
    case .halfOpen(let low, let high): [("minimum", .number(low)), ("exclusiveMaximum", .number(high))]
    case .open(let low, let high): [("exclusiveMinimum", .number(low)), ("exclusiveMaximum", .number(high))]
    case .openClosed(let low, let high): [("exclusiveMinimum", .number(low)), ("maximum", .number(high))]
    }
  }

  /// The name of a definition, from type and range: "integer-1-to-8192", "number-or-null-above-0-to-1".
  private static func definitionName(_ parameter: ParameterDescription) -> String {
    func text(_ number: Double) -> String { JSONValue.number(number).description }
    let range =
      switch parameter.range {
      case .any: ""
      case .closed(let low, let high): " \(text(low)) to \(text(high))"
      case .halfOpen(let low, let high): " \(text(low)) to below \(text(high))"
      case .open(let low, let high): " above \(text(low)) to below \(text(high))"
      case .openClosed(let low, let high): " above \(text(low)) to \(text(high))"
      case .oneOf(let words): " " + words.joined(separator: " or ")
      }
    return (parameter.typeDescription + range).replacing(" ", with: "-")
  }
}

extension JSONValue {
  /// An object with its members in this order.
  static func object(named members: [(String, JSONValue)]) -> JSONValue {
    .object(members.map { Member(key: $0.0, value: $0.1) })
  }
}
