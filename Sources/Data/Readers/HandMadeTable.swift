public import Foundation

/// Some columns of a table with a header, written or exported by the user.
///
/// Values are separated by commas, semicolons or tabs, whichever gives the header its columns; whitespace around them
/// is ignored. A value may be in double quotes, inside which separators and line breaks are text and two double quotes
/// are one. The text is UTF-8, or UTF-16 with a byte order mark, with any line endings.
public struct HandMadeTable: Sendable {
  /// One row.
  public struct Row: Sendable {
    /// The line where it starts, from 1.
    public let line: Int
    /// The values of the requested columns, in their order.
    public let values: [String]
  }

  /// The file.
  public let url: URL
  /// The rows, in the order of the file.
  public let rows: [Row]
  /// The line after the last row.
  public let endLine: Int
  /// The SHA-256 of the file that was read.
  public let digest: String

  private static let largestFile = 256 << 20
  private static let separators: [Character] = [",", ";", "\t"]

  /// Reads `columns` of `url`; other columns and empty lines are ignored.
  ///
  /// - Throws: `badOwnLine` with the line and what to do; errors of the file itself.
  public init(_ url: URL, columns: [String]) throws(DataError) {
    let contents = try FileContents.read(url, limit: Self.largestFile, allowingEmpty: true)
    guard contents.isWhole, let digest = contents.digest else {
      throw .wrongSize(path: url.path, expected: Self.largestFile, found: nil)
    }
    let text = try Self.text(contents.bytes, url)
    let header = text.prefix { !$0.isNewline }
    let headers = try Self.separators.map { separator throws(DataError) in
      try Self.records(of: header, separator, url).first?.values ?? []
    }
    let choice = Self.separators.indices.first { number in columns.allSatisfy { headers[number].contains($0) } }
    let names = headers[choice ?? headers.indices.max { headers[$0].count < headers[$1].count } ?? 0]
    guard let choice else {
      let lacking = columns.filter { !names.contains($0) }.map { "'\($0)'" }.joined(separator: " and ")
      throw .badOwnLine(
        path: url.path, line: 1,
        problem: "the header has no column \(lacking), it has \(names.map { "'\($0)'" }.joined(separator: ", ")); "
          + "rename the columns, and separate them with commas, semicolons or tabs")
    }
    for column in columns where names.count(where: { $0 == column }) > 1 {
      throw .badOwnLine(path: url.path, line: 1, problem: "two columns are named '\(column)'; rename one")
    }
    let places = columns.map { column in names.firstIndex(of: column) ?? 0 }
    var rows: [Row] = []
    let records = try Self.records(of: text[...], Self.separators[choice], url)
    for record in records.dropFirst() where !record.values.allSatisfy(\.isEmpty) {
      guard record.values.count == names.count else {
        throw .badOwnLine(
          path: url.path, line: record.line,
          problem: "the row has \(record.values.count) values and the header \(names.count); "
            + "put values with separators in double quotes")
      }
      rows.append(Row(line: record.line, values: places.map { record.values[$0] }))
    }
    guard let last = records.last, !rows.isEmpty else {
      throw .badOwnLine(path: url.path, line: 2, problem: "the file has no rows; write one for each picture")
    }
    self.url = url
    self.rows = rows
    endLine = last.line + 1
    self.digest = digest
  }

  /// Decodes the bytes of a file as UTF-8 or UTF-16.
  private static func text(_ bytes: [UInt8], _ url: URL) throws(DataError) -> String {
    let cure = "save the file as CSV in UTF-8"
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      guard bytes.count % 2 == 0 else {
        throw .badOwnLine(path: url.path, line: 1, problem: "the file is truncated UTF-16; \(cure)")
      }
      let isLittle = bytes[0] == 0xff
      let units = stride(from: 2, to: bytes.count, by: 2).map { place in
        isLittle
          ? UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8 : UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
      }
      return String(decoding: units, as: UTF16.self)
    }
    let content = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
    guard !content.contains(0) else {
      throw .badOwnLine(path: url.path, line: 1, problem: "the file is not text, since it contains zero bytes; \(cure)")
    }
    if let text = String(validating: content, as: UTF8.self) { return text }
    let lines = content.split(separator: 0x0a, omittingEmptySubsequences: false)
    let wrong = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw .badOwnLine(
      path: url.path, line: wrong + 1,
      problem: "this row is not UTF-8, but perhaps Latin-1 or Windows-1252; \(cure)")
  }

  /// The rows of `text` with their first lines; rows without values are omitted.
  private static func records(
    of text: Substring, _ separator: Character, _ url: URL
  ) throws(DataError) -> [(line: Int, values: [String])] {
    var records: [(line: Int, values: [String])] = []
    var values: [String] = [], value = ""
    var line = 1, start = 1, quoteLine = 1
    var isQuoted = false, wasQuoted = false
    func endValue() {
      values.append(wasQuoted ? value : value.trimmingCharacters(in: .whitespaces))
      value = ""
      wasQuoted = false
    }
    func endRecord() {
      endValue()
      if values != [""] { records.append((start, values)) }
      values = []
    }
    var characters = text.makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      if character.isNewline { line += 1 }
      switch character {
      case "\"" where isQuoted && next == "\"":
        value.append("\"")
        next = characters.next()
      case "\"" where isQuoted: isQuoted = false
      case _ where isQuoted: value.append(character)
      case "\"" where !wasQuoted && value.allSatisfy(\.isWhitespace):
        value = ""
        (isQuoted, wasQuoted, quoteLine) = (true, true, line)
      case separator: endValue()
      case _ where character.isNewline:
        endRecord()
        start = line
      // Whitespace between a closing quote and the separator.
      case _ where wasQuoted && character.isWhitespace: break
      default: value.append(character)
      }
    }
    guard !isQuoted else {
      throw .badOwnLine(path: url.path, line: quoteLine, problem: "a double quote is opened and never closed; close it")
    }
    endRecord()
    return records
  }
}
