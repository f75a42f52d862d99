/// Whether `text` is decimal digits with an optional sign.
package func isDecimalInteger(_ text: String) -> Bool {
  var rest = text.utf8[...]
  dropSign(&rest)
  return dropDigits(&rest) > 0 && rest.isEmpty
}

/// Whether `text` is a decimal number: digits with an optional sign, point and exponent.
package func isDecimalNumber(_ text: String) -> Bool {
  var rest = text.utf8[...]
  dropSign(&rest)
  var digits = dropDigits(&rest)
  if rest.first == UInt8(ascii: ".") {
    rest.removeFirst()
    digits += dropDigits(&rest)
  }
  guard digits > 0 else { return false }
  if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
    rest.removeFirst()
    dropSign(&rest)
    guard dropDigits(&rest) > 0 else { return false }
  }
  return rest.isEmpty
}

private func dropSign(_ text: inout Substring.UTF8View) {
  if text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") { text.removeFirst() }
}

private func dropDigits(_ text: inout Substring.UTF8View) -> Int {
  let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
  text.removeFirst(digits)
  return digits
}
