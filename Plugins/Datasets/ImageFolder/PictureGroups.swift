import Data
import Foundation

/// The values of a sensitive attribute, by the pictures' paths.
struct PictureGroups: Sendable {
  let url: URL
  let attribute: SensitiveAttribute
  /// Notes for the user about the list.
  let notes: [String]
  private let values: [String: Int]
  private let digest: String

  /// Words that mark a missing value, in lower case.
  private static let wordsForNothing: Set<String> = ["na", "n/a", "nan", "null", "nil", "?", "-"]

  /// Reads the columns `file` and `column` of `url`, and compares them with the pictures at `paths`.
  ///
  /// Paths may begin with "./", have backslashes, or be whole ones below `folder`.
  /// - Parameter emptyName: The value of rows that have none.
  /// - Throws: `badOwnLine` for the first row that cannot be used, or when pictures have no row.
  init(_ url: URL, column: String, emptyName: String?, folder: URL, paths: [String]) throws(DataError) {
    let table = try HandMadeTable(url, columns: ["file", column])
    func problem(_ line: Int, _ text: String) -> DataError {
      .badOwnLine(path: url.path, line: line, problem: text)
    }
    var texts: [String: (line: Int, value: String)] = [:]
    for row in table.rows {
      let path = Self.normalized(row.values[0], below: folder)
      var value = row.values[1]
      if value.isEmpty {
        guard let emptyName else {
          throw problem(
            row.line, "the value of '\(column)' is empty; fill it in, or name such rows' group with `empty_group:`")
        }
        value = emptyName
      }
      if let first = texts.updateValue((row.line, value), forKey: path) {
        throw problem(row.line, "'\(path)' is in line \(first.line) already; keep one of the two rows")
      }
    }
    let missing = paths.filter { texts[$0] == nil }
    guard missing.isEmpty else {
      throw problem(
        table.endLine,
        "\(missing.count == 1 ? "1 picture has" : "\(missing.count) pictures have") no row: \(Self.list(missing)); "
          + "add a row for each, with its path below \(folder.path)")
    }
    let names = Set(texts.values.map(\.value)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    self.url = url
    values = texts.compactMapValues { numbers[$0.value] }
    attribute = SensitiveAttribute(name: column, valueNames: names)
    digest = table.digest
    var notes: [String] = []
    let known = Set(paths)
    let extra = texts.filter { !known.contains($0.key) }.sorted { $0.value.line < $1.value.line }
    if !extra.isEmpty {
      let rows = extra.map { "line \($0.value.line) '\($0.key)'" }
      let count = extra.count == 1 ? "1 row names" : "\(extra.count) rows name"
      notes.append("\(url.lastPathComponent): \(count) no picture that is used: \(Self.list(rows, quoted: false))")
    }
    for (_, alike) in Dictionary(grouping: names, by: { $0.lowercased() }).sorted(by: { $0.key < $1.key })
    where alike.count > 1 {
      notes.append(
        "\(url.lastPathComponent): the values \(Self.list(alike)) differ only in upper and lower case, "
          + "and are groups of their own")
    }
    let unknown = names.filter { $0 != emptyName && Self.wordsForNothing.contains($0.lowercased()) }
    for name in unknown {
      let count = texts.values.count { $0.value == name }
      notes.append(
        "\(url.lastPathComponent): the value '\(name)' of \(count) rows is a group like any other; if it means that nothing "
          + "is known, leave the value empty and name the group with `empty_group:`, or take the pictures out")
    }
    self.notes = notes
  }

  /// The value of the picture at `path`.
  func value(of path: String) throws(DataError) -> Int {
    guard let value = values[path] else {
      throw .badOwnLine(path: url.path, line: 1, problem: "no row has the file '\(path)'; add it")
    }
    return value
  }

  /// - Throws: `changed` when the list has changed since planning.
  func requirePlanned() throws(DataError) { try PlannedFiles.requirePlanned(digest, of: url) }

  private static func normalized(_ text: String, below folder: URL) -> String {
    var path = text.replacing("\\", with: "/")
    let whole = folder.path + "/"
    if path.hasPrefix(whole) { path.removeFirst(whole.count) }
    return path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private static func list(_ items: [String], quoted: Bool = true) -> String {
    let shown = items.prefix(5).map { quoted ? "'\($0)'" : $0 }
    return (shown + (items.count > 5 ? ["and \(items.count - 5) more"] : [])).joined(separator: ", ")
  }
}
