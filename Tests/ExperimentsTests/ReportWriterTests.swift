import Experiments
import Foundation
import Testing
import Unlearning

/// What holds for every format of `Report.writers`.
@Suite("every format of reports") struct ReportWriterTests {
  @Test("prints the value of every row", arguments: Report.writers)
  func values(writer: any ReportWriter) throws {
    // Of one seed, and in seconds: a rounded mean is the value itself.
    let rows = ["retrain", "original", "rwft"].enumerated().flatMap { model, method in
      ["call", "all"].enumerated().map { name, variant in
        ResultRow(
          experiment: "demo", data: "shapes", architecture: "mlp", forget: "class circle", method: method,
          parameters: "{}", seeds: ModelSeeds(training: 1), kind: .metric, name: "run-time.\(variant)",
          value: 100.25 + Double(10 * model + name), unit: .seconds, direction: .lower,
          role: method == "retrain" ? .reference : .unlearned)
      }
    }
    let text = writer.text(of: try Report(experiment: "demo", rows: rows), ReportStyle(width: 80))
    for row in rows { #expect(text.contains("\(row.value)"), "\(row.value) in \(writer):\n\(text)") }
    #expect(text.hasSuffix("\n"))
  }

  @Test("has a unique name, which the registry finds") func names() {
    #expect(Report.writers.map(\.name) == ["table", "csv", "json", "markdown", "latex"])
  }

  /// Names that would do something to a terminal, a table, a page, a typesetter or a spreadsheet.
  private static let hostile = [
    "\u{1B}]0;title\u{7}", "line\nbreak", "a|b", "50 % & more",
    "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)",
    "\"quoted\", twice", "<script>x</script>", "![x](http://x)", "&lt;b&gt;",
    "\\end{table} $x^2_3$ {", "#*`~_", "\u{202E}gnp", "tab\tinside",
  ]

  @Test("prints hostile names as text", arguments: Report.writers)
  func hostileNames(writer: any ReportWriter) throws {
    for name in Self.hostile {
      let rows = [1, 2].map { seed in
        ResultRow(
          experiment: name, data: name, architecture: name, forget: name, method: name, parameters: "{}",
          seeds: ModelSeeds(training: seed), kind: .metric, name: "\(name).\(name)", value: 0.5, unit: .fraction,
          direction: .higher, reference: 0.25, gap: 0.25, caveat: name, variedParameters: name)
      }
      let report = try Report(
        experiment: name, rows: rows, missing: [MissingResult(name, because: name)],
        leftOut: [PrunedCell(description: name, reason: name)])
      let text = writer.text(of: report, ReportStyle(width: 80))
      #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" } || writer.name == "csv", "\(name)")
      try check(text, of: writer, name)
    }
  }

  @Test(
    "bounds the length of names for readers",
    arguments: Report.writers.filter { !["csv", "json"].contains($0.name) })
  func giantNames(writer: any ReportWriter) throws {
    let giant = String(repeating: "x", count: 1_000_000)
    var row = ReportRows.all[0]
    (row.data, row.method, row.variedParameters) = (giant, giant, giant)
    row.name = "\(giant).\(giant)"
    let report = try Report(
      experiment: giant, rows: [row], missing: [MissingResult(giant)],
      leftOut: [PrunedCell(description: giant, reason: giant)])
    let text = writer.text(of: report, ReportStyle(width: 80))
    #expect((text.split(separator: "\n").map(\.count).max() ?? 0) < 5000)
  }

  /// Each format has a case.
  private func check(_ text: String, of writer: any ReportWriter, _ name: String) throws {
    switch writer.name {
    case "table": checkTable(text)
    case "markdown": checkMarkdown(text)
    case "latex": checkLaTeX(text)
    case "csv": checkCSV(text, name)
    case "json": try checkJSON(text, name)
    default: Issue.record("hostile names in the format \(writer) are not checked")
    }
  }

  private func checkTable(_ text: String) {
    #expect(!text.contains("\u{202E}"))
    let values = text.split(separator: "\n").filter { $0.contains("(+25.00)") }
    #expect(values.count == 1, "\(text)")
  }

  private func checkMarkdown(_ text: String) {
    // Without escaped characters, what is left would be markup.
    let plain = text.replacing("\\\\", with: "").replacing(/\\[|*`<\[&]/, with: "")
    #expect(!plain.contains(/[*`<\[&]/), "\(text)")
    let lines = plain.split(separator: "\n")
    let table = lines.filter { $0.hasPrefix("|") }
    #expect(table.count == 3, "\(text)")
    for line in table { #expect(line.count { $0 == "|" } == 3, "\(text)") }
    let starts = ["### ", "| ", "Mean ± ", "Left out (1)", "Missing (1)", "- ", "  "]
    for line in lines { #expect(starts.contains { line.hasPrefix($0) }, "\(text)") }
  }

  private func checkLaTeX(_ text: String) {
    // Without comments and escaped characters, what is left is the writer's own.
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("%") }
    #expect(lines.count { $0.contains("\\end{table}") } == 1)
    let plain = lines.map { $0.replacing("\\\\", with: "").replacing(/\\[&%$#_{}]/, with: "") }
    // After the table, everything is a comment.
    #expect(text.split(separator: "\n").last { !$0.hasPrefix("%") } == "\\end{table}", "\(text)")
    var depth = 0
    for line in plain {
      #expect(!line.replacing(/\$[^$]*\$/, with: "").contains(/[%#_^~]/), "\(text)")
      #expect(line.count { $0 == "&" } <= 1 && line.count { $0 == "$" } % 2 == 0, "\(text)")
      for character in line {
        depth += character == "{" ? 1 : character == "}" ? -1 : 0
        #expect(depth >= 0)
      }
    }
    #expect(depth == 0, "\(text)")
  }

  private func checkCSV(_ text: String, _ name: String) {
    let records = records(text)
    #expect(records.count == 3, "\(text)")
    let expected = ["=", "+", "-", "@"].contains { name.hasPrefix($0) } ? "'\(name)" : name
    for record in records.dropFirst() {
      #expect(record.count == ResultRow.columns.count && record.last == expected, "\(text)")
      #expect(record.prefix(5).allSatisfy { $0 == expected }, "\(text)")
    }
  }

  private func checkJSON(_ text: String, _ name: String) throws {
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let row = try JSONDecoder().decode(ResultRow.self, from: Data(line.utf8))
      #expect(row.method == name && row.caveat == name && row.name == "\(name).\(name)")
    }
  }

  /// The records of comma-separated values, as RFC 4180 reads them.
  private func records(_ text: String) -> [[String]] {
    var records = [[""]]
    var (isQuoted, isAfterQuote) = (false, false)
    for scalar in text.unicodeScalars {
      let isSecondQuote = isAfterQuote && scalar == "\""
      isAfterQuote = isQuoted && scalar == "\""
      if scalar == "\"" { isQuoted.toggle() }
      switch scalar {
      case "," where !isQuoted: records[records.count - 1].append("")
      case "\n" where !isQuoted: records.append([""])
      case "\"" where !isSecondQuote: break
      default: records[records.count - 1][records[records.count - 1].count - 1].unicodeScalars.append(scalar)
      }
    }
    #expect(records.removeLast() == [""] && !isQuoted)
    return records
  }
}
