import JSON
import ConfigYAML
import Unlearning

/// Rows as comma-separated values: quoted as RFC 4180 says, lines end in a line feed.
enum CSVText {
  static func text(of rows: [ResultRow]) -> String {
    ([ResultRow.columns] + rows.map(fields)).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func fields(_ row: ResultRow) -> [String] {
    ResultColumn.allCases.map { column in
      switch column.value(of: row) {
      case .null: ""
      case .string(let text): text
      case .number(let value): number(value)
      case let value: value.description
      }
    }
  }

  /// The shortest text that reads back as `value`; "inf", "-inf" and "nan" as most readers expect them.
  private static func number(_ value: Double) -> String {
    value.isFinite ? JSONValue.number(value).description : "\(value)"
  }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
