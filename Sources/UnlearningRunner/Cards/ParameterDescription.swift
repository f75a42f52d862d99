import ConfigYAML
import Unlearning

/// The kind of values that a parameter takes.
indirect enum ValueKind: Hashable, CustomStringConvertible {
  case truth, integer, number, text
  case list(ValueKind)
  /// Something that has a form of its own.
  case other

  /// In one or two words.
  var description: String {
    switch self {
    case .truth: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .text: "text"
    case .list(let item): "list of \(item)"
    case .other: "any"
    }
  }

  /// The kind of the values of a Swift type.
  init(_ type: Any.Type) {
    switch type {
    case is Bool.Type: self = .truth
    case is any FixedWidthInteger.Type: self = .integer
    case is any BinaryFloatingPoint.Type: self = .number
    case is String.Type: self = .text
    case let type as any ListOfValues.Type: self = .list(ValueKind(type.itemType))
    case let type as any RawRepresentable.Type: self = ValueKind(Self.rawType(of: type))
    default: self = .other
    }
  }

  private static func rawType<R: RawRepresentable>(of type: R.Type) -> Any.Type { R.RawValue.self }
}

/// One parameter of a plugin, as `runner describe`, `runner list` and the JSON Schema tell of it.
struct ParameterDescription {
  /// In snake_case; dots lead into nested sets.
  var name: String
  var kind: ValueKind
  /// Whether null is a value.
  var isOptional: Bool
  var range: ValueRange
  /// null where there is none.
  var defaultValue: JSONValue
  var summary: String

  /// Every parameter of `type`, in the order of its fields.
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

  /// The type in words: "integer", "number or null", "list of text".
  var typeDescription: String { isOptional ? "\(kind) or null" : "\(kind)" }

  /// The parameter as a JSON object.
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

/// The declared type of a property; a value alone does not tell that of one that is nil.
private struct PropertyType {
  var kind = ValueKind.other
  var isOptional = false

  init(at path: [String], in value: Any) {
    guard let found = Self.value(at: path[...], in: value) else { return }
    var type: Any.Type = Swift.type(of: found)
    if let optional = type as? any OptionalValue.Type {
      isOptional = true
      type = optional.wrappedType
    }
    kind = ValueKind(type)
  }

  private static func value(at path: ArraySlice<String>, in value: Any) -> Any? {
    guard let head = path.first else { return value }
    // Properties are camelCase and fields snake_case, so without underscores they differ in case alone.
    let name = head.filter { $0 != "_" }.lowercased()
    let owner = (value as? any OptionalValue)?.wrappedOrFresh ?? value
    let child = Mirror(reflecting: owner).children.first { $0.label?.lowercased() == name }
    return child.flatMap { Self.value(at: path.dropFirst(), in: $0.value) }
  }
}

private protocol ListOfValues {
  static var itemType: Any.Type { get }
}
extension Array: ListOfValues { static var itemType: Any.Type { Element.self } }
extension Set: ListOfValues { static var itemType: Any.Type { Element.self } }

private protocol OptionalValue {
  static var wrappedType: Any.Type { get }
  /// The value or, for a nested set that is nil, its defaults.
  var wrappedOrFresh: Any? { get }
}
extension Optional: OptionalValue {
  static var wrappedType: Any.Type { Wrapped.self }
  var wrappedOrFresh: Any? { self ?? (Wrapped.self as? any ParameterSet.Type)?.init() }
}
