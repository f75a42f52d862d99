/// A position in a text: line and column, both from 1.
///
/// Columns count Unicode scalars, as in libyaml.
public struct Mark: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in Unicode scalars.
  public var column: Int
  /// The text: 0 is the document, others have been named by `Diagnostics.addText`.
  public var text = 0

  /// A position given by its line and column.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The position of nodes that do not come from a text, such as default values (0:0).
  public static let generated = Mark(line: 0, column: 0)

  /// Text order: by line, then by column.
  public static func < (a: Mark, b: Mark) -> Bool { (a.text, a.line, a.column) < (b.text, b.line, b.column) }

  /// The same position in the added text of this number.
  public func inText(_ number: Int) -> Mark {
    var mark = self
    mark.text = number
    return mark
  }

  /// `line:column`.
  public var description: String { "\(line):\(column)" }
}
