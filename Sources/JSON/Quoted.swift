/// `text` in single quotes for a message: line breaks and control characters are escaped, long texts are cut.
package func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(60) {
    shown += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return "'\(shown)\(text.unicodeScalars.count > 60 ? "..." : "")'"
}
