/// Tables for a terminal: aligned, and cut into blocks of columns where they are too wide.
public struct TerminalWriter: ReportWriter {
  /// "table".
  public let name = "table"

  private static let gap = "  "
  /// Follows the mean of the best methods.
  private static let bestMark = "*"

  /// The tables, then notes and what is missing.
  public func text(of report: Report, _ style: ReportStyle) -> String {
    let report = ReportText(report, style.interval, best: Self.bestMark)
    var parts = report.tables.map { text(of: $0, width: style.width) }
    parts.append(paragraphs(report.notes, style.width))
    for absence in report.absences {
      parts.append("\(absence.heading):\n" + paragraphs(absence.lines, style.width, indent: "  "))
    }
    return parts.joined(separator: "\n")
  }

  private func paragraphs(_ texts: [String], _ width: Int?, indent: String = "") -> String {
    texts.flatMap { $0.wrapped(to: width.map { $0 - indent.count }, indent: Self.gap) }.map { "\(indent)\($0)\n" }
      .joined()
  }

  private func text(of table: TableText, width: Int?) -> String {
    let cells = table.columns.indices.map { column in aligned(table.rows.map { $0.cells[column] }) }
    let groups = table.columns.map(\.group)
    let widths = widthsWithRoom(
      for: groups,
      widths: table.columns.indices.map { column in
        ([table.columns[column].subtitle] + cells[column]).map(\.displayWidth).max() ?? 0
      })
    // Labels take more lines rather than push a column out of sight.
    let room = width.map { max(Self.narrowestLabel, $0 - Self.gap.count - (widths.max() ?? 0)) }
    let labels = table.rows.map { $0.label.wrapped(to: room, indent: Self.gap, breaksWords: true) }
    let labelWidth = ([Self.corner] + labels.joined()).map(\.displayWidth).max() ?? 0
    let blocks = ColumnBlocks(groups: groups, widths: widths, gap: Self.gap.count)
      .split(into: width.map { $0 - labelWidth })
    let drawn = blocks.map { block -> String in
      func line(_ label: String, _ texts: [String]) -> String {
        ([label.padded(to: labelWidth)] + zip(block, texts).map { $1.padded(to: widths[$0]) })
          .joined(separator: Self.gap)
      }
      var lines = [groupLine(block, groups, widths: widths, labelWidth: labelWidth)]
      lines.append(line(Self.corner, block.map { table.columns[$0].subtitle }))
      lines.append(String(repeating: "─", count: lines[1].displayWidth))
      for (row, label) in labels.enumerated() {
        lines.append(line(label[0], block.map { cells[$0][row] }))
        lines += label.dropFirst()
      }
      return lines.map { $0.withoutTrailingSpaces + "\n" }.joined()
    }
    let title = table.titles.joined(separator: " · ").wrapped(to: width, indent: Self.gap).joined(separator: "\n")
    let worst =
      table.worstCases.isEmpty
      ? "" : "\n\(TableText.worstCaseHeading):\n" + paragraphs(table.worstCases, width, indent: "  ")
    return title + "\n\n" + drawn.joined(separator: "\n") + worst
  }

  private static let corner = "method"
  private static let narrowestLabel = 10

  /// The last column of a plugin is wide enough for the plugin's name over its columns.
  private func widthsWithRoom(for groups: [String], widths: [Int]) -> [Int] {
    var widths = widths
    for last in groups.indices where last + 1 == groups.count || groups[last + 1] != groups[last] {
      let own = groups.indices.filter { groups[$0] == groups[last] }
      let room = own.reduce(Self.gap.count * (own.count - 1)) { $0 + widths[$1] }
      widths[last] += max(0, groups[last].displayWidth - room)
    }
    return widths
  }

  /// The names of the plugins, each over the first of its columns.
  private func groupLine(_ block: [Int], _ groups: [String], widths: [Int], labelWidth: Int) -> String {
    var line = String(repeating: " ", count: labelWidth)
    var end = labelWidth
    var previous: String?
    for column in block {
      if groups[column] != previous { line = line.padded(to: end) + Self.gap + groups[column] }
      previous = groups[column]
      end += Self.gap.count + widths[column]
    }
    return line
  }

  /// Mean, spread and difference of one column, each with its decimal points below each other.
  private func aligned(_ cells: [CellText?]) -> [String] {
    let means = atPoints(
      cells.map { $0.map { $0.mean + ($0.isBest ? Self.bestMark : "") + $0.marks } ?? CellText.noValue })
    let spreads = zip(cells, atPoints(cells.map { $0?.spread })).map { cell, spread in
      spread.isEmpty ? "" : (cell?.spread == nil ? "   " : " ± ") + spread
    }
    let differences = atPoints(
      cells.map { cell in
        cell?.difference.map { " (\($0))" + (cell?.isInconclusive == true ? CellText.inconclusiveMark : "") }
      })
    return cells.indices.map { means[$0] + spreads[$0] + differences[$0] }
  }

  /// `numbers` in equal widths, with what is behind the last digit in front of the decimal point below each other.
  private func atPoints(_ numbers: [String?]) -> [String] {
    let parts = numbers.map { number -> (whole: String, rest: String) in
      guard let number else { return ("", "") }
      let whole = number.prefix { !".*†‡)".contains($0) }
      return (String(whole), String(number.dropFirst(whole.count)))
    }
    let whole = parts.map(\.whole.displayWidth).max() ?? 0, rest = parts.map(\.rest.displayWidth).max() ?? 0
    return parts.map { $0.whole.leftPadded(to: whole) + $0.rest.padded(to: rest) }
  }
}

extension ReportWriter where Self == TerminalWriter {
  /// Aligned tables for a terminal.
  public static var table: Self { Self() }
}
