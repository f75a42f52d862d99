extension StringProtocol {
  /// The columns that a terminal needs for this text: wide East Asian characters and emoji need two.
  package var displayWidth: Int { isPrintableASCII ? utf8.count : reduce(0) { $0 + $1.displayWidth } }

  /// Whether every character is one byte that a terminal shows in one column: true of most names, and quick to see.
  var isPrintableASCII: Bool { utf8.allSatisfy { (0x20..<0x7F).contains($0) } }

  /// The text with spaces behind it, up to `width` columns.
  package func padded(to width: Int) -> String {
    String(self) + String(repeating: " ", count: Swift.max(0, width - displayWidth))
  }

  /// The text with spaces before it, up to `width` columns.
  package func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - displayWidth)) + self
  }

  /// As much of the text as fits into `width` columns, with an ellipsis where something is cut off.
  package func truncated(to width: Int) -> String {
    guard displayWidth > width else { return String(self) }
    guard width > 0 else { return "" }
    var result = ""
    var used = 1
    for character in self {
      used += character.displayWidth
      if used > width { break }
      result.append(character)
    }
    return result + "…"
  }

  /// The text in lines of at most `width` columns, broken at spaces; all but the first begin with `indent`.
  ///
  /// - Parameters:
  ///   - width: nil for one line.
  ///   - breaksWords: Whether a longer word is broken, too; else it has a line of its own.
  package func wrapped(to width: Int?, indent: String = "", breaksWords: Bool = false) -> [String] {
    guard let width, displayWidth > width else { return [String(self)] }
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, "\(last) \(word)".displayWidth <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        for piece in breaksWords ? word.pieces(of: width - indent.displayWidth) : [String(word)] {
          lines.append(lines.isEmpty ? piece : indent + piece)
        }
      }
    }
    return lines.isEmpty ? [""] : lines
  }

  /// The text cut after as many characters as fit into `width` columns, at least one.
  private func pieces(of width: Int) -> [String] {
    reduce(into: []) { pieces, character in
      if let last = pieces.last, last.displayWidth + character.displayWidth <= width {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
    }
  }

  /// The text up to its last character that is not a space.
  package var withoutTrailingSpaces: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}

extension Character {
  /// 0, 1 or 2 columns.
  fileprivate var displayWidth: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    let asksForEmoji = unicodeScalars.contains("\u{FE0F}") && properties.isEmoji
    return properties.isEmojiPresentation || asksForEmoji || Self.isWide(scalar.value) ? 2 : 1
  }

  /// The blocks of the Unicode property East_Asian_Width with the values Wide and Fullwidth.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
