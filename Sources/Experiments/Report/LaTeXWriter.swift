/// Tables in LaTeX; they need `\usepackage{booktabs}`, and nothing else.
public struct LaTeXWriter: ReportWriter {
  /// "latex".
  public let name = "latex"

  /// Characters of a line of a page; wider tables are cut into several below each other.
  private static let pageWidth = 100

  /// One floating table each, with the notes in its caption, then what is missing in comments.
  public func text(of report: Report, _ style: ReportStyle) -> String {
    let written = ReportText(report, style.interval, best: "bold")
    var parts = written.tables.map { text(of: $0, notes: written.notes) }
    if written.tables.isEmpty { parts.append(written.notes.map { "% \($0)\n" }.joined()) }
    for absence in written.absences {
      // A line break in a reason must not end the comment.
      let lines = absence.lines.map { "%   \($0.replacing("\n", with: "\n%   "))\n" }.joined()
      parts.append("% \(absence.heading):\n\(lines)")
    }
    return "% \(report.experiment.shownName(limit: 200)); needs \\usepackage{booktabs}\n"
      + parts.joined(separator: "\n")
  }

  private func text(of table: TableText, notes: [String]) -> String {
    let labelWidth = (["method"] + table.rows.map(\.label)).map(\.displayWidth).max() ?? 0
    let widths = table.columns.indices.map { column in
      ([table.columns[column].subtitle] + table.rows.map { $0.cells[column]?.text ?? CellText.noValue })
        .map(\.displayWidth).max() ?? 0
    }
    let blocks = ColumnBlocks(groups: table.columns.map(\.group), widths: widths, gap: 2)
      .split(into: Self.pageWidth - labelWidth)
    let title = table.titles.map(escaped).joined(separator: ", ")
    let caption = "\(title). " + notes.map(escaped).joined(separator: " ")
    return "\\begin{table}\n  \\centering\n  \\caption{\(caption)}\n"
      + (blocks.map { tabular(of: table, block: $0) } + worstCases(of: table)).joined(separator: "\n  \\medskip\n\n")
      + "\\end{table}\n"
  }

  /// One tabular, or none.
  private func worstCases(of table: TableText) -> [String] {
    guard !table.worstCases.isEmpty else { return [] }
    let lines = ["\(TableText.worstCaseHeading):"] + table.worstCases.map(escaped)
    return ["  \\begin{tabular}{l}\n" + lines.map { "    \($0) \\\\\n" }.joined() + "  \\end{tabular}\n"]
  }

  private func tabular(of table: TableText, block: [Int]) -> String {
    var lines = ["\\begin{tabular}{l\(String(repeating: "r", count: block.count))}", "  \\toprule"]
    var groups: [(name: String, first: Int, last: Int)] = []
    for (place, column) in block.enumerated() {
      let name = table.columns[column].group
      if groups.last?.name == name {
        groups[groups.count - 1].last = place + 2
      } else {
        groups.append((name, place + 2, place + 2))
      }
    }
    let heads = groups.map { "\\multicolumn{\($0.last - $0.first + 1)}{c}{\(escaped($0.name))}" }
    lines.append("  & " + heads.joined(separator: " & ") + " \\\\")
    lines.append("  " + groups.map { "\\cmidrule(lr){\($0.first)-\($0.last)}" }.joined(separator: " "))
    let titles = block.map { escaped(table.columns[$0].subtitle) }
    lines.append("  " + (["method"] + titles).joined(separator: " & ") + " \\\\")
    lines.append("  \\midrule")
    for row in table.rows {
      let cells = block.map { text(of: row.cells[$0]) }
      lines.append("  " + ([escaped(row.label)] + cells).joined(separator: " & ") + " \\\\")
    }
    lines += ["  \\bottomrule", "\\end{tabular}"]
    return lines.map { "  \($0)\n" }.joined()
  }

  private func text(of cell: CellText?) -> String {
    guard let cell else { return "---" }
    func ascii(_ number: String) -> String { number.replacing("−", with: "-") }
    let marks = cell.marks.replacing(CellText.caveatMark, with: "\\dagger")
      .replacing(CellText.partialMark, with: "\\ddagger")
    let number = cell.isBest ? "\\mathbf{\(ascii(cell.mean))}" : ascii(cell.mean)
    let mean = number + (marks.isEmpty ? "" : "^{\(marks)}")
    let value =
      switch cell.spread {
      case nil: "$\(mean)$"
      case CellText.noValue: "$\(mean) \\pm$ ---"
      case let spread?: "$\(mean) \\pm \(ascii(spread))$"
      }
    let difference = cell.difference.map { ascii($0).replacing(CellText.partialMark, with: "^{\\ddagger}") }
    return value + (difference.map { " ($\($0)$)" } ?? "")
      + (cell.isInconclusive ? CellText.inconclusiveMark : "")
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "†": result += "$\\dagger$"
      case "‡": result += "$\\ddagger$"
      case "±": result += "$\\pm$"
      case "—": result += "---"
      case "−": result += "$-$"
      case "<", ">", "|": result += "$\(character)$"
      default: result.append(character)
      }
    }
  }
}

extension ReportWriter where Self == LaTeXWriter {
  /// Tables in LaTeX, for the package booktabs.
  public static var latex: Self { Self() }
}
