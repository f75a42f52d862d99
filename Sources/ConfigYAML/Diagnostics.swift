/// Collects what is wrong with one document, so that all of it can be reported at once.
public final class Diagnostics {
  /// The name of the file, as the user gave it.
  public let file: String
  let source: SourceText
  private var reported: [Diagnostic] = []
  private var seen: Set<Diagnostic> = []

  /// An empty collector for the document `text`.
  public init(file: String, text: String) {
    self.file = file
    source = SourceText(text)
  }

  /// Adds one error; saying the same thing twice at the same place has no effect.
  ///
  /// A place outside the text is moved to the nearest one inside; `nil` and `Mark.generated` mean the whole file.
  public func report(_ message: String, at mark: Mark?) {
    let place = mark == .generated ? nil : mark.map(source.clamped)
    let line = place.flatMap(source.line(at:))
    let diagnostic = Diagnostic(file: file, mark: place, message: message, sourceLine: line)
    if seen.insert(diagnostic).inserted { reported.append(diagnostic) }
  }

  /// Whether nothing was reported.
  public var isEmpty: Bool { reported.isEmpty }

  /// How many different errors were reported.
  public var count: Int { reported.count }

  /// What was reported so far.
  public var list: DiagnosticList { DiagnosticList(reported) }

  /// Throws everything reported so far, if anything was.
  public func throwIfAny() throws(DiagnosticList) {
    if !isEmpty { throw list }
  }
}
