public import Engine

extension RandomSource {
  /// At most `count` of `rows`, drawn without replacement, as evenly as possible over the classes.
  ///
  /// Classes with too few rows give all of them and the other classes fill the gap; a remainder goes to classes drawn
  /// at random. All rows come back, without any randomness, when there are no more than `count`.
  ///
  /// - Parameters:
  ///   - count: The maximum number of rows to return.
  ///   - rows: Indices into `labels`, without duplicates.
  ///   - labels: The class of each row, by row.
  /// - Returns: Rows in ascending order.
  public mutating func classBalanced(_ count: Int, of rows: [Int], labels: [Int]) -> [Int] {
    guard rows.count > count else { return rows.sorted() }
    let classes = Dictionary(grouping: rows) { labels[$0] }
    var order = classes.keys.sorted()
    shuffle(&order)
    // From small to large, so that what a small class lacks is shared by all larger ones.
    let ascending = order.enumerated().sorted {
      let (left, right) = (classes[$0.element, default: []].count, classes[$1.element, default: []].count)
      return (left, $0.offset) < (right, $1.offset)
    }
    var drawn: [Int] = []
    for (place, entry) in ascending.enumerated() {
      let available = classes[entry.element, default: []]
      let quota = min(available.count, (count - drawn.count) / (ascending.count - place))
      drawn += sample(quota, of: available)
    }
    return drawn.sorted()
  }
}
