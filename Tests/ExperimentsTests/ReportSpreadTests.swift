import ConfigYAML
@testable import Experiments
import Foundation
import Testing
import Unlearning

/// Spreads, intervals and marks in tables.
@Suite("report spreads, intervals and caveats")
struct ReportSpreadTests {
  /// One method beside the reference, one value a seed, in percent.
  private func rows(
    _ values: [Double], reference: [Double], spreads: [Spread?] = [], gapSpreads: [Spread?] = [], caveat: String? = nil
  ) -> [ResultRow] {
    func row(_ method: String, _ seed: Int, _ value: Double) -> ResultRow {
      ResultRow(
        experiment: "demo", data: "shapes", architecture: "cnn", forget: "class circle", method: method,
        parameters: "{}", seeds: ModelSeeds(training: seed), kind: .metric, name: "total-variation.forget_test",
        value: value / 100,
        unit: .fraction, direction: .lower, reference: reference[seed] / 100, gap: (value - reference[seed]) / 100,
        role: method == "retrain" ? .reference : .unlearned)
    }
    let retrained = reference.indices.map { seed in
      var row = row("retrain", seed, reference[seed])
      row.spread = spreads.isEmpty ? nil : spreads[seed]
      return row
    }
    return retrained
      + values.indices.map { seed in
        var row = row("trw", seed, values[seed])
        row.caveat = seed == 0 ? caveat : nil
        row.gapSpread = gapSpreads.isEmpty ? nil : gapSpreads[seed]
        return row
      }
  }

