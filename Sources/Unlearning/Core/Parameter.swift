import JSON
import Synchronization

/// One parameter of a plugin: a stored property with its meaning and its range.
///
/// ```swift
/// @Parameter("weight of the forget loss over that of the retain loss", .positive)
/// public var forgetWeight = 1.0
/// ```
///
/// The property's name in snake_case is the key in experiment files; only its value is encoded. The range of an
/// enumeration is the list of its raw values. nil is not encoded, so that a new optional parameter changes no cache
/// key.
@propertyWrapper
public struct Parameter<Value: Codable & Sendable>: Sendable {
  /// The current value; decoding replaces the default.
  public var wrappedValue: Value
  /// nil where the value was decoded: files contain no meanings; those of the default instance apply.
  fileprivate let meaning: ParameterMeaning?

  /// Declares a parameter with a default.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default, written as the property's value.
  ///   - summary: What it means, with its unit.
  ///   - range: The allowed values; nil for the raw values of an enumeration, `any` for other types.
  ///   - isLocation: See `ParameterField.isLocation`.
  ///   - isFile: See `ParameterField.isFile`.
  public init(
    wrappedValue: Value, _ summary: String, _ range: ValueRange? = nil, isLocation: Bool = false, isFile: Bool = false
  ) {
    let range = range ?? .words(ofAny: Value.self) ?? .any
    self.init(wrappedValue: wrappedValue, ParameterMeaning(summary, range, isLocation: isLocation, isFile: isFile))
  }

  /// Declares a parameter with a default and a meaning that several plugins share.
  public init(wrappedValue: Value, _ meaning: ParameterMeaning) {
    self.wrappedValue = wrappedValue
    self.meaning = meaning
  }

  fileprivate init(read value: Value) {
    wrappedValue = value
    meaning = nil
  }
}

extension ValueRange {
  /// The words of an enumeration.
  public static func words<Word: CaseIterable & RawRepresentable>(of type: Word.Type) -> ValueRange
  where Word.RawValue == String { .oneOf(type.allCases.map(\.rawValue)) }

  /// The words of an enumeration, also of optional ones and lists of them; nil for other types.
  fileprivate static func words(ofAny type: Any.Type) -> ValueRange? {
    func words<Word: CaseIterable & RawRepresentable>(_ type: Word.Type) -> ValueRange? {
      let words = type.allCases.compactMap { $0.rawValue as? String }
      return words.isEmpty ? nil : .oneOf(words)
    }
    if let optional = type as? any OptionalValue.Type { return Self.words(ofAny: optional.wrappedType) }
    if let list = type as? any ListOfValues.Type { return Self.words(ofAny: list.itemType) }
    return (type as? any (CaseIterable & RawRepresentable).Type).flatMap { words($0) }
  }
}

/// A meaning shared by parameters of several plugins: `@Parameter(.retainRatio)`.
public struct ParameterMeaning: Sendable, Hashable {
  /// What it means, with its unit.
  public var summary: String
  /// The allowed values.
  public var range: ValueRange
  /// See `ParameterField.isLocation`.
  public var isLocation: Bool
  /// See `ParameterField.isFile`.
  public var isFile: Bool

  /// A meaning with its unit in `summary`; every value is allowed by default.
  public init(_ summary: String, _ range: ValueRange = .any, isLocation: Bool = false, isFile: Bool = false) {
    (self.summary, self.range, self.isLocation, self.isFile) = (summary, range, isLocation, isFile)
  }
}

extension Parameter: Equatable where Value: Equatable {
  /// Whether the values are equal.
  public static func == (a: Parameter, b: Parameter) -> Bool { a.wrappedValue == b.wrappedValue }
}

extension Parameter: Hashable where Value: Hashable {
  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Parameter: Codable {
  /// Reads the value.
  public init(from decoder: any Decoder) throws {
    self.init(read: try decoder.singleValueContainer().decode(Value.self))
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

// The compiler's own code for a wrapped property finds these by its type, and nil stays out of the text.
extension KeyedEncodingContainer {
  /// Writes the value unless it is nil.
  public mutating func encode<Value>(_ parameter: Parameter<Value?>, forKey key: Key) throws {
    try encodeIfPresent(parameter.wrappedValue, forKey: key)
  }
}

extension KeyedDecodingContainer {
  /// Reads the value, nil where there is none.
  public func decode<Value>(_ type: Parameter<Value?>.Type, forKey key: Key) throws -> Parameter<Value?> {
    Parameter(read: try decodeIfPresent(Value.self, forKey: key))
  }
}

/// A value that a plugin derives from its parameters when it is made, such as the names of a folder's files.
///
/// It is no parameter: it is neither encoded nor decoded, and nil until the plugin's `init(_:)` sets it.
@propertyWrapper
public struct Derived<Value: Sendable>: Sendable, Codable {
  /// The derived value; nil before `init(_:)` has set it.
  public var wrappedValue: Value?

  /// Not yet derived.
  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
  /// Decodes nothing: the value is nil.
  public init(from decoder: any Decoder) throws { wrappedValue = nil }
  /// Writes nothing.
  public func encode(to encoder: any Encoder) throws {}
}

extension KeyedEncodingContainer {
  /// Writes nothing.
  public mutating func encode<Value>(_ derived: Derived<Value>, forKey key: Key) throws {}
}

extension KeyedDecodingContainer {
  /// Reads nothing.
  public func decode<Value>(_ type: Derived<Value>.Type, forKey key: Key) throws -> Derived<Value> {
    Derived(wrappedValue: nil)
  }
}

extension ParameterSet {
  /// The fields of all properties, in their order: those with `@Parameter`, and those of nested sets below their names.
  public static var fields: [ParameterField] { FieldTable.shared.fields(of: Self.self) }
}

/// A cache of the fields by type: planning looks them up thousands of times.
private final class FieldTable: Sendable {
  static let shared = FieldTable()
  private let known = Mutex<[ObjectIdentifier: [ParameterField]]>([:])

  func fields<Values: ParameterSet>(of type: Values.Type) -> [ParameterField] {
    let id = ObjectIdentifier(type)
    if let fields = known.withLock({ $0[id] }) { return fields }
    let fields = Mirror(reflecting: Values()).children.flatMap { child -> [ParameterField] in
      let label = child.label ?? ""
      if let parameter = child.value as? any WrappedParameter, let meaning = parameter.declared {
        return [
          ParameterField(
            snakeCase(String(label.dropFirst())), meaning.summary, meaning.range, isLocation: meaning.isLocation,
            isFile: meaning.isFile)
        ]
      }
      if child.value is any DerivedState { return [] }
      guard let set = child.value as? any ParameterSet else {
        preconditionFailure("'\(label)' of \(type) is neither a @Parameter nor a set of parameters")
      }
      return Swift.type(of: set).fields.map { $0.below(snakeCase(label)) }
    }
    known.withLock { $0[id] = fields }
    return fields
  }
}

/// Derived state of any type.
private protocol DerivedState {}
extension Derived: DerivedState {}

/// A parameter of any type.
protocol WrappedParameter {
  /// The declared meaning; nil for a decoded parameter.
  var declared: ParameterMeaning? { get }
  /// Its value, an optional one as such.
  var value: Any { get }
}

extension Parameter: WrappedParameter {
  var declared: ParameterMeaning? { meaning }
  var value: Any { wrappedValue }
}
