/// How results are written.
public enum ReportFormat: String, Sendable, Codable, CaseIterable {
  /// Aligned tables for a terminal.
  case table
  /// One row a measurement and seed, with a header; see `ResultRow.columns`.
  case csv
  /// One object a line, with the keys of the CSV header.
  case json
  /// Tables in Markdown.
  case markdown
  /// Tables in LaTeX, for the package booktabs.
  case latex
}
