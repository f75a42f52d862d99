/// A text split into lines at the same line breaks as in libyaml: LF, CR, CR LF, NEL, LS and PS.
struct SourceText {
  let lines: [String]
  /// The number of Unicode scalars of each line.
  private let lengths: [Int]

  init(_ text: String) {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var afterCarriageReturn = false
    for scalar in text.unicodeScalars {
      let isSecondHalf = afterCarriageReturn && scalar == "\n"
      afterCarriageReturn = scalar == "\r"
      if isSecondHalf { continue }
      switch scalar {
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
        lines.append(String(line))
        line = String.UnicodeScalarView()
      default: line.append(scalar)
      }
    }
    lines.append(String(line))
    self.lines = lines
    lengths = lines.map(\.unicodeScalars.count)
  }

  /// The line of `mark`, if the text has it.
  func line(at mark: Mark) -> String? {
    lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : nil
  }

  /// The scalar at `mark`; nil at the end of a line.
  func scalar(at mark: Mark) -> Unicode.Scalar? {
    guard mark.column >= 1, let line = line(at: mark) else { return nil }
    return line.unicodeScalars.dropFirst(mark.column - 1).first
  }

  /// The nearest position inside the text; the column after the last scalar of a line counts as inside.
  func clamped(_ mark: Mark) -> Mark {
    let line = min(max(mark.line, 1), lines.count)
    if line < mark.line { return Mark(line: line, column: lengths[line - 1] + 1) }
    return Mark(line: line, column: min(max(mark.column, 1), lengths[line - 1] + 1))
  }
}
