import JSON
import ConfigYAML

/// One member of the configuration that a step key is computed from, with its canonical text.
///
/// A grid of thousands of cells has few distinct members: each is serialized once.
struct KeyPart: Sendable {
  let key: String
  let value: JSONValue
  let text: String

  /// A member; `text` is its canonical text, if already known.
  init(_ key: String, _ value: JSONValue, text: String? = nil) {
    self.key = key
    self.value = value
    self.text = text ?? value.canonicalText
  }

  /// The canonical text of the object with these members; keys need no escaping.
  static func canonicalText(_ parts: [KeyPart]) -> String {
    let sorted = parts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{" + sorted.map { "\"\($0.key)\":\($0.text)" }.joined(separator: ",") + "}"
  }
}
