import Foundation

/// Adds lines to the two lists of plugins.
package enum SourceEdit {
  /// The manifest with `module` in its list of methods, which stays sorted without regard to case.
  package static func addingMethod(
    _ module: String, toManifest text: String, path: String
  ) throws(ScaffoldError) -> String {
    guard let start = text.range(of: "let methods = ["), let end = text[start.upperBound...].firstIndex(of: "]") else {
      throw .unexpected(path: path, reason: "it has no line 'let methods = [...]'")
    }
    var names: [String] = []
    for item in text[start.upperBound..<end].split(separator: ",") {
      let name = item.filter { !$0.isWhitespace }
      if name.isEmpty { continue }
      guard name.count > 2, name.hasPrefix("\""), name.hasSuffix("\"") else {
        throw .unexpected(path: path, reason: "the list of methods has something else than names: \(name)")
      }
      names.append(String(name.dropFirst().dropLast()))
    }
    names.append(module)
    names.sort { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
    let items = names.map { "\"\($0)\"" }
    let line = items.joined(separator: ", ")
    let isShort = "let methods = [\(line)]".count <= 120
    let list = isShort ? line : "\n" + filled(items) + "\n"
    return text.replacingCharacters(in: start.upperBound..<end, with: list)
  }

  /// As many items on each line as fit.
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

  /// The list of types with the import and the type of `name`, each in its place.
  package static func addingMethod(
    _ name: MethodName, toList text: String, path: String
  ) throws(ScaffoldError) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let heading = lines.firstIndex(of: "    // Methods") else {
      throw .unexpected(path: path, reason: "it has no line '// Methods'")
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
