import Foundation

/// Adds lines to the two lists of plugins.
package enum SourceEdit {
  /// The manifest with the module in the list of its role, which stays sorted, ignoring case.
  package static func adding(
    _ name: PluginName, toManifest text: String, path: String
  ) throws(ScaffoldError) -> String {
    let opening = "let \(name.role.rawValue) = ["
    guard let start = text.range(of: opening), let end = text[start.upperBound...].firstIndex(of: "]") else {
      throw .unexpected(path: path, reason: "it has no line '\(opening)...]'")
    }
    var names: [String] = []
    for item in text[start.upperBound..<end].split(separator: ",") {
      let word = item.filter { !$0.isWhitespace }
      if word.isEmpty { continue }
      guard word.count > 2, word.hasPrefix("\""), word.hasSuffix("\"") else {
        throw .unexpected(
          path: path, reason: "the list of \(name.role.rawValue) contains something other than names: \(word)")
      }
      names.append(String(word.dropFirst().dropLast()))
    }
    names.append(name.module)
    names.sort { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
    let items = names.map { "\"\($0)\"" }
    let line = items.joined(separator: ", ")
    let isShort = "\(opening)\(line)]".count <= 120
    let list = isShort ? line : "\n" + filled(items) + "\n"
    return text.replacingCharacters(in: start.upperBound..<end, with: list)
  }

  /// As many items per line as fit.
  private static func filled(_ items: [String]) -> String {
    var lines: [String] = []
    for item in items {
      if let last = lines.last, last.count + item.count + 2 <= 120 {
        lines[lines.count - 1] = "\(last) \(item),"
      } else {
        lines.append("  \(item),")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The list of types with the import and the type of `name`, each in sorted order.
  package static func adding(
    _ name: PluginName, toList text: String, path: String
  ) throws(ScaffoldError) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let heading = lines.firstIndex(of: "    \(name.role.heading)") else {
      throw .unexpected(path: path, reason: "it has no line '\(name.role.heading)'")
    }
    let type = "    \(name.type).self"
    var place = heading + 1
    while place < lines.count, lines[place].hasSuffix(".self"), lines[place] < type { place += 1 }
    lines.insert(type, at: place)
    guard let first = lines.firstIndex(where: { importedModule($0) != nil }) else {
      throw .unexpected(path: path, reason: "it imports nothing")
    }
    place = first
    while place < lines.count, let module = importedModule(lines[place]), module < name.module { place += 1 }
    lines.insert("import \(name.module)", at: place)
    return lines.joined(separator: "\n")
  }

  private static func importedModule(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard words.count >= 2, words[words.count - 2] == "import" else { return nil }
    return String(words[words.count - 1])
  }
}
