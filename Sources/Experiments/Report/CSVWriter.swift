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
    ([ResultRow.columns] + report.rows.map(fields)).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  private func fields(_ row: ResultRow) -> [String] {
    ResultColumn.allCases.map { column in
      switch column.value(of: row) {
      case .null: ""
      case .string(let text): harmless(text)
      case .number(let value): number(value)
      case let value: value.description
      }
    }
  }

  /// The shortest text that reads back as `value`; "inf", "-inf" and "nan" as most readers expect them.
  private func number(_ value: Double) -> String {
    value.isFinite ? JSONValue.number(value).description : "\(value)"
  }

  /// An apostrophe before text that a spreadsheet would compute as a formula.
  private func harmless(_ text: String) -> String {
    text.unicodeScalars.first.map("=+-@\t\r".unicodeScalars.contains) == true ? "'\(text)" : text
  }

  private func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension ReportWriter where Self == CSVWriter {
  /// One row a measurement and seed, with a header.
  public static var csv: Self { Self() }
}
