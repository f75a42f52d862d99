import Experiments
import Foundation
import Testing
import Unlearning

@Suite("report numbers")
struct ReportNumberTests {
  @Test func headerIsExact() throws {
    let header =
      "experiment,data,architecture,forget,method,role,parameters,seed,unlearning_seed,forget_seed,kind,name,value,unit,"
      + "direction,reference,gap,spread,interval_low,interval_high,caveat"
    #expect(try Report(experiment: "demo", rows: []).text(.csv) == header + "\n")
    #expect(ResultRow.columns == header.split(separator: ",").map(String.init))
  }

  @Test func csvQuotesWhatNeedsQuotes() throws {
    var row = ReportRows.all[0]
    row.experiment = "two\rlines"
    row.data = "a,b"
    row.architecture = "says \"hi\""
    row.forget = "two\nlines"
    row.method = "plain text"
    row.parameters = "{}"
    let text = try Report(experiment: "demo", rows: [row]).text(.csv)
    #expect(
      text.contains(
        "\"two\rlines\",\"a,b\","
          + "\"says \"\"hi\"\"\",\"two\nlines\",plain text,unlearned,{},1,,,metric,"))
  }

  @Test(
    "numbers are the shortest that read back",
    arguments: [
      (0.1, "0.1"), (1, "1"), (0.1 + 0.2, "0.30000000000000004"), (1e-7, "1e-07"), (-0.0, "0"), (1_048_576, "1048576"),
      (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
    ])
  func csvNumbers(value: Double, text: String) throws {
    var row = ReportRows.all[0]
    row.parameters = "{}"
    row.value = value
    row.reference = nil
    row.gap = nil
    let csv = try Report(experiment: "demo", rows: [row]).text(.csv)
    #expect(csv.hasSuffix("accuracy.retain_test,\(text),fraction,nearest,,,\(text),,,\n"))
    let fields = try #require(csv.split(separator: "\n").last).split(separator: ",", omittingEmptySubsequences: false)
    let written = Double(fields[try #require(ResultRow.columns.firstIndex(of: "value"))])
    #expect(written?.isNaN == value.isNaN && (value.isNaN || written == value))
  }

  @Test func rowsReadBackFromJSON() throws {
    let lines = try Report(experiment: "demo", rows: ReportRows.all).text(.json).split(separator: "\n")
    let read = try lines.map { try JSONDecoder().decode(ResultRow.self, from: Data($0.utf8)) }
    let expected = ReportRows.all.map { row in
      var row = row
      row.variedParameters = ""
      return row
    }
    #expect(read == expected)
  }

  @Test func aValueThatIsNoNumberIsNullInJSON() throws {
    var row = ReportRows.all[0]
    row.value = .nan
    #expect(try Report(experiment: "demo", rows: [row]).text(.json).contains(#""value":null,"#))
  }

  @Test(
    arguments: [
      (MeasurementUnit.fraction, 0.12344, "12.34", ""), (.fraction, -0.00001, "0.00", ""),
      (.seconds, 1.005, "1.00", " (s)"), (.bytes, 1_572_864, "1.5", " (MiB)"), (.nats, 2.302585, "2.3026", " (nats)"),
      (.distance, 0.5, "0.5000", " (L2)"), (.steps, 12.25, "12.2", " (steps)"),
      (.fraction, -0.5, "−50.00", ""),
    ])
  func unitsInTables(unit: MeasurementUnit, value: Double, shown: String, suffix: String) throws {
    var row = ReportRows.all[0]
    row.unit = unit
    row.value = value
    row.reference = nil
    row.gap = nil
    let table = try Report(experiment: "demo", rows: [row]).text(.markdown)
    let line = try #require(table.split(separator: "\n").first { $0.hasPrefix("| trw") })
    #expect(line == "| trw tilt=10 temperature=0.1 | \(shown) |")
    #expect(table.contains("| method | accuracy.retain_test\(suffix) |\n"))
  }

  @Test func aSeedThatIsMissingIsSaid() throws {
    let rows = ReportRows.all.filter { !($0.method == "fine-tune" && $0.seed == 2) }
    let table = try Report(experiment: "demo", rows: rows).text(.markdown)
    #expect(table.contains("| fine-tune (1 of 2 seeds) | 94.00 (+2.00)? | 10.00 | 25.00 (+18.75)? |"))
  }

  @Test func aValueOfFewerSeedsIsMarked() throws {
    let rows = ReportRows.all.filter { $0.method != "fine-tune" || $0.seed == 1 || $0.name != "accuracy.retain_test" }
    let report = try Report(experiment: "demo", rows: rows)
    let markdown = report.text(.markdown)
    #expect(markdown.contains("| fine-tune | 94.00‡ (+2.00)? | 10.00 ± 0.00 | 31 ± 9 (+25)? |"), "\(markdown)")
    #expect(markdown.contains("‡: of fewer seeds than its row."))
    #expect(report.text(.latex).contains("$94.00^{\\ddagger}$ ($+2.00$)?"))
    let whole = try Report(experiment: "demo", rows: ReportRows.all).text(.markdown)
    #expect(!whole.contains("‡") && !whole.contains("as many as its row names"))
    let partial = try Report(experiment: "demo", rows: ReportRows.all.filter { $0.method != "trw" || $0.seed == 1 })
    #expect(partial.text(.markdown).contains("over 2 seeds, or over as many as its row names."))
  }

  @Test("a difference is that of the seeds with a retrained model, and is marked where some have none")
  func differencesOfFewerSeeds() throws {
    let more = ReportRows.models.map { model in
      var model = model
      model.accuracy.append(model.method == "trw" ? 0.8 : 0.9)
      return model
    }
    let rows = ReportRows.rows(of: more).filter { $0.name == "accuracy.retain_test" }
      .filter { $0.method != "retrain" || $0.seed < 3 }
      .map { row in
        var row = row
        if row.seed == 3 { (row.reference, row.gap) = (nil, nil) }
        return row
      }
    let report = try Report(experiment: "demo", rows: rows)
    let markdown = report.text(.markdown)
    #expect(markdown.contains("| trw tilt=10 temperature=0.1 | 87 ± 6 (−2‡)? |"), "\(markdown)")
    #expect(markdown.contains("‡ in parentheses: over fewer seeds than the mean; the others have no value of retrain."))
    #expect(!markdown.contains("‡: of fewer seeds than its row."))
    #expect(report.text(.latex).contains("$87 \\pm 6$ ($-2^{\\ddagger}$)?"))
    let difference = try #require(
      report.analysis.tables[0].models.last { $0.method == "trw" }?.estimates[0]?.difference)
    #expect(difference.count == 2 && difference.verdict == .inconclusive)
    let alone = try Report(
      experiment: "demo",
      rows: rows.filter { $0.method != "retrain" || $0.seed == 1 }.map { row in
        var row = row
        if row.seed > 1 { (row.reference, row.gap) = (nil, nil) }
        return row
      })
    #expect(alone.text(.markdown).contains("87 ± 6 (−2‡)?"), "one pair has no interval")
  }

  @Test("a mark is explained where a table has it, and nowhere else") func legends() throws {
    let reference = ReportRows.all.filter { $0.method == "retrain" && $0.unit == .fraction }
    let alone = try Report(experiment: "demo", rows: reference).text(.markdown)
    #expect(!alone.contains("In parentheses") && !alone.contains("no value"), "\(alone)")
    let apart = try Report(
      experiment: "demo",
      rows: ReportRows.all.filter { ($0.method == "trw") == ($0.seed == 1) && $0.method != "retrain" })
    #expect(!apart.text(.markdown).contains("±"), "no row has two seeds")
  }

  @Test("the number of seeds is that of each table") func seedsOfTables() throws {
    let other = ReportRows.rows(of: ReportRows.models, forget: "class square")
    let one = try Report(experiment: "demo", rows: ReportRows.all + other.filter { $0.seed == 1 })
    #expect(one.text(.markdown).contains("over the 1 to 2 seeds of a table."))
    #expect(
      one.text(.markdown, ReportStyle(interval: .t95)).contains("(Student's t) over the 1 to 2 seeds of a table."))
    let apart = try Report(
      experiment: "demo", rows: ReportRows.all.filter { $0.seed == 2 } + other.filter { $0.seed == 1 })
    #expect(!apart.text(.markdown).contains("±"), "a mark that no value has")
  }

  @Test func oneSeedHasNoDeviation() throws {
    let rows = ReportRows.all.filter { $0.seed == 1 }
    let table = try Report(experiment: "demo", rows: rows).text(.markdown)
    #expect(table.contains("| original | 95.00 (+3.00) | — | 50.00 (+43.75) |"))
    #expect(!table.contains("±"))
    #expect(table.contains("One seed"))
  }

  @Test func eachRequestHasItsTable() throws {
    let rows = ReportRows.all + ReportRows.rows(of: ReportRows.models, forget: "class square")
    let table = try Report(experiment: "demo", rows: rows).text(.markdown)
    #expect(
      table.split(separator: "\n").filter { $0.hasPrefix("### ") }.map(String.init) == [
        "### shapes · cnn · class circle", "### shapes · cnn · class square",
      ])
  }

  @Test func columnsOfOnePluginStandTogether() throws {
    let accuracies = ReportRows.rows(of: [ReportRows.models[3]]).filter { $0.name == "accuracy.retain_test" }
    let late = accuracies.map { row in
      var row = row
      row.name = row.name.replacingOccurrences(of: "retain_test", with: "forget_test")
      row.reference = nil
      row.gap = nil
      return row
    }
    let table = try Report(experiment: "demo", rows: ReportRows.all + late).text(.markdown)
    let header = try #require(table.split(separator: "\n").first { $0.hasPrefix("| method") })
    let titles = header.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.prefix(4)
    #expect(Array(titles)[1...2] == ["accuracy.retain_test", "accuracy.forget_test"])
  }

  @Test(arguments: [("abc", 3), ("形状", 4), ("e\u{301}", 1), ("👍", 2), ("±−—", 3), ("", 0)])
  func widthOnTheTerminal(text: String, width: Int) {
    #expect(text.displayWidth == width)
    #expect(text.padded(to: 6).displayWidth == 6)
    #expect(text.truncated(to: 2).displayWidth <= 2)
  }

  @Test func wideNamesKeepTheTableAligned() throws {
    let rows = ReportRows.all.map { row in
      var row = row
      if row.method == "fine-tune" { row.method = "微調整" }
      return row
    }
    let lines = try Report(experiment: "demo", rows: rows).text(.table).split(separator: "\n").map(String.init)
    let columns = lines.filter { $0.contains("±") && !$0.contains(/^(Mean|Worst|  )/) }.map { line in
      line[..<(line.firstIndex(of: "±") ?? line.endIndex)].description.displayWidth
    }
    #expect(columns.count == 4 && Set(columns).count == 1, "\(columns)")
  }
}
