import Engine

/// The part of a data set's train and test files that is used: all of it, or a class-balanced draw.
public struct Subset: Sendable, Hashable, Codable {
  /// Training rows, ≥ 1, or nil for all.
  public var trainCount: Int?
  /// Test rows, ≥ 1, or nil for all.
  public var testCount: Int?
  /// The seed of the draw.
  public var seed: Int

  /// The draw of this size and seed; nil for all rows.
  public init(trainCount: Int? = nil, testCount: Int? = nil, seed: Int = 0) {
    self.trainCount = trainCount
    self.testCount = testCount
    self.seed = seed
  }

  /// The chosen rows of both sets, in the order of the files.
  ///
  /// - Throws: `subsetCount` if fewer than one row or more rows than available were requested.
  public func of(_ data: DataSplits) throws(DataError) -> DataSplits {
    var result = data
    result.train = try draw(trainCount, of: data.train, split: "train")
    result.test = try draw(testCount, of: data.test, split: "test")
    return result
  }

  private func draw(_ count: Int?, of set: Dataset, split: String) throws(DataError) -> Dataset {
    guard count != nil else { return set }
    return set.selecting(
      try rows(count, of: set.labels, classCount: set.classCount, split: split, name: set.name))
  }

  /// The selected rows of samples with these labels, in ascending order; all if `count` is nil.
  ///
  /// - Throws: `subsetCount` if fewer than one row or more rows than available were requested.
  func rows(_ count: Int?, of labels: [Int], classCount: Int, split: String, name: String) throws(DataError) -> [Int] {
    guard let count else { return Array(labels.indices) }
    guard count >= 1 && count <= labels.count else {
      throw .subsetCount(set: "\(name), \(split) set", wanted: count, available: labels.count)
    }
    return balancedOrder(of: labels, classCount: classCount, split: split).prefix(count).sorted()
  }

  /// All rows: the classes alternate, each with its rows in random order.
  ///
  /// Therefore smaller draws are subsets of larger ones.
  private func balancedOrder(of labels: [Int], classCount: Int, split: String) -> [Int] {
    let random = RandomSource(seed: UInt64(bitPattern: Int64(seed)))
    var rows = [[Int]](repeating: [], count: classCount)
    for (row, label) in labels.enumerated() { rows[label].append(row) }
    for label in rows.indices {
      var shuffling = random.stream("subset-\(split)", label)
      shuffling.shuffle(&rows[label])
    }
    let turns = rows.map(\.count).max() ?? 0
    return (0..<turns).flatMap { turn in rows.compactMap { turn < $0.count ? $0[turn] : nil } }
  }
}
