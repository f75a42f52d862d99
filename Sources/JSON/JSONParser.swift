/// A syntax error in JSON text.
public struct JSONError: Error, Hashable, Sendable {
  /// What was expected.
  public var message: String
  /// The position, in bytes of UTF-8 from the start.
  public var offset: Int
}

/// Parses one JSON text by RFC 8259, keeping the order of object members.
struct JSONParser {

  private static let maximumDepth = 512
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw problem("expected the end of the text") }
    return value
  }

  private func problem(_ message: String, at offset: Int? = nil) -> JSONError {
    JSONError(message: message, offset: offset ?? position)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.maximumDepth else { throw problem("nested deeper than \(Self.maximumDepth) levels") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case nil: throw problem("expected a value, found the end of the text")
    default: return try word()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw problem("expected a key in double quotes") }
      let key = try string()
      guard take(":") else { throw problem("expected ':' after the key") }
      members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw problem("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    if take("]") { return .array(items) }
    repeat { items.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw problem("expected ',' or ']'") }
    return .array(items)
  }

  /// Parses `null`, `true`, `false` or a number.
  private mutating func word() throws(JSONError) -> JSONValue {
    let start = position
    let end = bytes[start...].firstIndex { [0x20, 0x09, 0x0A, 0x0D].contains($0) || ",]}:[{\"".utf8.contains($0) }
    let word = String(decoding: bytes[start..<(end ?? bytes.count)], as: UTF8.self)
    position = end ?? bytes.count
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      if isDecimalInteger(word), let value = Int(word) { return .int(value) }
      let isNumber = isDecimalNumber(word) && !word.hasPrefix("+") && !word.hasPrefix(".")
      guard isNumber, let value = Double(word), value.isFinite else {
        throw problem("expected a value, found \(quoted(word))", at: start)
      }
      return .number(value)
    }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
      case 0..<0x20: throw problem("a control character must be escaped", at: position - 1)
      default: text.append(byte)
      }
    }
    throw problem("the text that starts here is never closed", at: start)
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 1
    guard let byte = current else { throw problem("expected an escape", at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw problem("unknown escape", at: start)
    }
    let first = try unit(from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    // One half of a surrogate pair: the other half must follow as a second escape.
    guard (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: Array("\\u".utf8)) else {
      throw problem("half of a surrogate pair", at: start)
    }
    position += 2
    let second = try unit(from: start)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw problem("half of a surrogate pair", at: start) }
    return scalar
  }

  private mutating func unit(from start: Int) throws(JSONError) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("expected four hexadecimal digits", at: start) }
    position += 4
    return value
  }
}
