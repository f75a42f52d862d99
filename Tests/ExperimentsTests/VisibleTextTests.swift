import ConfigYAML
import Experiments
import Testing
import Unlearning

@Suite("Text for terminals") struct VisibleTextTests {
  @Test(arguments: [
    ("plain é 中 🙂", "plain é 中 🙂"), ("a\nb", "a\nb"), ("a\tb", "a b"), ("\u{1B}[2Jx", "\\x1b[2Jx"),
    ("\u{7}\u{8}\r\u{0}", "\\x07\\x08\\x0d\\x00"), ("\u{7F}\u{9B}31m", "\\x7f\\x9b31m"),
    ("\u{202E}gnp.exe", "\\u{202e}gnp.exe"), ("a\r\nb", "a\\x0d\nb"),
  ]) func controlsAreWrittenOut(text: String, shown: String) {
    #expect(text.visible == shown)
  }

  @Test func longLinesAreCut() {
    let text = "short\n" + String(repeating: "x", count: 30) + "\nlast"
    #expect(text.cappingLines(at: 10) == "short\nxxxxxxxxxx… (20 more characters)\nlast")
    // One character of very many scalars is long, too.
    let tall = "e" + String(repeating: "\u{301}", count: 1000)
    #expect(tall.cappingLines(at: 10).unicodeScalars.count < 50)
  }

  @Test(arguments: ReportFormat.allCases) func tablesOfHostileNamesStayTables(format: ReportFormat) throws {
    let giant = String(repeating: "x", count: 1_000_000)
    let name = "\u{1B}]0;title\u{7}"
    let rows = (1...2).map { seed in
      ResultRow(
        experiment: name, data: giant, architecture: name, forget: "line\nbreak", method: giant, parameters: "{}",
        seeds: ModelSeeds(training: seed), kind: .metric, name: "accuracy.\(name)", value: 0.5, unit: .fraction,
        direction: .higher,
        reference: nil, gap: nil, variedParameters: name)
    }
    let text = Report(experiment: name, rows: rows, missing: [MissingResult(giant + name)], leftOut: [name]).text(
      format, width: 80)
    // The others are for programs, which get every byte.
    guard [.table, .markdown, .latex].contains(format) else { return }
    #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect((text.split(separator: "\n").map(\.count).max() ?? 0) < (format == .table ? 1100 : 5000))
    #expect(text.contains(format == .table ? "\\x1b]0;title\\x07" : "x1b]0;title"))
    #expect(!text.contains("line\nbreak"))
  }
}
