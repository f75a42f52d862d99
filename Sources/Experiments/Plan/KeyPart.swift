import JSON
import ConfigYAML

/// One member of the configuration that a step's key is made of, with its canonical text.
///
/// A grid of thousands of cells has few different members: each is written once.
struct KeyPart: Sendable {
  let key: String
  let value: JSONValue
  let text: String

  /// A member; `text` where its canonical text is known.
  init(_ key: String, _ value: JSONValue, text: String? = nil) {
    self.key = key
    self.value = value
    self.text = text ?? value.canonicalText
  }

  /// The canonical text of the object that has these members; keys are plain words.
  static func canonicalText(_ parts: [KeyPart]) -> String {
    let sorted = parts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{" + sorted.map { "\"\($0.key)\":\($0.text)" }.joined(separator: ",") + "}"
  }
}
