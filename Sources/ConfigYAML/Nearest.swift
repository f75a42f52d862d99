import JSON

/// The word of `known` that `word` is most likely a misspelling of; nil if none is close enough.
///
/// The distance counts insertions, deletions, replacements and swaps of neighbors; at most `max(1, word.count / 3)`
/// are accepted. Case is ignored, and `-` equals `_`. Among equally close words the alphabetically first is returned.
public func nearest(_ word: String, in known: some Collection<String>) -> String? {
  let folded = fold(word)
  guard !folded.isEmpty, folded.count <= 200 else { return nil }
  let limit = max(1, folded.count / 3)
  var best: (distance: Int, word: String)?
  for candidate in known {
    let other = fold(candidate)
    guard abs(other.count - folded.count) <= limit else { continue }
    let distance = editDistance(folded, other)
    // A word without a common letter is never suggested, however short it is.
    guard distance <= limit, distance < max(folded.count, other.count) else { continue }
    if let current = best, (current.distance, current.word) <= (distance, candidate) { continue }
    best = (distance, candidate)
  }
  return best?.word
}

/// The message for an unknown name: with the nearest known one, or the list of all.
///
/// For example `unknown key 'epocs' (did you mean 'epochs'?)`, with `kind` "key".
public func unknownName(_ kind: String, _ word: String, known: some Collection<String>) -> String {
  let start = "unknown \(kind) \(quoted(word))"
  if let near = nearest(word, in: known) { return "\(start) (did you mean '\(near)'?)" }
  if known.isEmpty { return "\(start): none is expected here" }
  return "\(start); known: \(Set(known).sorted().joined(separator: ", "))"
}

private func fold(_ word: String) -> [Character] {
  word.lowercased().map { $0 == "-" ? "_" : $0 }
}

/// The number of insertions, deletions, replacements and swaps of neighbors between two words.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1] + [Int](repeating: 0, count: b.count)
    for j in b.indices {
      row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1) }
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
