/// The same text for all equal values: the base of content-addressed keys.
///
/// Keys are sorted by their bytes and in snake_case, except those of dictionaries; there are no spaces; numbers have
/// the shortest text that parses to the same value. They print as in Swift, but without a trailing ".0": 10 and 10.0
/// give the same text, and so do 0 and -0. Infinities and NaN print as the strings ".inf", "-.inf" and ".nan".
/// Properties that are nil are left out, so adding an optional property changes no key.
public func canonicalJSON(_ value: some Encodable) throws -> String {
  try JSONValue(value).canonicalText
}

extension JSONValue: Hashable, CustomStringConvertible {
  /// The text shared by all equal values; see `canonicalJSON(_:)`.
  public var canonicalText: String {
    var text = ""
    write(to: &text, sorted: true)
    return text
  }

  /// The JSON text with keys in the order of the value, without spaces.
  public var description: String {
    var text = ""
    write(to: &text, sorted: false)
    return text
  }

  /// Whether the canonical texts are equal.
  public static func == (a: JSONValue, b: JSONValue) -> Bool { a.canonicalText == b.canonicalText }

  /// Hashes the canonical text.
  public func hash(into hasher: inout Hasher) { hasher.combine(canonicalText) }

  private func write(to text: inout String, sorted: Bool) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += value.description
    case .number(let value) where value.isFinite: text += numberText(value)
    case .number(let value): writeString(numberText(value), to: &text)
    case .string(let value): writeString(value, to: &text)
    case .array(let items):
      text += "["
      for (i, item) in items.enumerated() {
        if i > 0 { text += "," }
        item.write(to: &text, sorted: sorted)
      }
      text += "]"
    case .object(let members):
      let ordered = sorted ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : members
      text += "{"
      for (i, member) in ordered.enumerated() {
        if i > 0 { text += "," }
        writeString(member.key, to: &text)
        text += ":"
        member.value.write(to: &text, sorted: sorted)
      }
      text += "}"
    }
  }
}

/// The shortest text that parses to `value`: no trailing ".0", no negative zero, `.inf` and `.nan` as in YAML.
package func numberText(_ value: Double) -> String {
  if value.isNaN { return ".nan" }
  if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
  if value == 0 { return "0" }
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

private func writeString(_ value: String, to text: inout String) {
  text += "\""
  defer { text += "\"" }
  // Few strings need escapes, and most steps of a plan encode the same ones.
  guard value.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c }) else {
    text += value
    return
  }
  for scalar in value.unicodeScalars {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
}
