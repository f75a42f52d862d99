/// Tables in GitHub's Markdown.
public struct MarkdownWriter: ReportWriter {
  /// "markdown".
  public let name = "markdown"

  /// One heading and table each, then notes and what is missing.
  public func text(of report: Report, _ style: ReportStyle) -> String {
    let report = ReportText(report, style.interval, best: "bold")
    var parts = report.tables.map(text)
    parts.append(report.notes.map(escaped).joined(separator: " ") + "\n")
    for absence in report.absences {
      let lines = absence.lines.map { "- \(escaped($0).replacing("\n", with: "\n  "))\n" }.joined()
      parts.append("\(absence.heading):\n\n\(lines)")
    }
    return parts.joined(separator: "\n")
  }

  private func text(of table: TableText) -> String {
    let header = line(["method"] + table.columns.map { escaped($0.title) })
    let rule = line([":--"] + table.columns.map { _ in "--:" })
    let rows = table.rows.map { row in line([escaped(row.label)] + row.cells.map(text)) }
    let title = escaped(table.titles.joined(separator: " · "))
    let worst = table.worstCases.isEmpty ? [] : ["\n\(TableText.worstCaseHeading):\n\n"]
    return "### \(title)\n\n" + ([header, rule] + rows + worst).joined()
      + table.worstCases.map { "- \(escaped($0))\n" }.joined()
  }

  private func text(of cell: CellText?) -> String {
    guard var cell else { return CellText.noValue }
    if cell.isBest { cell.mean = "**\(cell.mean)**" }
    return cell.text
  }

  private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

  /// Characters that would begin markup, a link, a picture or a character reference, behind a backslash.
  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\|*`<[&".contains(character) { result += "\\" }
      result.append(character)
    }
  }
}

extension ReportWriter where Self == MarkdownWriter {
  /// Tables in Markdown.
  public static var markdown: Self { Self() }
}
