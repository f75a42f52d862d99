/// Parses the subset of JSON that the header of a safetensors file uses; errors give the byte offset.
struct JSONScanner {
  private let bytes: [UInt8]
  private let limit: Int
  private var position: Int

  /// Parses `range` of the bytes of a file; offsets in errors count from the start of the file.
  init(bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    limit = range.upperBound
  }

  /// Whether the next byte is `character`; spaces are not skipped.
  func startsWith(_ character: Unicode.Scalar) -> Bool { current == UInt8(ascii: character) }

  /// Requires that only spaces follow.
  mutating func end() throws(SafeTensorsError) {
    skipSpace()
    guard position == limit else { throw unexpected(expected: "the end of the header") }
  }

  /// Parses an object; `member` gets each name and its offset, and parses the value.
  mutating func object(
    member: (inout JSONScanner, String, Int) throws(SafeTensorsError) -> Void
  ) throws(SafeTensorsError) {
    try expect("{")
    if take("}") { return }
    repeat {
      skipSpace()
      let offset = position
      let name = try string()
      try expect(":")
      try member(&self, name, offset)
    } while take(",")
    guard take("}") else { throw unexpected(expected: "',' or '}'") }
  }

  /// Parses an array of integers ≥ 0.
  mutating func integers() throws(SafeTensorsError) -> [Int] {
    try expect("[")
    var items: [Int] = []
    if take("]") { return items }
    repeat { items.append(try integer()) } while take(",")
    guard take("]") else { throw unexpected(expected: "',' or ']'") }
    return items
  }

  /// Parses a string in double quotes.
  mutating func string() throws(SafeTensorsError) -> String {
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
          throw .malformedHeader(expected: "a text in UTF-8", found: "other bytes", offset: start)
        }
        return result
      case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
      case 0..<0x20: throw unexpected(expected: "a text without bare control characters")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw unexpected(expected: "'\"' at the end of the text that starts at byte \(start)")
  }

  /// The error for input at the current position that is not `expected`.
  func unexpected(expected: String) -> SafeTensorsError {
    let found =
      switch current {
      case nil: "the end of the header"
      case .some(let byte) where (0x21..<0x7F).contains(byte): "'\(Character(Unicode.Scalar(byte)))'"
      case .some(let byte): "byte value \(byte)"
      }
    return .malformedHeader(expected: expected, found: found, offset: position)
  }

  private var current: UInt8? { position < limit ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard startsWith(character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(SafeTensorsError) {
    guard take(character) else { throw unexpected(expected: "'\(Character(character))'") }
  }

  private mutating func integer() throws(SafeTensorsError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if overflow || carry {
        throw .malformedHeader(expected: "a whole number below 2^63", found: "a larger one", offset: start)
      }
      value = sum
      position += 1
    }
    guard position > start else { throw unexpected(expected: "a whole number ≥ 0") }
    if bytes[start] == UInt8(ascii: "0"), position > start + 1 {
      throw .malformedHeader(expected: "a number without leading zeros", found: "'0'", offset: start)
    }
    return value
  }

  private mutating func escape() throws(SafeTensorsError) -> Unicode.Scalar {
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
      throw .malformedHeader(expected: "a surrogate pair", found: "half of one", offset: start)
    }
    position += 1
    let second = try codeUnit()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw .malformedHeader(expected: "a surrogate pair", found: "half of one", offset: start) }
    return scalar
  }

  /// Parses "u" and four hexadecimal digits.
  private mutating func codeUnit() throws(SafeTensorsError) -> UInt32 {
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
