/// Collects what is wrong with one document, so that all of it can be reported at once.
public final class Diagnostics {
  /// The name of the file, as the user gave it.
  public let file: String
  let source: SourceText
  private var reported: [Diagnostic] = []
  private var seen: Set<Diagnostic> = []

  /// So many are kept with their text; of the others only the number is said.
  public static let maximumCount = 100

  /// An empty collector for the document `text`.
  public init(file: String, text: String) {
    self.file = file
    source = SourceText(text)
  }

  /// How often something was reported, the same things included.
  public private(set) var reports = 0

  /// Adds one error; saying the same thing twice at the same place has no effect.
  ///
  /// A place outside the text is moved to the nearest one inside; `nil` and `Mark.generated` mean the whole file.
  public func report(_ message: String, at mark: Mark?) {
    reports += 1
    let place = mark == .generated ? nil : mark.map(source.clamped)
    var diagnostic = Diagnostic(file: file, mark: place, message: message)
    guard seen.insert(diagnostic).inserted, seen.count <= Self.maximumCount else { return }
    diagnostic.sourceLine = place.flatMap(source.line(at:))
    reported.append(diagnostic)
  }

  /// Whether nothing was reported.
  public var isEmpty: Bool { reported.isEmpty }

  /// How many different errors were reported.
  public var count: Int { seen.count }

  /// What was reported so far.
  public var list: DiagnosticList { DiagnosticList(reported, more: count - reported.count) }

  /// Throws everything reported so far, if anything was.
  public func throwIfAny() throws(DiagnosticList) {
    if !isEmpty { throw list }
  }
}
