/// An error in a text, with its position.
public struct Diagnostic: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name of the file, as the user gave it.
  public var file: String
  /// The position; nil if the whole file is meant.
  public var mark: Mark?
  /// What was expected and what was found.
  public var message: String
  /// The text of the line of `mark`, for the display.
  public var sourceLine: String?
  /// The name of the text beside the file that the error is in, see `Diagnostics.addText`; nil for the file itself.
  public var addedText: String?

  /// A diagnostic.
  public init(
    file: String, mark: Mark? = nil, message: String, sourceLine: String? = nil, addedText: String? = nil
  ) {
    self.addedText = addedText
    self.file = file
    self.mark = mark
    self.message = message
    self.sourceLine = sourceLine
  }

  /// `file:line:column: error: message`, then the source line and a caret below the position.
  ///
  /// Tabs before the caret are kept, so that it is aligned; of a very long line only the part around the position is
  /// shown.
  public var description: String {
    guard let mark else { return "\(addedText ?? file): error: \(message)" }
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

  /// A character of the same width as `scalar`, for the line of the caret.
  private static func padding(for scalar: Unicode.Scalar) -> String {
    if scalar == "\t" { return "\t" }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return ""
    default: return " "
    }
  }
}

/// All errors in a text, in the order of the text and without duplicates.
public struct DiagnosticList: Error, Sendable, CustomStringConvertible {
  /// The diagnostics, sorted by file, position and message.
  public var diagnostics: [Diagnostic]
  /// The number of further diagnostics, which are not shown.
  public var more: Int

  /// Sorts `diagnostics` and removes duplicates.
  public init(_ diagnostics: [Diagnostic], more: Int = 0) {
    self.more = more
    var seen: Set<Diagnostic> = []
    self.diagnostics = diagnostics.filter { seen.insert($0).inserted }.sorted { a, b in
      if a.file != b.file { return a.file < b.file }
      if a.mark != b.mark { return (a.mark ?? .generated) < (b.mark ?? .generated) }
      return a.message < b.message
    }
  }

  /// The diagnostics, one per line, and the number of those not shown.
  public var description: String {
    (diagnostics.map(\.description) + (more > 0 ? ["... and \(more) more"] : [])).joined(separator: "\n")
  }
}
