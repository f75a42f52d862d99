/// Result tables for a terminal: aligned, and cut into blocks of columns where they are too wide.
struct TerminalTable {
  /// The columns of a line; nil for lines of any length.
  var width: Int?

  private static let gap = "  "

  func text(of report: Report) -> String {
    var parts = report.tables.map { text(of: $0.shown) }
    parts.append(report.notes.flatMap(wrapped).joined(separator: "\n") + "\n")
    for absence in report.absences {
      let lines = absence.lines.map { "  \($0)\n" }.joined()
      parts.append("\(absence.heading):\n\(lines)")
    }
    return parts.joined(separator: "\n")
  }

  private func text(of table: ResultTable) -> String {
    let labels = ["method"] + table.rows.map(\.label)
    let labelWidth = labels.map(\.displayWidth).max() ?? 0
    let cells = table.columns.indices.map { column in aligned(table.rows.map { $0.cells[column] }) }
    let widths = widthsWithRoom(
      forGroupsOf: table.columns,
      widths: table.columns.indices.map { column in
        ([table.columns[column].subtitle] + cells[column]).map(\.displayWidth).max() ?? 0
      })
    let blocks = ColumnBlocks(columns: table.columns, widths: widths, gap: Self.gap.count)
      .split(into: width.map { $0 - labelWidth })
    let drawn = blocks.map { block -> String in
      var lines = [groupLine(block, of: table, widths: widths, labelWidth: labelWidth)]
      let titles = block.map { table.columns[$0].subtitle.padded(to: widths[$0]) }
      lines.append(([labels[0].padded(to: labelWidth)] + titles).joined(separator: Self.gap))
      lines.append(String(repeating: "─", count: lines[1].displayWidth))
      for row in table.rows.indices {
        let values = block.map { cells[$0][row].padded(to: widths[$0]) }
        lines.append(([labels[row + 1].padded(to: labelWidth)] + values).joined(separator: Self.gap))
      }
      return lines.map { Self.trimmed($0) + "\n" }.joined()
    }
    return table.titles.joined(separator: " · ") + "\n\n" + drawn.joined(separator: "\n")
  }

  /// The last column of a plugin is wide enough for the plugin's name over its columns.
  private func widthsWithRoom(forGroupsOf columns: [ResultTable.Column], widths: [Int]) -> [Int] {
    var widths = widths
    for last in columns.indices where last + 1 == columns.count || columns[last + 1].group != columns[last].group {
      let group = columns.indices.filter { columns[$0].group == columns[last].group }
      let room = group.reduce(Self.gap.count * (group.count - 1)) { $0 + widths[$1] }
      widths[last] += max(0, columns[last].group.displayWidth - room)
    }
    return widths
  }

  /// The names of the plugins, each over the first of its columns.
  private func groupLine(_ block: [Int], of table: ResultTable, widths: [Int], labelWidth: Int) -> String {
    var line = String(repeating: " ", count: labelWidth)
    var end = labelWidth
    var previous: String?
    for column in block {
      let group = table.columns[column].group
      if group != previous { line = line.padded(to: end) + Self.gap + group }
      previous = group
      end += Self.gap.count + widths[column]
    }
    return line
  }

  /// Mean, deviation and gap of one column, each aligned at its end.
  private func aligned(_ cells: [ResultTable.Summary?]) -> [String] {
    func widest(_ texts: [String?]) -> Int { texts.compactMap { $0?.displayWidth }.max() ?? 0 }
    func mark(_ isMarked: Bool, _ mark: String, _ isUsed: Bool) -> String { isMarked ? mark : isUsed ? " " : "" }
    let hasCaveats = cells.contains { $0?.hasCaveat == true }
    let hasInconclusive = cells.contains { $0?.isInconclusive == true }
    let mean = widest(cells.map { $0?.mean } + ["—"])
    let deviation = widest(cells.map { $0?.deviation })
    let gap = widest(cells.map { $0?.gap })
    return cells.map { cell in
      guard let cell else { return "—".leftPadded(to: mean) }
      var text = cell.mean.leftPadded(to: mean) + mark(cell.hasCaveat, ResultTable.Summary.caveatMark, hasCaveats)
      if deviation > 0 {
        let shown = cell.deviation.map { " ± " + $0.leftPadded(to: deviation) } ?? ""
        text += shown.padded(to: deviation + 3)
      }
      if gap > 0, let shown = cell.gap {
        text += " (\(shown))".leftPadded(to: gap + 3)
        text += mark(cell.isInconclusive, ResultTable.Summary.inconclusiveMark, hasInconclusive)
      }
      return text
    }
  }

  private func wrapped(_ note: String) -> [String] {
    guard let width, width > 20 else { return [note] }
    var lines: [String] = [""]
    for word in note.split(separator: " ") {
      let longer = lines[lines.count - 1].isEmpty ? String(word) : "\(lines[lines.count - 1]) \(word)"
      if longer.displayWidth <= width { lines[lines.count - 1] = longer } else { lines.append("  \(word)") }
    }
    return lines
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}

/// Cuts the columns of a table into blocks that fit a width, between two plugins where that is possible.
struct ColumnBlocks {
  var columns: [ResultTable.Column]
  /// One for each column.
  var widths: [Int]
  /// Columns of the terminal between two columns of the table.
  var gap: Int

  /// The column numbers of each block; a single column may be wider than `available`.
  func split(into available: Int?) -> [[Int]] {
    guard let available else { return [Array(columns.indices)] }
    var blocks: [[Int]] = []
    for group in groups {
      for piece in pieces(of: group, available: available) {
        if let last = blocks.last, needed(last + piece) <= available, piece.count == group.count {
          blocks[blocks.count - 1] = last + piece
        } else {
          blocks.append(piece)
        }
      }
    }
    return blocks
  }

  private var groups: [[Int]] {
    columns.indices.reduce(into: []) { groups, column in
      if let last = groups.last?.last, columns[last].group == columns[column].group {
        groups[groups.count - 1].append(column)
      } else {
        groups.append([column])
      }
    }
  }

  /// A whole group where it fits a line of its own, else as many of its columns as fit.
  private func pieces(of group: [Int], available: Int) -> [[Int]] {
    group.reduce(into: []) { pieces, column in
      if let last = pieces.last, needed(last + [column]) <= available {
        pieces[pieces.count - 1] = last + [column]
      } else {
        pieces.append([column])
      }
    }
  }

  private func needed(_ block: [Int]) -> Int { block.reduce(0) { $0 + gap + widths[$1] } }
}
