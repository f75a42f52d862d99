import Foundation
import Unlearning

/// A report in words and rounded numbers, without markup: what the formats for readers share.
///
/// Names may come from anywhere; here they are of one line, of bounded length and without control characters.
struct ReportText {
  var tables: [TableText]
  /// What a reader must know of the numbers, one sentence each.
  var notes: [String]
  /// What is not in the tables, in lines below a heading.
  var absences: [(heading: String, lines: [String])]

  /// - Parameter best: What marks the best methods, as the legend calls it.
  init(_ report: Report, _ interval: ReportInterval, best: String) {
    tables = report.analysis.tables.map { TableText($0, interval) }
    notes = Self.notes(on: report, tables, interval, best).map { note in
      note.visible.replacing("\n", with: " ").cappingLines(at: 4000)
    }
    // What was left out is a statement about the results; what is missing can be counted.
    let leftOut = (heading: "Left out (\(report.leftOut.count))", lines: PrunedCell.lines(report.leftOut))
    absences = [leftOut, (heading: "Missing (\(report.missing.count))", lines: MissingResult.lines(report.missing))]
      .filter { !$0.lines.isEmpty }.map { ($0, $1.map { $0.visible.cappingLines(at: 1000) }) }
  }

  private static func notes(
    on report: Report, _ tables: [TableText], _ interval: ReportInterval, _ best: String
  ) -> [String] {
    let analysis = report.analysis
    guard !tables.isEmpty else { return ["There are no results yet."] }
    let models = analysis.tables.flatMap(\.models)
    // A mark is explained where it is printed, and nowhere else.
    let cells = tables.flatMap { $0.rows.flatMap(\.cells) }
    var notes = [
      cells.contains { $0?.spread != nil }
        ? spreadNote(analysis, interval) : noSpreadNote(report)
    ]
    if cells.contains(where: { $0?.hasSamplingInterval == true }) {
      notes.append(
        "In brackets: the 95 % interval of a value of one model over its samples, Clopper-Pearson's of a share and DeLong's "
          + "of an area; models of other seeds may lie outside.")
    }
    let scores = Set(report.rows.filter { $0.bankPseudoValues != nil }.map(\.name)).sorted()
    if !scores.isEmpty {
      notes.append(
        "Of a whole bank, so that ± is over its models by a jackknife, not over seeds, and so are their differences: "
          + "\(scores.joined(separator: ", ")).")
    }
    if cells.contains(where: { $0?.marks.contains(CellText.partialMark) == true }) {
      notes.append("\(CellText.partialMark): of fewer seeds than its row.")
    }
    if analysis.tables.contains(where: { $0.measurements.contains { $0.unit == .fraction } }) {
      notes.append("Fractions are in percent.")
    }
    if let reference = models.first(where: { $0.role == .reference })?.method {
      if cells.contains(where: { $0?.difference != nil }) {
        notes.append("In parentheses: the mean's difference to \(reference).")
      }
      if cells.contains(where: { $0?.difference?.contains(CellText.partialMark) == true }) {
        notes.append(
          "\(CellText.partialMark) in parentheses: over fewer seeds than the mean; the others have no value of \(reference)."
        )
      }
      if cells.contains(where: { $0?.isInconclusive == true }) {
        notes.append(
          "\(CellText.inconclusiveMark): inconclusive; the difference's 95 % interval (Student's t, paired by seed) "
            + "contains 0, or cannot be known, as where fewer than six seeds have all the same difference.")
      }
      notes.append(
        "\(reference) (floor): models trained without the forget set; "
          + "a distance in this row is the one between such models of different seeds"
          + (analysis.tables.contains { $0.seeds.count > 1 } ? ", its spread a jackknife over models." : "."))
    }
    if tables.contains(where: { !$0.worstCases.isEmpty }) {
      notes.append(
        "\(TableText.worstCaseHeading): the measurement of an attack whose difference to the retrained models, in the "
          + "direction of a leak, has the least p (Student's t, paired by seed); p and the interval ± are corrected for the "
          + "number of these measurements (Bonferroni).")
    }
    if let note = bestNote(analysis, best) { notes.append(note) }
    for baseline in Baseline.allCases where models.contains(where: { $0.method == baseline.rawValue }) {
      notes.append(note(on: baseline))
    }
    if cells.contains(where: { $0 == nil || $0?.spread == CellText.noValue }) {
      notes.append("\(CellText.noValue): no value.")
    }
    return notes + analysis.caveats.map(note)
  }

  private static func noSpreadNote(_ report: Report) -> String {
    let seeds = Set(report.rows.map(\.seed)).count, unlearnings = Set(report.rows.compactMap(\.unlearningSeed)).count
    if seeds > 1 { return "No value is of more than one seed, so there are no standard deviations." }
    return unlearnings > 1
      ? "One training seed: models unlearned from one original are not independent, so there are no standard deviations."
      : "One seed, so there are no standard deviations."
  }

