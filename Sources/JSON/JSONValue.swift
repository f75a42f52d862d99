/// A JSON value whose objects keep the order of their members.
///
/// Values are equal if their canonical texts are: the order of keys is ignored, and 10 equals 10.0.
public enum JSONValue: Sendable {
  /// No value.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// An integer.
  case int(Int)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object: keys with their values.
  case object([Member])

  /// One key of an object with its value.
  public struct Member: Hashable, Sendable {
    /// The key.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// A key with its value.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The JSON form of `value`: keys in snake_case except those of dictionaries; nil properties are left out.
  ///
  /// A `Float` becomes the number that its description shows, so `Float(0.1)` is 0.1.
  /// - Throws: `EncodingError` for an integer outside the range of `Int`, and errors of `value` itself.
  public init(_ value: some Encodable) throws {
    self = try ValueEncoder.encode(value)
  }

  /// Parses JSON text by RFC 8259; numbers outside the range of `Double` are refused.
  public init(json text: String) throws(JSONError) {
    var parser = JSONParser(text)
    self = try parser.document()
  }

  /// The value of the last member with `key`; nil if this is not an object or has no such key.
  public subscript(key: String) -> JSONValue? { members?.last { $0.key == key }?.value }

  /// The members of an object; nil for other values.
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// The values of an array; nil for other values.
  public var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

  /// The string; nil for other values.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The boolean; nil for other values.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The integer, also if written as 10.0; nil for other values.
  public var int: Int? {
    switch self {
    case .int(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number; nil for other values.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .number(let value): value
    case .string(".inf"): .infinity
    case .string("-.inf"): -.infinity
    case .string(".nan"): .nan
    default: nil
    }
  }

  /// Whether this is `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }
}
