import JSON

/// Rows as comma-separated values, with the columns of `ResultColumn` in their order: quoted as RFC 4180 says, lines end
/// in a line feed.
public struct CSVWriter: ReportWriter {
  /// "csv".
  public let name = "csv"
  /// False: the text is rows alone.
  public let namesMissing = false

  /// A header, then the rows alone.
  public func text(of report: Report, _ style: ReportStyle) -> String {
    Self.line(ResultRow.columns.map { .string($0) })
      + report.rows.map { row in Self.line(ResultColumn.allCases.map { $0.value(of: row) }) }.joined()
  }

  /// A line of these fields.
  static func line(_ fields: [JSONValue]) -> String {
    let texts = fields.map { field in
      switch field {
      case .null: ""
      case .string(let text): harmless(text)
      case .number(let value): number(value)
      case let value: value.description
      }
    }
    return texts.map(quoted).joined(separator: ",") + "\n"
  }

  /// The shortest text that reads back as `value`; "inf", "-inf" and "nan" as most readers expect them.
  private static func number(_ value: Double) -> String {
    value.isFinite ? JSONValue.number(value).description : "\(value)"
  }

  /// An apostrophe before text that a spreadsheet would compute as a formula.
  private static func harmless(_ text: String) -> String {
    text.unicodeScalars.first.map("=+-@\t\r".unicodeScalars.contains) == true ? "'\(text)" : text
  }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension ReportWriter where Self == CSVWriter {
  /// One row a measurement and seed, with a header.
  public static var csv: Self { Self() }
}
