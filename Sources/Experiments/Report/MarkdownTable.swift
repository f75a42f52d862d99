/// Result tables in GitHub's Markdown.
struct MarkdownTable {
  func text(of report: Report) -> String {
    var parts = report.tables.map { text(of: $0.shown) }
    parts.append(report.notes.map(escaped).joined(separator: " ") + "\n")
    for absence in report.absences {
      let lines = absence.lines.map { "- \(escaped($0))\n" }.joined()
      parts.append("\(absence.heading):\n\n\(lines)")
    }
    return parts.joined(separator: "\n")
  }

  private func text(of table: ResultTable) -> String {
    let header = line(["method"] + table.columns.map { escaped($0.title) })
    let rule = line([":--"] + table.columns.map { _ in "--:" })
    let rows = table.rows.map { row in line([escaped(row.label)] + row.cells.map(text)) }
    let title = escaped(table.titles.joined(separator: " · "))
    return "### \(title)\n\n" + ([header, rule] + rows).joined()
  }

  private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

  private func text(of cell: ResultTable.Summary?) -> String {
    cell?.text ?? ResultTable.Summary.noValue
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\|*`<".contains(character) { result += "\\" }
      result.append(character)
    }
  }
}
