import JSON
import Synchronization

/// One parameter of a plugin: a stored property with its meaning and its range.
///
/// ```swift
/// @Parameter("weight of the forget loss over that of the retain loss", .positive)
/// public var forgetWeight = 1.0
/// ```
///
/// The property's name in snake_case is the key of experiment files, and its value is all that is written of it. Words
/// of an enumeration are their own range. Where it is nil, it is left out, so that a new optional parameter changes no
/// cache key.
@propertyWrapper
public struct Parameter<Value: Codable & Sendable>: Sendable {
  /// The value.
  public var wrappedValue: Value
  /// nil where the value was read: a file says nothing of meanings, and those of the defaults count.
  fileprivate let meaning: ParameterMeaning?

  /// A parameter of this default.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default, written as the property's value.
  ///   - summary: What it means, with its unit.
  ///   - range: The values that make sense; nil for the words of an enumeration, and for `any` of other types.
  ///   - isLocation: See `ParameterField.isLocation`.
  ///   - isFile: See `ParameterField.isFile`.
  public init(
    wrappedValue: Value, _ summary: String, _ range: ValueRange? = nil, isLocation: Bool = false, isFile: Bool = false
  ) {
    let range = range ?? .words(ofAny: Value.self) ?? .any
    self.init(wrappedValue: wrappedValue, ParameterMeaning(summary, range, isLocation: isLocation, isFile: isFile))
  }

  /// A parameter of this default that means the same in several plugins.
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

/// What a parameter means, where several plugins have the same one: `@Parameter(.retainRatio)`.
public struct ParameterMeaning: Sendable, Hashable {
  /// What it means, with its unit.
  public var summary: String
  /// The values that make sense.
  public var range: ValueRange
  /// See `ParameterField.isLocation`.
  public var isLocation: Bool
  /// See `ParameterField.isFile`.
  public var isFile: Bool

  /// A meaning.
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

/// What a plugin has found out from its parameters when it was made, such as the names of a folder's files.
///
/// It is no parameter: neither written nor read, and nil until the plugin's `init(_:)` sets it.
@propertyWrapper
public struct Derived<Value: Sendable>: Sendable, Codable {
  /// What was found.
  public var wrappedValue: Value?

  /// Nothing yet.
  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
  /// Nothing.
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

/// The fields of types that were asked for: a plan asks thousands of times.
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
  /// What it means, where it is one of the defaults.
  var declared: ParameterMeaning? { get }
  /// Its value, an optional one as such.
  var value: Any { get }
}

extension Parameter: WrappedParameter {
  var declared: ParameterMeaning? { meaning }
  var value: Any { wrappedValue }
}