  private func line(_ method: String, of rows: [ResultRow], interval: ReportInterval = .sd) throws -> String {
    let report = try Report(experiment: "demo", rows: rows)
    let lines = report.text(.markdown, ReportStyle(interval: interval)).split(separator: "\n")
    return String(try #require(lines.first { $0.hasPrefix("| \(method)") }))
  }

  @Test("with one seed a score of a bank has its spread over models, and the note says so") func oneSeedOfABank() throws
  {
    let scores = rows([90], reference: [50]).map { row in
      var row = row
      row.bankPseudoValues = [-0.02, 0, 0.02].map { row.value + $0 }
      return row
    }
    for (interval, width, meaning) in [
      (ReportInterval.sd, "2.0", "the sample standard deviation"),
      (.t95, "5.0", "half the width of its 95 % interval (Student's t)"),
    ] {
      #expect(try line("trw", of: scores, interval: interval).contains("90.0 ± \(width)"))
      let text = try Report(experiment: "demo", rows: scores).text(.markdown, ReportStyle(interval: interval))
      #expect(text.contains("One seed: only a score of a whole bank has a ±, \(meaning) over its models."))
    }
  }

  @Test("a caveat marks the value, and is printed once with the measurements concerned")
  func caveats() throws {
    let caveat = "the decision is the same for all scores"
    let marked = rows([10, 20, 30], reference: [1, 2, 3], caveat: caveat)
    let report = try Report(experiment: "demo", rows: marked)
    #expect(try line("trw", of: marked).contains("| 20† ± 10 "))
    #expect(report.text(.table).contains("20†  ± 10"))
    #expect(report.text(.latex).contains("$20^{\\dagger} \\pm 10$"))
    let note = "†: \(caveat): total-variation.forget_test of trw."
    #expect(report.text(.markdown).components(separatedBy: note).count == 2)
    #expect(report.text(.table).components(separatedBy: note).count == 2)
    let csv = report.text(.csv).split(separator: "\n").filter { $0.hasSuffix(",0.1,,,\(caveat)") }
    #expect(csv.count == 1)
    let json = report.text(.json)
    #expect(json.components(separatedBy: #""caveat":"\#(caveat)"}"#).count == 2)
    #expect(json.components(separatedBy: #""caveat":null}"#).count == 6)
    let clean = try Report(experiment: "demo", rows: rows([10, 20, 30], reference: [1, 2, 3])).text(.table)
    #expect(!clean.contains("†"))
  }

  @Test("the deviation is that of pseudo-values, and never 0 where it is not known")
  func spreads() throws {
    let pseudo = rows(
      [5, 5, 5], reference: [1, 2, 3], spreads: [.pseudoValue(-0.02), .pseudoValue(0.02), .pseudoValue(0.06)])
    #expect(try line("retrain", of: pseudo) == "| retrain (floor) | 2.0 ± 4.0 |")
    let two = rows([5, 6], reference: [2, 2], spreads: [.unknown, .unknown], gapSpreads: [.unknown, .unknown])
    #expect(try line("retrain", of: two) == "| retrain (floor) | 2.00 ± — |")
    #expect(try line("trw", of: two) == "| trw | 5.5 ± 0.7 (+3.5)? |")
    let lines = try Report(experiment: "demo", rows: two).text(.json).split(separator: "\n")
    #expect(lines[0].contains(#""spread":null"#) && lines[2].contains(#""spread":0.05"#))
    let read = try JSONDecoder().decode(ResultRow.self, from: Data(lines[0].utf8))
    #expect(read.spread == .unknown)
  }

  // t(.975) is 4.302652729749462 at 2 and 2.7764451051977934 at 4 degrees of freedom (SciPy 1.17.1).
  @Test(
    "intervals of means by Student's t",
    arguments: [([1.0, 2, 3], "2.0 ± 2.5"), ([10, 11, 12, 13, 14], "12.0 ± 2.0"), ([1, 3], "2 ± 13")])
  func intervals(values: [Double], shown: String) throws {
    let rows = rows(values, reference: values.map { _ in 1 })
    #expect(try line("trw", of: rows, interval: .t95).contains("| \(shown) "))
    let text = try Report(experiment: "demo", rows: rows).text(.markdown, ReportStyle(interval: .t95))
    if values.count == 3 { #expect(text.contains("over 3 seeds: 2.48 sample standard deviations.")) }
  }

  @Test(
    "a difference whose paired interval contains 0 is marked",
    arguments: [
      // The deviation of the differences is 1: the interval is ±2.484 (n = 3).
      ([2.4, 3.4, 4.4], [1.0, 1, 1], true), ([2.5, 3.5, 4.5], [1.0, 1, 1], false),
      // Paired: large, equal movements of both do not hide a small difference.
      ([10.1, 20.2, 30.3], [10.0, 20, 30], true), ([10.5, 20.6, 30.4], [10.0, 20, 30], false),
      // Equal differences have no interval, also where they are equal but for rounding.
      ([10.5, 20.5, 30.5], [10.0, 20, 30], true), ([0.3, 0.7, 0.8], [0.2, 0.6, 0.7], true),
      // Equal values are equal, not inconclusive.
      ([0, 0, 0], [0.0, 0, 0], false),
    ])
  func inconclusive(values: [Double], reference: [Double], isMarked: Bool) throws {
    let shown = try line("trw", of: rows(values, reference: reference))
    #expect(shown.hasSuffix(")? |") == isMarked, "\(shown)")
    let text = try Report(experiment: "demo", rows: rows(values, reference: reference)).text(.table)
    #expect(text.contains("?: inconclusive") == isMarked)
  }

  // With n = 3 the half width is 2.484 times the deviation.
  @Test(
    "no more digits are shown than the interval bears",
    arguments: [
      ([12.34, 12.35, 12.36], "12.35 ± 0.01 (+2.35)"), ([12.1, 12.3, 12.5], "12.30 ± 0.20 (+2.30)"),
      // Half widths of 0.994 and, rounded to two digits, 1.0.
      ([11.9, 12.3, 12.7], "12.30 ± 0.40 (+2.30)"), ([11.9, 12.301, 12.702], "12.3 ± 0.4 (+2.3)"),
      ([8, 12.3, 16.6], "12 ± 4 (+2)?"),
      // Never rounded in front of the decimal point; 123.4 ± 173.9.
      ([53.4, 123.4, 193.4], "123 ± 70 (+113)?"),
      // Without an interval the digits of the unit.
      ([12.3, 12.3, 12.3], "12.30 ± 0.00 (+2.30)?"),
    ])
  func digits(values: [Double], shown: String) throws {
    #expect(try line("trw", of: rows(values, reference: [10, 10, 10])) == "| trw | \(shown) |")
  }

  @Test("a paired difference has digits of its own; without an interval those of the mean")
  func digitsOfDifferences() throws {
    let paired = rows([20, 30.01, 40.02], reference: [10, 20, 30])
    #expect(try line("trw", of: paired) == "| trw | 30 ± 10 (+10.01) |")
    let unknown = rows([20, 30, 40], reference: [10.25, 10, 10], gapSpreads: [.unknown, .unknown, .unknown])
    #expect(try line("trw", of: unknown) == "| trw | 30 ± 10 (+20)? |")
  }

  @Test("the difference of one seed is marked where the table has more seeds", arguments: [ReportInterval.sd, .t95])
  func oneSeedOfSeveral(interval: ReportInterval) throws {
    let shown = try line("trw", of: rows([3], reference: [1, 1.5, 2]), interval: interval)
    #expect(shown == "| trw (1 of 3 seeds) | 3.00 (+2.00)? |")
    let text = try Report(experiment: "demo", rows: rows([3], reference: [1, 2])).text(.table)
    #expect(text.contains("?: inconclusive"))
    // Equal values are equal, with one seed too.
    #expect(try line("trw", of: rows([1], reference: [1, 2])) == "| trw (1 of 2 seeds) | 1.00 (0.00) |")
  }

  @Test("one seed gives no marks") func oneSeed() throws {
    #expect(try line("trw", of: rows([3], reference: [1])) == "| trw | 3.00 (+2.00) |")
  }
}
