import JSON
import ConfigYAML

extension JSONValue {
  /// The JSON text over several lines, for reading and for line-by-line diffs; without a final line break.
  package var indented: String {
    var text = ""
    write(to: &text, indent: "")
    return text
  }

  private static let lineLength = 120

  private func write(to text: inout String, indent: String) {
    let flat = spaced
    if indent.count + flat.count <= Self.lineLength, depth < 3 {
      text += flat
      return
    }
    let inner = indent + "  "
    switch self {
    case .array(let items) where !items.isEmpty:
      text += "[\n"
      for (index, item) in items.enumerated() {
        text += inner
        item.write(to: &text, indent: inner)
        text += index + 1 < items.count ? ",\n" : "\n"
      }
      text += indent + "]"
    case .object(let members) where !members.isEmpty:
      text += "{\n"
      for (index, member) in members.enumerated() {
        text += inner + JSONValue.string(member.key).description + ": "
        member.value.write(to: &text, indent: inner)
        text += index + 1 < members.count ? ",\n" : "\n"
      }
      text += indent + "}"
    default: text += flat
    }
  }

  /// The depth of nested arrays and objects.
  private var depth: Int {
    guard let inner = items ?? members?.map(\.value) else { return 0 }
    return 1 + (inner.map(\.depth).max() ?? 0)
  }

  /// On one line, with a space after commas and colons.
  private var spaced: String {
    if let items { return "[" + items.map(\.spaced).joined(separator: ", ") + "]" }
    guard let members else { return description }
    return "{" + members.map { "\(JSONValue.string($0.key)): \($0.value.spaced)" }.joined(separator: ", ") + "}"
  }
}
