extension StringProtocol {
  /// The text with control characters written out: `\x1b[2J` becomes seven printable characters.
  ///
  /// These are the characters that move a terminal's cursor, change its colors or reverse the direction of text. Line
  /// breaks stay, and tabs become spaces.
  package var visible: String {
    if !unicodeScalars.contains(where: \.isUnseen) { return String(self) }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result.append(scalar)
      case "\t": result.append(" ")
      case _ where scalar.isUnseen: result.append(contentsOf: scalar.writtenOut.unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// The text with every line cut at `limit` characters, followed by the number of characters that are left out.
  package func cappingLines(at limit: Int) -> String {
    guard utf8.count > limit else { return String(self) }
    return split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // A character may be made of any number of scalars, so scalars are counted.
      let excess = line.unicodeScalars.count - limit
      guard excess > 0 else { return String(line) }
      let start = line.unicodeScalars.prefix(limit).reduce(into: "") { $0.unicodeScalars.append($1) }
      return "\(start)… (\(excess) more characters)"
    }.joined(separator: "\n")
  }

  /// The text as a name in a table: one line of at most `limit` printable characters.
  package func shownName(limit: Int = 80) -> String {
    if utf8.count <= limit, isPrintableASCII { return String(self) }
    let start = unicodeScalars.prefix(4 * limit).reduce(into: "") { $0.unicodeScalars.append($1) }
    return start.visible.replacing("\n", with: " ").truncated(to: limit)
  }
}

extension Unicode.Scalar {
  /// Controls (C0, delete, C1), line and paragraph separators, and marks that turn the direction of text.
  fileprivate var isUnseen: Bool {
    switch value {
    case 0x00...0x09, 0x0B...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  fileprivate var writtenOut: String {
    let digits = String(value, radix: 16)
    return value < 0x100
      ? "\\x" + String(repeating: "0", count: 2 - digits.count) + digits : "\\u{\(digits)}"
  }
}
