/// A place in a text: line and column, both from 1.
///
/// Columns count Unicode scalars, as libyaml does.
public struct Mark: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in Unicode scalars.
  public var column: Int

  /// A place given by its line and column.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place of nodes that come from no text, such as default values (0:0).
  public static let generated = Mark(line: 0, column: 0)

  /// Orders places as they follow each other in a text.
  public static func < (a: Mark, b: Mark) -> Bool { (a.line, a.column) < (b.line, b.column) }

  /// `line:column`.
  public var description: String { "\(line):\(column)" }
}
