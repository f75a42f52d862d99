/// A syntax error in JSON text.
public struct JSONError: Error, Hashable, Sendable {
  /// What was expected.
  public let expected: String
  /// What was found in its place.
  public let found: String
  /// The position, in bytes of UTF-8 from the start.
  public let offset: Int

  /// What was expected and found.
  public var message: String { "expected \(expected), found \(found)" }
}

/// The error of a reader of JSON: one of its cases is that of the syntax.
package protocol JSONSyntaxFailure: Error {
  init(syntax: JSONError)
}

extension JSONError: JSONSyntaxFailure {
  package init(syntax: JSONError) { self = syntax }
}

/// Parses JSON by RFC 8259 piece by piece, for readers that know what must follow; keeps no tree.
package struct JSONScanner<Failure: JSONSyntaxFailure> {
  private let bytes: [UInt8]
  private let limit: Int
  private var position: Int

  /// Parses `range` of `bytes`; offsets in errors count from the first of the bytes.
  package init(bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    limit = range.upperBound
  }

  /// Whether the next byte is `character`; spaces are not skipped.
  package func startsWith(_ character: Unicode.Scalar) -> Bool { current == UInt8(ascii: character) }

  /// Requires that only spaces follow.
  package mutating func end() throws(Failure) {
    skipSpace()
    guard position == limit else { throw unexpected(expected: "the end of the text") }
  }

  /// Parses an object; `member` gets each name and its offset, and parses the value.
  ///
  /// A name that occurs twice is an error: RFC 8259 leaves open which value counts.
  package mutating func object(
    member: (inout JSONScanner, String, Int) throws(Failure) -> Void
  ) throws(Failure) {
    try expect("{")
    if take("}") { return }
    var names: Set<String> = []
    repeat {
      skipSpace()
      let offset = position
      let name = try string()
      guard names.insert(name).inserted else {
        throw Self.failure(expected: "each name once", found: "'\(name)' again", at: offset)
      }
      try expect(":")
      try member(&self, name, offset)
    } while take(",")
    guard take("}") else { throw unexpected(expected: "',' or '}'") }
  }

  /// Parses an array; `item` parses each value.
  package mutating func array<Item>(
    item: (inout JSONScanner) throws(Failure) -> Item
  ) throws(Failure) -> [Item] {
    try expect("[")
    var items: [Item] = []
    if take("]") { return items }
    repeat { items.append(try item(&self)) } while take(",")
    guard take("]") else { throw unexpected(expected: "',' or ']'") }
    return items
  }

  /// Parses an array of integers ≥ 0.
  package mutating func integers() throws(Failure) -> [Int] {
    try array { scanner throws(Failure) in try scanner.integer() }
  }

  /// The next byte after spaces; nil at the end.
  package mutating func next() -> UInt8? {
    skipSpace()
    return current
  }

  /// Parses what is neither in quotes nor in brackets, up to the next space, comma or bracket, and its offset.
  package mutating func word() -> (text: String, offset: Int) {
    skipSpace()
    let start = position
    while let byte = current, !Self.isSpace(byte), !",]}:[{\"".utf8.contains(byte) { position += 1 }
    return (String(decoding: bytes[start..<position], as: UTF8.self), start)
  }

  /// Parses a string in double quotes.
  package mutating func string() throws(Failure) -> String {
    skipSpace()
    guard startsWith("\"") else { throw unexpected(expected: "a text in double quotes") }
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let result = String(validating: text, as: UTF8.self) else {
          throw Self.failure(expected: "a text in UTF-8", found: "other bytes", at: start)
        }
        return result
      case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
      case 0..<0x20: throw unexpected(expected: "a text without bare control characters")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw Self.failure(expected: "a closing '\"'", found: "the end of the text", at: start)
  }

  /// The error for input at the current position that is not `expected`.
  package func unexpected(expected: String) -> Failure {
    let found =
      switch current {
      case nil: "the end of the text"
      case .some(let byte) where (0x21..<0x7F).contains(byte): "'\(Character(Unicode.Scalar(byte)))'"
      case .some(let byte): "byte value \(byte)"
      }
    return Self.failure(expected: expected, found: found, at: position)
  }

  /// The error for `found` at `offset`.
  package static func failure(expected: String, found: String, at offset: Int) -> Failure {
    Failure(syntax: JSONError(expected: expected, found: found, offset: offset))
  }

  private var current: UInt8? { position < limit ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, Self.isSpace(byte) { position += 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard startsWith(character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    guard take(character) else { throw unexpected(expected: "'\(Character(character))'") }
  }

  private mutating func integer() throws(Failure) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if overflow || carry {
        throw Self.failure(expected: "a whole number below 2^63", found: "a larger one", at: start)
      }
      value = sum
      position += 1
    }
    guard position > start else { throw unexpected(expected: "a whole number ≥ 0") }
    if bytes[start] == UInt8(ascii: "0"), position > start + 1 {
      throw Self.failure(expected: "a number without leading zeros", found: "'0'", at: start)
    }
    return value
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    position += 1
    guard let byte = current else { throw unexpected(expected: "an escaped character") }
    let plain: Unicode.Scalar? =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(byte)
      case UInt8(ascii: "b"): "\u{08}"
      case UInt8(ascii: "f"): "\u{0C}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: nil
      }
    if let plain {
      position += 1
      return plain
    }
    let start = position - 1
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // One half of a surrogate pair: the other half must follow as a second escape.
    guard first < 0xDC00, startsWith("\\") else {
      throw Self.failure(expected: "a surrogate pair", found: "half of one", at: start)
    }
    position += 1
    let second = try codeUnit()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw Self.failure(expected: "a surrogate pair", found: "half of one", at: start) }
    return scalar
  }

  /// Parses "u" and four hexadecimal digits.
  private mutating func codeUnit() throws(Failure) -> UInt32 {
    guard startsWith("u") else { throw unexpected(expected: "an escaped character") }
    position += 1
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected(expected: "four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
