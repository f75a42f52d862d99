extension MeasuredValue {
  /// Unique measurement names, in snake_case, for arbitrary texts of a data set, such as names of groups.
  ///
  /// Letters and digits become small letters and digits, everything else "_": "Cat V-1" is `cat_v_1`. Only texts whose
  /// names would be equal, or one of `reserved`, are spelt out further, until no two are equal:
  ///
  /// 1. signs by their code, in hexadecimal: "cat HER2+" is `cat_her2_2b` beside `cat_her2_2d` for "cat HER2-";
  /// 2. capital letters, too: "Benign" is `_42enign` beside `benign`;
  /// 3. a number at the end, counted in the order of `texts`.
  ///
  /// The name of a text can thus depend on the others, but not on the model.
  /// - Parameters:
  ///   - texts: The names in the data set, all different.
  ///   - reserved: Names that are already in use.
  public static func names(for texts: [String], reserved: Set<String> = []) -> [String] {
    var names = texts.map { Self.spelled($0, .plain) }
    for spelling in [Spelling.signs, .capitals] {
      let meeting = Self.meeting(names, reserved)
      for place in meeting { names[place] = Self.spelled(texts[place], spelling) }
    }
    var taken = reserved
    return names.map { name in
      let free = ([name] + (2...(texts.count + reserved.count + 2)).map { "\(name)_\($0)" })
        .first { !taken.contains($0) && ($0 == name || !names.contains($0)) }
      taken.insert(free ?? name)
      return free ?? name
    }
  }

  private enum Spelling { case plain, signs, capitals }

  /// The indices of names that are repeated or reserved.
  private static func meeting(_ names: [String], _ reserved: Set<String>) -> [Int] {
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    return names.indices.filter { counts[names[$0], default: 0] > 1 || reserved.contains(names[$0]) }
  }

  private static func spelled(_ text: String, _ spelling: Spelling) -> String {
    text.map { character -> String in
      let isWord = character.isLetter || character.isNumber
      if spelling == .plain || character == " " { return isWord ? character.lowercased() : "_" }
      if isWord, spelling == .signs || !character.isUppercase { return character.lowercased() }
      return character.unicodeScalars.map { "_" + String($0.value, radix: 16) }.joined()
    }.joined()
  }
}
