/// The results of one experiment, ready to be written in any format.
public struct Report: Sendable {
  /// The name of the experiment.
  public let experiment: String
  /// The values, in the order of the experiment's cells.
  public let rows: [ResultRow]
  /// What the rows say, as numbers.
  public let analysis: Analysis
  /// The results that are not there yet.
  public var missing: [MissingResult]
  /// The cells that are not run, with the reasons.
  public let leftOut: [PrunedCell]

  /// A report of `rows`.
  ///
  /// - Throws: `ResultsError` where two rows are one measurement of one model.
  public init(
    experiment: String, rows: [ResultRow], missing: [MissingResult] = [], leftOut: [PrunedCell] = []
  ) throws(ResultsError) {
    self.experiment = experiment
    self.rows = rows
    analysis = try Analysis(rows)
    self.missing = missing
    self.leftOut = leftOut
  }

  /// The report as text that ends in a line break.
  public func text(_ writer: some ReportWriter, _ style: ReportStyle = ReportStyle()) -> String {
    writer.text(of: self, style)
  }
}
