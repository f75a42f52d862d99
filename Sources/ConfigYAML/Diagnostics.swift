/// Collects the errors in one document, so that all of them are reported at once.
public final class Diagnostics {
  /// The name of the file, as the user gave it.
  public let file: String
  let source: SourceText
  private var reported: [Diagnostic] = []
  private var seen: Set<Diagnostic> = []
  private var addedTexts: [String] = []

  /// The number of errors kept with their text; further ones are only counted.
  public static let maximumCount = 100

  /// An empty collector for the document `text`.
  public init(file: String, text: String) {
    self.file = file
    source = SourceText(text)
  }

  /// The number of calls of `report`, repetitions included.
  public private(set) var reports = 0

  /// The number of a one-line text beside the document, for marks: errors in it name it as a whole.
  public func addText(_ name: String) -> Int {
    addedTexts.append(name)
    return addedTexts.count
  }

  /// Adds one error; repeating a message at the same position has no effect.
  ///
  /// A position outside the text is moved to the nearest one inside; `nil` and `Mark.generated` mean the whole file.
  public func report(_ message: String, at mark: Mark?) {
    reports += 1
    let text = mark?.text ?? 0
    let place = mark == .generated || text > 0 ? nil : mark.map(source.clamped)
    var diagnostic = Diagnostic(
      file: file, mark: place, message: message, addedText: text > 0 ? addedTexts[text - 1] : nil)
    guard seen.insert(diagnostic).inserted, seen.count <= Self.maximumCount else { return }
    diagnostic.sourceLine = place.flatMap(source.line(at:))
    reported.append(diagnostic)
  }

  /// Whether no error was reported.
  public var isEmpty: Bool { reported.isEmpty }

  /// The number of different errors.
  public var count: Int { seen.count }

  /// The errors reported so far.
  public var list: DiagnosticList { DiagnosticList(reported, more: count - reported.count) }

  /// Throws all errors reported so far, if any.
  public func throwIfAny() throws(DiagnosticList) {
    if !isEmpty { throw list }
  }
}
