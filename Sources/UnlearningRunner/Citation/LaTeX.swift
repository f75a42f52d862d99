import Foundation

/// Escapes text for LaTeX.
enum LaTeX {
  /// `text` with LaTeX's special characters escaped, and accents as commands, which BibTeX needs for sorting.
  ///
  /// Braces become commands, since BibTeX also counts escaped ones. Accented letters with a base letter outside ASCII
  /// are unchanged: they need an engine that reads UTF-8.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      let scalars = Array(String(character).decomposedStringWithCanonicalMapping.unicodeScalars)
      if scalars.count == 2, scalars[0].isASCII, let accent = accents[scalars[1]] {
        result += "{\\\(accent)\(accent.allSatisfy(\.isLetter) ? " " : "")\(Character(scalars[0]))}"
      } else {
        result += commands[character] ?? String(character)
      }
    }
    return result
  }

  /// The ASCII letters and digits of `text` without accents, in lower case.
  static func plain(_ text: String) -> String {
    let scalars = text.decomposedStringWithCanonicalMapping.unicodeScalars
    return String(String.UnicodeScalarView(scalars.filter { $0.isASCII && $0.properties.isAlphabetic || isDigit($0) }))
      .lowercased()
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static let commands: [Character: String] = [
    "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\textbraceleft{}", "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}", "\\": "\\textbackslash{}", "ß": "{\\ss}", "ø": "{\\o}", "Ø": "{\\O}", "ł": "{\\l}",
    "Ł": "{\\L}", "ı": "{\\i}", "\n": " ",
  ]

  /// LaTeX's accent command by combining character.
  private static let accents: [Unicode.Scalar: String] = [
    "\u{300}": "`", "\u{301}": "'", "\u{302}": "^", "\u{303}": "~", "\u{304}": "=", "\u{306}": "u", "\u{307}": ".",
    "\u{308}": "\"", "\u{30a}": "r", "\u{30b}": "H", "\u{30c}": "v", "\u{327}": "c", "\u{328}": "k",
  ]
}
