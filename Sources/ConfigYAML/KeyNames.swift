/// `learningRate` as `learning_rate`; a run of capitals is one word (`useURLCache` gives `use_url_cache`).
func snakeCase(_ name: String) -> String { separated(name, by: "_") }

/// `fineTune` as `fine-tune`.
func kebabCase(_ name: String) -> String { separated(name, by: "-") }

/// `fine-tune` and `fine_tune` as `fineTune`.
func camelCase(_ name: String) -> String {
  let words = name.split { $0 == "-" || $0 == "_" }
  guard let first = words.first else { return name }
  return words.dropFirst().reduce(into: String(first)) { $0 += $1.prefix(1).uppercased() + $1.dropFirst() }
}

private func separated(_ name: String, by separator: Character) -> String {
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
