/// The kind of values that a parameter takes.
package indirect enum ValueKind: Hashable, CustomStringConvertible {
  case truth, integer, number, text
  case list(ValueKind)
  /// A type with its own coding, such as a nested object.
  case other

  /// The kind in one or two words, for messages.
  package var description: String {
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
  package init(_ type: Any.Type) {
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

  /// Whether the values, or the elements of a list, are numbers.
  package var isNumeric: Bool {
    switch self {
    case .integer, .number: true
    case .list(let item): item.isNumeric
    case .truth, .text, .other: false
    }
  }

  private static func rawType<R: RawRepresentable>(of type: R.Type) -> Any.Type { R.RawValue.self }
}

/// The declared type of a property, which a nil value does not reveal.
package struct PropertyType {
  /// The kind of its values.
  package private(set) var kind = ValueKind.other
  /// Whether null is a value.
  package private(set) var isOptional = false

  /// The property at `path`, in snake_case, of the parameter set `value`.
  package init(at path: [String], in value: Any) {
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
    // A wrapped property is stored as `_name`.
    let child = Mirror(reflecting: owner).children.first { $0.label?.filter { $0 != "_" }.lowercased() == name }
    return child.flatMap { child in
      Self.value(at: path.dropFirst(), in: (child.value as? any WrappedParameter)?.value ?? child.value)
    }
  }
}

protocol ListOfValues {
  static var itemType: Any.Type { get }
}
extension Array: ListOfValues { static var itemType: Any.Type { Element.self } }
extension Set: ListOfValues { static var itemType: Any.Type { Element.self } }

protocol OptionalValue {
  static var wrappedType: Any.Type { get }
  /// The value or, for a nested set that is nil, its defaults.
  var wrappedOrFresh: Any? { get }
}
extension Optional: OptionalValue {
  static var wrappedType: Any.Type { Wrapped.self }
  var wrappedOrFresh: Any? { self ?? (Wrapped.self as? any ParameterSet.Type)?.init() }
}
