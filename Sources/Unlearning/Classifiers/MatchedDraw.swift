public import Engine

extension RandomSource {
  /// Draws rows of two sides with matching class counts, so that the class does not reveal the side.
  ///
  /// A class that both sides have gives `min(left, right)` rows on each. Rows of classes that only the right side has
  /// are kept and balanced by unused rows of the left side, spread as evenly as possible over classes; classes that
  /// only the left side has are used for this balancing alone.
  ///
  /// - Parameters:
  ///   - left: The class of each row of the left side.
  ///   - right: The class of each row of the right side.
  /// - Returns: Rows in ascending order, equally many of both sides.
  public mutating func matchedByClass(left: [Int], right: [Int]) -> (left: [Int], right: [Int]) {
    let leftRows = Dictionary(grouping: left.indices) { left[$0] }
    let rightRows = Dictionary(grouping: right.indices) { right[$0] }
    var drawn: (left: [Int], right: [Int]) = ([], [])
    var alone: [Int] = []
    for label in rightRows.keys.sorted() {
      let own = rightRows[label, default: []]
      guard let others = leftRows[label] else {
        alone += own
        continue
      }
      let size = min(own.count, others.count)
      drawn.left += sample(size, of: others)
      drawn.right += sample(size, of: own)
    }
    if !alone.isEmpty {
      let taken = Set(drawn.left)
      let rest = left.indices.filter { !taken.contains($0) }
      let size = min(alone.count, rest.count)
      drawn.left += classBalanced(size, of: rest, labels: left)
      drawn.right += classBalanced(size, of: alone, labels: right)
    }
    return (drawn.left.sorted(), drawn.right.sorted())
  }

  /// Two random halves of the rows that have equally many of each class, up to one.
  ///
  /// - Parameter labels: The class of each row.
  /// - Returns: Rows in ascending order; the first half has ⌊N/2⌋ of them.
  public mutating func stratifiedHalves(_ labels: [Int]) -> (first: [Int], second: [Int]) {
    // Sorted by class, at random within each; rows then go to the two halves alternately.
    let order = permutation(labels.count).enumerated().sorted {
      (labels[$0.element], $0.offset) < (labels[$1.element], $1.offset)
    }
    var halves: (first: [Int], second: [Int]) = ([], [])
    for (place, row) in order.map(\.element).enumerated() {
      if place.isMultiple(of: 2) { halves.second.append(row) } else { halves.first.append(row) }
    }
    return (halves.first.sorted(), halves.second.sorted())
  }
}
