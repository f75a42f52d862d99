extension StringProtocol {
  /// The text with everything written out that would do something to a terminal.
  ///
  /// That is what moves the cursor, changes colours or turns the direction of text: `\x1b[2J` becomes eight characters.
  /// Line breaks stay, and tabs become spaces.
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

  /// The text with every line cut at `limit` characters, and how many of its characters are not shown.
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

  /// At most `limit` characters of one line that a terminal can show: for names in tables.
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

extension ResultTable {
  /// The table with names that a terminal can show.
  var shown: ResultTable {
    var table = self
    table.titles = titles.map { $0.shownName(limit: 200) }
    for place in columns.indices {
      table.columns[place].group = columns[place].group.shownName(limit: 200)
      table.columns[place].variant = columns[place].variant.shownName(limit: 200)
    }
    for place in rows.indices { table.rows[place].label = rows[place].label.shownName(limit: 200) }
    return table
  }
}
