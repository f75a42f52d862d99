/// A format that reports are written in.
///
/// Each format is one file; `Report.writers` lists them for `--format` and for the tests that hold for every format.
public protocol ReportWriter: Sendable, CustomStringConvertible {
  /// What `--format` calls it.
  var name: String { get }
  /// Whether the text names what is missing; by default true.
  var namesMissing: Bool { get }
  /// The report in this format; ends in a line break.
  func text(of report: Report, _ style: ReportStyle) -> String
}

extension ReportWriter {
  /// The name.
  public var description: String { name }

  /// Formats for readers name what is missing.
  public var namesMissing: Bool { true }
}

extension Report {
  /// All formats, the default of `--format` first.
  public static let writers: [any ReportWriter] = [
    TerminalWriter(), CSVWriter(), JSONWriter(), MarkdownWriter(), LaTeXWriter(),
  ]
}

/// What a reader can choose of the look of tables; rows for other programs do not depend on it.
public struct ReportStyle: Sendable {
  /// The columns of a line on a terminal; nil for lines of any length.
  public var width: Int?
  /// What follows ±.
  public var interval: ReportInterval

  /// A style.
  public init(width: Int? = nil, interval: ReportInterval = .sd) {
    self.width = width
    self.interval = interval
  }
}

/// What follows ± in tables.
public enum ReportInterval: String, Sendable, Codable, CaseIterable {
  /// The sample standard deviation over seeds.
  case sd
  /// Half the width of the mean's 95 % interval by Student's t: `t_{0.975, n−1}·s/√n`, 2.48 s for three seeds.
  case t95
}
