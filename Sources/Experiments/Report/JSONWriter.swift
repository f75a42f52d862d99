/// Rows as JSON lines: one object a line, with the columns of `ResultColumn` as keys.
public struct JSONWriter: ReportWriter {
  /// "json".
  public let name = "json"
  /// False: the text is rows alone.
  public let namesMissing = false

  /// The rows alone.
  public func text(of report: Report, _ style: ReportStyle) -> String {
    report.rows.map { "\($0.json)\n" }.joined()
  }
}

extension ReportWriter where Self == JSONWriter {
  /// One object a line.
  public static var json: Self { Self() }
}
