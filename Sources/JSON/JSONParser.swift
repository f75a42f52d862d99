/// Parses one JSON text by RFC 8259, keeping the order of object members.
struct JSONParser {
  private static let maximumDepth = 512
  private var scanner: JSONScanner<JSONError>

  init(_ text: String) {
    let bytes = Array(text.utf8)
    scanner = JSONScanner(bytes: bytes, range: bytes.indices)
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try Self.value(&scanner, depth: 0)
    try scanner.end()
    return value
  }

  private static func value(_ scanner: inout JSONScanner<JSONError>, depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= maximumDepth else {
      throw scanner.unexpected(expected: "at most \(maximumDepth) levels of brackets")
    }
    switch scanner.next() {
    case UInt8(ascii: "{"):
      var members: [JSONValue.Member] = []
      try scanner.object { scanner, key, _ throws(JSONError) in
        members.append(JSONValue.Member(key: key, value: try value(&scanner, depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      return .array(try scanner.array { scanner throws(JSONError) in try value(&scanner, depth: depth + 1) })
    case UInt8(ascii: "\""): return .string(try scanner.string())
    case nil: throw scanner.unexpected(expected: "a value")
    default: return try word(&scanner)
    }
  }

  /// Parses `null`, `true`, `false` or a number.
  private static func word(_ scanner: inout JSONScanner<JSONError>) throws(JSONError) -> JSONValue {
    let (word, offset) = scanner.word()
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      let isNumber = isDecimalNumber(word) && !word.hasPrefix("+") && !word.hasPrefix(".")
      if isNumber, isDecimalInteger(word), let value = Int(word) { return .int(value) }
      guard isNumber, let value = Double(word), value.isFinite else {
        throw JSONError(expected: "a value", found: quoted(word), offset: offset)
      }
      return .number(value)
    }
  }
}
