import Foundation
public import JSON
public import Unlearning

/// Parameters of a plugin that laws try besides its defaults.
///
/// ```swift
/// Examples([["momentum": 0], ["labels": "any", "training.epochs": 3]])
/// ```
public struct Examples: Sendable {
  /// Changes to the defaults that all examples have, such as the folder of files that a test wrote; by field name.
  public var base: [String: JSONValue]
  /// Changes to `base`, each for an example of its own.
  public var changes: [[String: JSONValue]]
  /// Values of a parameter for `Law.everyParameterActs`, where those that are found from its range will not do.
  public var values: [String: [JSONValue]]
  /// Why a parameter changes nothing on a small problem, by field name.
  public var inert: [String: String]

  /// The defaults, then the defaults with each of `changes`.
  public init(
    _ changes: [[String: JSONValue]] = [], base: [String: JSONValue] = [:], values: [String: [JSONValue]] = [:],
    inert: [String: String] = [:]
  ) {
    (self.changes, self.base, self.values, self.inert) = (changes, base, values, inert)
  }

  /// The examples as plugins.
  ///
  /// - Throws: `ParameterError`, or `DecodingError` where a change is of another type than its parameter.
  func plugins<P: Plugin>(_ type: P.Type) throws -> [P] {
    try ([[:]] + changes).map { try P(P().with(base).with($0)) }
  }
}

extension ParameterSet {
  /// These parameters with other values, by field name: `["training.epochs": 3]`.
  ///
  /// - Throws: `DecodingError` where a value is not of its parameter's type.
  public func with(_ changes: [String: JSONValue]) throws -> Self {
    let values = changes.reduce(try JSONValue(self)) { $0.replacing($1.key.split(separator: ".")[...], by: $1.value) }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Self.self, from: JSONEncoder().encode(values))
  }
}

extension ParameterField {
  /// The kind of its values in `set`.
  func kind(in set: some ParameterSet) -> ValueKind {
    let declared = PropertyType(at: name.split(separator: ".").map(String.init), in: set).kind
    guard declared == .other else { return declared }
    // A set that writes the values of another one among its own has no property of this name.
    return (try? JSONValue(set))?.value(at: name.split(separator: ".")[...])?.kind ?? .other
  }
}

extension JSONValue {
  /// The kind of this value.
  fileprivate var kind: ValueKind {
    switch self {
    case .bool: .truth
    case .int: .integer
    case .number: .number
    case .string: .text
    case .array(let items): .list(items.first?.kind ?? .integer)
    case .null, .object: .other
    }
  }

  /// The value at a path of field names.
  func value(at path: ArraySlice<Substring>) -> JSONValue? {
    path.first.map { self[String($0)]?.value(at: path.dropFirst()) } ?? self
  }

  /// The same with another value at `path`.
  func replacing(_ path: ArraySlice<Substring>, by value: JSONValue) -> JSONValue {
    guard let key = path.first.map(String.init) else { return value }
    let inner = (self[key] ?? [:]).replacing(path.dropFirst(), by: value)
    return .object((members ?? []).filter { $0.key != key } + [Member(key: key, value: inner)])
  }

  /// The paths of all values that are no objects.
  func leaves(below prefix: String = "") -> [String] {
    (members ?? []).flatMap { member in
      let path = prefix + member.key
      return member.value.members == nil ? [path] : member.value.leaves(below: path + ".")
    }
  }
}
