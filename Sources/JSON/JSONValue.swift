/// A JSON value whose objects keep their order.
///
/// Two values are equal when their canonical texts are: the order of keys does not count, and 10 equals 10.0.
public enum JSONValue: Sendable {
  /// No value.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// Any other number.
  case number(Double)
  /// A text.
  case string(String)
  /// A list of values.
  case array([JSONValue])
  /// Names with their values.
  case object([Member])

  /// One name of an object with its value.
  public struct Member: Hashable, Sendable {
    /// The name.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// A name with its value.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The JSON form of `value`: keys in snake_case except those of dictionaries, no entry for a nil property.
  ///
  /// A `Float` becomes the number that is printed for it, so `Float(0.1)` is 0.1.
  /// - Throws: `EncodingError` for an integer outside the range of `Int`, and what `value` itself throws.
  public init(_ value: some Encodable) throws {
    self = try ValueEncoder.encode(value)
  }

  /// Reads JSON text by RFC 8259; numbers that no `Double` holds are refused.
  public init(json text: String) throws(JSONError) {
    var parser = JSONParser(text)
    self = try parser.document()
  }

  /// The value of `key`, or of its last occurrence; nil if this is no object or has no such key.
  public subscript(key: String) -> JSONValue? { members?.last { $0.key == key }?.value }

  /// The members of an object; nil for other values.
  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// The values of an array; nil for other values.
  public var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

  /// The text; nil for other values.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The truth value; nil for other values.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The whole number, also one written as 10.0; nil for other values.
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
