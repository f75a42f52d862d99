/// One thing that is wrong with a text, and where.
public struct Diagnostic: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name of the file, as the user gave it.
  public var file: String
  /// The place; nil when the whole file is meant.
  public var mark: Mark?
  /// What was expected and what was found.
  public var message: String
  /// The line of `mark`, for the display.
  public var sourceLine: String?

  /// A diagnostic with all its parts.
  public init(file: String, mark: Mark? = nil, message: String, sourceLine: String? = nil) {
    self.file = file
    self.mark = mark
    self.message = message
    self.sourceLine = sourceLine
  }

  /// `file:line:column: error: message`, then the source line and a caret under the place.
  ///
  /// Tabs before the caret stay tabs, so that it aligns; of a very long line only the part around the place is shown.
  public var description: String {
    guard let mark else { return "\(file): error: \(message)" }
    let head = "\(file):\(mark): error: \(message)"
    guard let sourceLine else { return head }
    let scalars = Array(sourceLine.unicodeScalars)
    let column = min(max(mark.column - 1, 0), scalars.count)
    let start = scalars.count > 160 ? max(0, column - 80) : 0
    let end = scalars.count > 160 ? min(scalars.count, column + 80) : scalars.count
    var shown = String.UnicodeScalarView()
    for scalar in scalars[start..<end] { shown.append(Self.isControl(scalar) ? "\u{FFFD}" : scalar) }
    var padding = start > 0 ? "   " : ""
    for scalar in scalars[start..<column] { padding += Self.padding(for: scalar) }
    return "\(head)\n  \(start > 0 ? "..." : "")\(String(shown))\(end < scalars.count ? "..." : "")\n  \(padding)^"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\t" && scalar.properties.generalCategory == .control
  }

  /// What takes the same width as `scalar` on the line above the caret.
  private static func padding(for scalar: Unicode.Scalar) -> String {
    if scalar == "\t" { return "\t" }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return ""
    default: return " "
    }
  }
}

/// All that is wrong with a text, in the order of the text and without repetitions.
public struct DiagnosticList: Error, Sendable, CustomStringConvertible {
  /// The diagnostics, sorted by file, place and message.
  public var diagnostics: [Diagnostic]
  /// How many more there are, which are not shown.
  public var more: Int

  /// Sorts `diagnostics` and removes repetitions.
  public init(_ diagnostics: [Diagnostic], more: Int = 0) {
    self.more = more
    var seen: Set<Diagnostic> = []
    self.diagnostics = diagnostics.filter { seen.insert($0).inserted }.sorted { a, b in
      if a.file != b.file { return a.file < b.file }
      if a.mark != b.mark { return (a.mark ?? .generated) < (b.mark ?? .generated) }
      return a.message < b.message
    }
  }

  /// The diagnostics one below the other, and how many more there are.
  public var description: String {
    (diagnostics.map(\.description) + (more > 0 ? ["... and \(more) more"] : [])).joined(separator: "\n")
  }
}
