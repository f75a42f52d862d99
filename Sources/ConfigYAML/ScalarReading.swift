import JSON

/// Why a value cannot be converted to the requested type.
struct ReadingError: Error {
  var message: String

  init(_ message: String) { self.message = message }

  init(expected: String, found node: Node, hint: String = "") {
    message = "expected \(expected), found \(node.kindDescription)" + (hint.isEmpty ? "" : " (\(hint))")
  }

  /// For types that are never quoted: if `node` is quoted, the message names that as the cause.
  init(expectedUnquoted expected: String, found node: Node, hint: String = "") {
    if case .scalar(let scalar) = node, !scalar.isPlain {
      self.init("expected \(expected), found the quoted text \(node.kindDescription)")
    } else {
      self.init(expected: expected, found: node, hint: hint)
    }
  }
}

// The requested type decides how a scalar is parsed, so `no`, `1e3` and `010` never change type unnoticed.
extension Node {
  func readString() throws(ReadingError) -> String {
    guard case .scalar(let scalar) = self, !isNull else { throw ReadingError(expected: "a string", found: self) }
    return scalar.text
  }

  func readBool() throws(ReadingError) -> Bool {
    guard let text = plainText else { throw ReadingError(expectedUnquoted: "true or false", found: self) }
    if text == "true" { return true }
    if text == "false" { return false }
    let hint =
      switch text.lowercased() {
      case "true", "yes", "on", "y": "write true"
      case "false", "no", "off", "n": "write false"
      default: ""
      }
    throw ReadingError(expectedUnquoted: "true or false", found: self, hint: hint)
  }

  func readInteger<I: FixedWidthInteger>(_ type: I.Type) throws(ReadingError) -> I {
    guard let text = plainText, isDecimalInteger(text) else {
      let isNumber = plainText.map(isDecimalNumber) ?? false
      throw ReadingError(expectedUnquoted: "an integer", found: self, hint: isNumber ? "digits only" : "")
    }
    if let value = I(text) { return value }
    let expected =
      text.hasPrefix("-") && I.min == 0 ? "an integer of at least 0" : "an integer from \(I.min) to \(I.max)"
    throw ReadingError(expectedUnquoted: expected, found: self)
  }

  func readFloating<F>(_ type: F.Type) throws(ReadingError) -> F
  where F: BinaryFloatingPoint & LosslessStringConvertible {
    if let special: F = specialNumber() {
      // Default values may be NaN; in a text it is never intended.
      if special.isNaN, mark != .generated { throw ReadingError("expected a number, found '.nan' (not a number)") }
      return special
    }
    guard let text = plainText, isDecimalNumber(text), let value = F(text) else {
      let isWord = ["inf", "+inf", "-inf", "infinity"].contains(plainText?.lowercased())
      throw ReadingError(expectedUnquoted: "a number", found: self, hint: isWord ? "infinity is .inf or -.inf" : "")
    }
    if value.isInfinite {
      throw ReadingError("\(quoted(text)) is too large for \(F.self) (at most \(F.greatestFiniteMagnitude))")
    }
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }
    if value == 0, mantissa.contains(where: { $0.isNumber && $0 != "0" }) {
      throw ReadingError("\(quoted(text)) is too small for \(F.self) (at least \(F.leastNonzeroMagnitude), or 0)")
    }
    return value
  }

  private var plainText: String? {
    if case .scalar(let scalar) = self, scalar.isPlain { scalar.text } else { nil }
  }

  /// `.inf`, `-.inf` and `.nan`; JSON can represent them only as strings, so values without a position may be quoted.
  private func specialNumber<F: BinaryFloatingPoint>() -> F? {
    guard case .scalar(let scalar) = self, scalar.isPlain || scalar.mark == .generated else { return nil }
    switch scalar.text {
    case ".inf", "+.inf": return F.infinity
    case "-.inf": return -F.infinity
    case ".nan": return F.nan
    default: return nil
    }
  }
}