  private static func spreadNote(_ analysis: Analysis, _ interval: ReportInterval) -> String {
    let counts = Set(analysis.tables.map(\.seeds.count)).sorted()
    if counts == [1] {
      let width =
        interval == .sd ? "the sample standard deviation" : "half the width of its 95 % interval (Student's t)"
      return "One seed: only a score of a whole bank has a ±, \(width) over its models."
    }
    let hasPartialRows = analysis.tables.contains { table in
      table.models.contains { $0.seeds.count < table.seeds.count }
    }
    let seeds =
      counts.count == 1 ? "\(counts[0]) seeds" : "the \(counts[0]) to \(counts[counts.count - 1]) seeds of a table"
    switch interval {
    case .sd:
      let others = hasPartialRows ? ", or over as many as its row names" : ""
      return "Mean ± sample standard deviation over \(seeds)\(others)."
    case .t95:
      let text = "Mean ± half the width of its 95 % interval (Student's t) over \(seeds)"
      guard counts.count == 1 else { return text + (hasPartialRows ? ", or over as many as its row names." : ".") }
      let factor = StudentT.quantile(degrees: counts[0] - 1) / Double(counts[0]).squareRoot()
      return text + String(format: ": %.2f sample standard deviations", factor)
        + (hasPartialRows ? ", more where a row names fewer seeds." : ".")
    }
  }

  /// Nil where no table has two methods to choose from.
  private static func bestNote(_ analysis: Analysis, _ best: String) -> String? {
    let tables = analysis.tables.filter { table in table.models.count { $0.role == .unlearned } > 1 }
    let models = tables.flatMap(\.models)
    guard !models.isEmpty else { return nil }
    if models.contains(where: { $0.estimates.contains { $0?.isBest == true } }) {
      return
        "\(best): the best method of its column, and those not found worse at 5 % (Student's t, paired by seed, Holm's "
        + "correction); a column in which none is found worse has no mark."
    }
    let seeds = tables.map(\.seeds.count).max() ?? 0
    return
      "No column has a best method: over \(seeds) \(seeds == 1 ? "seed" : "seeds") none is found worse than another."
  }

  private static func note(on baseline: Baseline) -> String {
    switch baseline {
    case .constantAnswer:
      "constant answer: the class that retrained models answer most often, with probability 1, whatever the sample."
    case .meanRetrained: "mean retrained: the mean of the other retrained models' probabilities."
    }
  }

  private static func note(on caveat: Analysis.Caveat) -> String {
    let places = caveat.places.map { "\($0.measurement) of \($0.models.joined(separator: ", "))" }
    return "\(CellText.caveatMark): \(caveat.text): \(places.joined(separator: "; "))."
  }
}

/// One table of a report in words and rounded numbers.
struct TableText {
  /// Data set, architecture, forget request.
  var titles: [String]
  var columns: [Column]
  var rows: [(label: String, cells: [CellText?])]
  /// The worst case of each method over attacks, a line each; empty where there is none.
  var worstCases: [String]

  /// One measurement.
  struct Column {
    /// The attack or metric.
    var group: String
    /// The split or variant, with the unit where that is not percent.
    var subtitle: String
    /// The full name, with the unit where that is not percent.
    var title: String
  }

  init(_ table: Analysis.Table, _ interval: ReportInterval) {
    titles = [table.data, table.architecture, table.forget].map { $0.shownName(limit: Self.longestName) }
    columns = table.measurements.map(Column.init)
    worstCases = table.models.compactMap { model in
      model.worstCase.map { "\(model.name.shownName(limit: Self.longestName)): \($0.text)" }
    }
    rows = table.models.map { model in
      let isPartial = model.seeds.count < table.seeds.count
      let partial = isPartial ? " (\(model.seeds.count) of \(table.seeds.count) seeds)" : ""
      return (
        label: "\(model.name)\(partial)".shownName(limit: Self.longestName),
        cells: zip(table.measurements, model.estimates).map { measurement, estimate in
          estimate.map { CellText($0, measurement.unit, interval, seeds: model.seeds.count) }
        }
      )
    }
  }

  fileprivate static let longestName = 200
  /// Stands over `worstCases`.
  static let worstCaseHeading = "Worst case over attacks"
}

extension Analysis.WorstCase {
  /// "mia-nn.probabilities −14.8 ± 5.2, p = 0.004"; where all are alike, no measurement is named.
  fileprivate var text: String {
    if adjustedP >= 1 { return "inconclusive by all (\(choices))" }
    let decimals = unit.decimals(halfWidth: halfWidth)
    let spread = halfWidth.map { " ± " + unit.text($0, decimals: decimals) } ?? ""
    let suffix = unit.suffix.map { " \($0)" } ?? ""
    let p = PairwiseComparison.probability(adjustedP)
    return "\(measurement.shownName(limit: TableText.longestName)) "
      + unit.signedText(difference, decimals: decimals) + spread + suffix
      + (p.hasPrefix("<") ? ", p \(p)" : ", p = \(p)") + (isFound ? "" : ", inconclusive")
  }
}

extension TableText.Column {
  fileprivate init(_ measurement: Analysis.Measurement) {
    group = measurement.probe.shownName(limit: TableText.longestName)
    let variant = measurement.variant.shownName(limit: TableText.longestName)
    func withUnit(_ name: String) -> String {
      [name, measurement.unit.suffix.map { "(\($0))" } ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }
    subtitle = withUnit(variant)
    title = withUnit(variant.isEmpty ? group : "\(group).\(variant)")
  }
}
