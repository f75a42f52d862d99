public import Foundation

/// Some columns of a comma-separated text file with a header.
public struct CommaSeparatedTable: Sendable {
  /// One row.
  public struct Row: Sendable {
    /// The line number, from 1.
    public let line: Int
    /// The values of the requested columns, in their order.
    public let values: [String]
  }

  /// The file.
  public let url: URL
  /// The rows, in the order of the file.
  public let rows: [Row]

  /// Larger files are refused.
  private static let largestFile = 256 << 20

  /// Reads `columns` of `url`; other columns and empty lines are ignored.
  ///
  /// A value may be in double quotes, inside which a comma is text and two double quotes are one.
  /// - Throws: `badLine` if the header lacks a column, if a row has more or fewer values than the header, or if the
  ///   file has no rows; errors of the file itself.
  public init(_ url: URL, columns: [String]) throws(DataError) {
    self.url = url
    let lines = try TextLines.read(url, limit: Self.largestFile)
    let header = Self.values(of: lines[0].drop { $0 == "\u{feff}" })
    var places: [Int] = []
    for column in columns {
      guard let place = header.firstIndex(of: column) else {
        throw .badLine(
          path: url.path, line: 1,
          problem: "the header has no column '\(column)'; it has \(header.map { "'\($0)'" }.joined(separator: ", "))")
      }
      places.append(place)
    }
    var rows: [Row] = []
    for (number, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let values = Self.values(of: line)
      guard values.count == header.count else {
        throw .badLine(
          path: url.path, line: number + 1, problem: "expected \(header.count) values, found \(values.count)")
      }
      rows.append(Row(line: number + 1, values: places.map { values[$0] }))
    }
    guard !rows.isEmpty else { throw .badLine(path: url.path, line: 2, problem: "the file has no rows") }
    self.rows = rows
  }

  /// The index in `choices` of a row's value.
  ///
  /// - `column`: The index of the column among the requested ones.
  /// - Throws: `badLine` if it is none of them.
  public func index(of row: Row, column: Int, among choices: [String]) throws(DataError) -> Int {
    guard let place = choices.firstIndex(of: row.values[column]) else {
      throw .badLine(
        path: url.path, line: row.line,
        problem: "'\(row.values[column])' is not one of \(choices.map { "'\($0)'" }.joined(separator: ", "))")
    }
    return place
  }

  private static func values(of line: Substring) -> [String] {
    guard line.contains("\"") else {
      return line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    var values = [""]
    var isQuoted = false
    var characters = line.makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      switch character {
      case "\"" where isQuoted && next == "\"":
        values[values.count - 1].append("\"")
        next = characters.next()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: values.append("")
      default: values[values.count - 1].append(character)
      }
    }
    return values
  }
}
