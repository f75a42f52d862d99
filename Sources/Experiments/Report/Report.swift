import ConfigYAML
import Foundation
import Unlearning

/// The results of one experiment, ready to be written in any format.
public struct Report: Sendable {
  /// The name of the experiment.
  public var experiment: String
  /// The values, in the order of the experiment's cells.
  public var rows: [ResultRow]
  /// What is not there yet.
  public var missing: [MissingResult]
  /// The cells that are not run, with the reason, one line each.
  public var leftOut: [String]
  /// What follows ± in the tables; CSV and JSON have the values of seeds.
  public var interval = ReportInterval.sd

  /// A report of `rows`.
  public init(experiment: String, rows: [ResultRow], missing: [MissingResult] = [], leftOut: [String] = []) {
    self.experiment = experiment
    self.rows = rows
    self.missing = missing
    self.leftOut = leftOut
  }

  /// The report as text that ends in a line break.
  ///
  /// CSV and JSON have the rows alone; the tables also say what is missing and left out.
  /// - Parameter width: Columns that a line of a terminal has; nil for lines of any length.
  public func text(_ format: ReportFormat, width: Int? = nil) -> String {
    switch format {
    case .csv: CSVText.text(of: rows)
    case .json: rows.map { "\($0.json)\n" }.joined()
    case .table: TerminalTable(width: width).text(of: self)
    case .markdown: MarkdownTable().text(of: self)
    case .latex: LaTeXTable().text(of: self)
    }
  }

  /// One table for each data set, architecture and forget request, in the order of the rows.
  var tables: [ResultTable] {
    var keys: [[String]] = []
    var groups: [[String]: [ResultRow]] = [:]
    for row in rows {
      let key = [row.data, row.architecture, row.forget]
      if groups[key] == nil { keys.append(key) }
      groups[key, default: []].append(row)
    }
    return keys.map { ResultTable(titles: $0, rows: groups[$0] ?? [], interval: interval) }
  }

  /// What a reader must know of the numbers, one sentence each.
  var notes: [String] {
    guard !rows.isEmpty else { return ["There are no results yet."] }
    let seeds = Set(rows.map(\.seed)).count
    var notes = [spreadNote(seeds)]
    if rows.contains(where: { $0.unit == .fraction }) { notes.append("Fractions are in percent.") }
    if let reference = rows.first(where: { $0.role == .reference })?.method {
      notes.append("In parentheses: the mean's difference to \(reference).")
      if tables.contains(where: { $0.rows.contains { $0.cells.contains { $0?.isInconclusive == true } } }) {
        notes.append(
          "?: inconclusive; the difference's 95 % interval (Student's t, paired by seed) contains 0, or cannot be known."
        )
      }
      notes.append(
        "\(reference) (floor): models trained without the forget set; "
          + "a distance in this row is the one between such models of different seeds"
          + (seeds > 1 ? ", its spread a jackknife over models." : "."))
    }
    for baseline in Baseline.allCases where rows.contains(where: { $0.method == baseline.rawValue }) {
      notes.append(Self.note(of: baseline))
    }
    notes.append("—: no value.")
    return (notes + caveatNotes).map { $0.visible.cappingLines(at: 4000) }
  }

  private static func note(of baseline: Baseline) -> String {
    switch baseline {
    case .constantAnswer:
      "constant answer: the class that retrained models answer most often, with probability 1, whatever the sample."
    case .meanRetrained: "mean retrained: the mean of the other retrained models' probabilities."
    }
  }

  private func spreadNote(_ seeds: Int) -> String {
    guard seeds > 1 else {
      return Set(rows.map(\.unlearningSeed)).count(where: { $0 != nil }) > 1
        ? "One training seed: models unlearned from one original are not independent, so there are no standard deviations."
        : "One seed, so there are no standard deviations."
    }
    switch interval {
    case .sd: return "Mean ± sample standard deviation over \(seeds) seeds."
    case .t95:
      let factor = Statistics.spread([1, -1] + Array(repeating: 0, count: max(0, seeds - 2)), .t95) ?? 0
      let deviation = (2 / Double(seeds - 1)).squareRoot()
      let rounded = String(format: "%.2f", factor / deviation)
      return "Mean ± half the width of its 95 % interval (Student's t) over \(seeds) seeds: "
        + "\(rounded) sample standard deviations."
    }
  }

  /// Each caveat once, with the measurements and methods concerned.
  private var caveatNotes: [String] {
    let marked = rows.filter { $0.caveat != nil }
    return ResultTable.grouped(marked) { $0.caveat }.map { rows in
      let places = ResultTable.grouped(rows, by: \.name).map { rows in
        let methods = ResultTable.grouped(rows, by: ResultTable.label).map { ResultTable.label($0[0]) }
        return "\(rows[0].name) of \(methods.joined(separator: ", "))"
      }
      return "\(ResultTable.Summary.caveatMark): \(rows[0].caveat ?? ""): \(places.joined(separator: "; "))."
    }
  }

  private static let missingLines = 10

  /// What is not in the tables, in lines below a heading.
  var absences: [(heading: String, lines: [String])] {
    // What was left out is a statement about the results; what is missing can be counted.
    let lines = MissingResult.lines(missing)
    let shown = lines.prefix(Self.missingLines) + (lines.count > Self.missingLines ? ["..."] : [])
    return [("Left out (\(leftOut.count))", leftOut), ("Missing (\(missing.count))", Array(shown))]
      .filter { !$0.1.isEmpty }.map { ($0.0, $0.1.map { $0.visible.cappingLines(at: 1000) }) }
  }
}
