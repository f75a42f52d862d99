import Experiments

/// Rows of text in aligned columns.
struct TextTable {
  var header: [String]?
  var rows: [[String]]

  init(header: [String]? = nil, rows: [[String]]) {
    self.header = header
    self.rows = rows
  }

  /// The width of the table without wrapping, in columns of a terminal.
  var width: Int { lines(width: nil).map(\.displayWidth).max() ?? 0 }

  /// The lines, without trailing spaces; with `width`, the last column is wrapped.
  func lines(width: Int?) -> [String] {
    let all = ((header.map { [$0] } ?? []) + rows).map { $0.map { $0.shownName(limit: 1000) } }
    guard let count = all.map(\.count).max(), count > 0 else { return [] }
    let widths = (0..<count).map { column in all.map { $0.count > column ? $0[column].displayWidth : 0 }.max() ?? 0 }
    let start = widths.dropLast().reduce(0) { $0 + $1 + 2 }
    // Narrower than this, a wrapped column is harder to read than lines that the terminal wraps.
    let room = width.map { $0 - start }.flatMap { $0 >= 24 ? $0 : nil }
    return all.flatMap { row -> [String] in
      let head = zip(row.dropLast(), widths).map { $0.padded(to: $1) + "  " }.joined()
      let tail = (row.last ?? "").wrapped(to: room)
      return tail.enumerated().map { index, text in
        ((index == 0 ? head : String(repeating: " ", count: start)) + text).withoutTrailingSpaces
      }
    }
  }
}
