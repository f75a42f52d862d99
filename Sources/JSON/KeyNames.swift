/// `learningRate` as `learning_rate`; a run of capitals is one word (`useURLCache` gives `use_url_cache`).
package func snakeCase(_ name: String) -> String {
  // Most keys are one lower-case word, and a large plan converts each of them many times.
  if name.utf8.allSatisfy({ $0 < 0x80 && !(0x41...0x5A).contains($0) }) { return name }
  return separated(name, by: "_")
}

/// `fineTune` as `fine-tune`.
package func kebabCase(_ name: String) -> String { separated(name, by: "-") }

/// `fine-tune` and `fine_tune` as `fineTune`.
package func camelCase(_ name: String) -> String {
  let words = name.split { $0 == "-" || $0 == "_" }
  guard let first = words.first else { return name }
  return words.dropFirst().reduce(into: String(first)) { $0 += $1.prefix(1).uppercased() + $1.dropFirst() }
}

private func separated(_ name: String, by separator: Character) -> String {
  // Names are nearly always ASCII, and a large plan converts thousands of them.
  if let separator = separator.asciiValue, let name = separatedASCII(Array(name.utf8), by: separator) { return name }
  let letters = Array(name)
  var result = ""
  for (i, letter) in letters.enumerated() {
    guard letter.isUppercase else {
      result.append(letter)
      continue
    }
    let startsWord = i > 0 && (!letters[i - 1].isUppercase || (i + 1 < letters.count && letters[i + 1].isLowercase))
    if startsWord, let last = result.last, last != "_", last != "-" { result.append(separator) }
    result += letter.lowercased()
  }
  return result
}

/// As `separated`, for ASCII bytes; nil for others.
private func separatedASCII(_ letters: [UInt8], by separator: UInt8) -> String? {
  func isUppercase(_ i: Int) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letters[i]) }
  func isLowercase(_ i: Int) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letters[i]) }
  var result: [UInt8] = []
  result.reserveCapacity(letters.count + 4)
  for (i, letter) in letters.enumerated() {
    guard letter < 0x80 else { return nil }
    guard isUppercase(i) else {
      result.append(letter)
      continue
    }
    let startsWord = i > 0 && (!isUppercase(i - 1) || (i + 1 < letters.count && isLowercase(i + 1)))
    if startsWord, let last = result.last, last != UInt8(ascii: "_"), last != UInt8(ascii: "-") {
      result.append(separator)
    }
    result.append(letter + 0x20)
  }
  return String(decoding: result, as: UTF8.self)
}
