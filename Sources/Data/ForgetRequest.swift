public import Engine

/// The training samples that a model must forget.
///
/// Encoded as an object with one key: `{"classes": [1, 9]}`, `{"fraction": 0.1}`, `{"count": 100}`, `{"indices": [3]}`;
/// `groups` come with their `ratio`.
public enum ForgetRequest: Sendable, Hashable {
  /// All samples of these classes, by label.
  case classes([Int])
  /// This fraction, in (0, 1), of the training samples, drawn at random.
  case fraction(Double)
  /// This number of training samples, drawn at random.
  case count(Int)
  /// The training samples with these indices in the source set (order of the training files, from 0).
  case indices([Int])
  /// This fraction, in (0, 1], of the training samples of all these groups together, rounded down.
  case groups([SampleGroup], ratio: Double)
}

/// What kind of thing is to be forgotten.
public enum RequestKind: String, Sendable, Codable, CaseIterable {
  /// All samples of one class.
  case oneClass = "class"
  /// All samples of several classes.
  case severalClasses = "classes"
  /// Some samples, of any class.
  case samples
}

extension ForgetRequest {
  /// What kind of thing is to be forgotten.
  public var kind: RequestKind {
    switch self {
    case .classes(let classes): classes.count == 1 ? .oneClass : .severalClasses
    case .fraction, .count, .indices, .groups: .samples
    }
  }

  /// The labels of the classes forgotten as a whole, ascending; empty for requests about samples.
  public var forgottenClasses: [Int] {
    if case .classes(let classes) = self { classes.sorted() } else { [] }
  }

  /// The groups that are forgotten, in part or as a whole; empty for other requests.
  public var forgottenGroups: [SampleGroup] {
    if case .groups(let groups, _) = self { groups } else { [] }
  }
}

/// A data set split by a forget request.
public struct ForgetSplit: Sendable {
  /// The request that was split by.
  public let request: ForgetRequest
  /// The training samples to forget; not empty.
  public let forgetTrain: Dataset
  /// The training samples to retain; not empty.
  public let retainTrain: Dataset
  /// The test samples of forgotten classes; empty for requests about samples.
  public let forgetTest: Dataset
  /// All other test samples.
  public let retainTest: Dataset

  /// The labels of the classes forgotten as a whole, ascending; empty for requests about samples.
  public var forgottenClasses: [Int] { request.forgottenClasses }
}

extension ForgetRequest {
  /// Splits the train and test set of `data` into forget and retain sets.
  ///
  /// Rows keep their order. Samples are drawn from `random.stream("forget")`; other requests use no randomness.
  ///
  /// - Throws: `unknownClass`, `duplicateClass`, `unknownIndex`, `duplicateIndex`, `badFraction`, `badCount`, `badRatio`,
  ///   `noAttribute`, `unknownAttributeValue`, `duplicateGroup`, `emptyForgetSet`, `emptyRetainSet`.
  public func split(_ data: DataSplits, random: RandomSource) throws(DataError) -> ForgetSplit {
    let isForgotten = try forgottenRows(of: data.train, random: random)
    let rows = data.train.labels.indices
    let forget = rows.filter { isForgotten[$0] }
    guard !forget.isEmpty else { throw .emptyForgetSet(self) }
    guard forget.count < rows.count else { throw .emptyRetainSet(self) }
    let classes = Set(forgottenClasses)
    return ForgetSplit(
      request: self,
      forgetTrain: data.train.selecting(forget),
      retainTrain: data.train.selecting(rows.filter { !isForgotten[$0] }),
      forgetTest: data.test.filter { classes.contains($0) },
      retainTest: data.test.filter { !classes.contains($0) })
  }

  private func forgottenRows(of train: Dataset, random: RandomSource) throws(DataError) -> [Bool] {
    switch self {
    case .classes(let classes):
      var isForgotten = [Bool](repeating: false, count: train.classCount)
      for label in classes {
        guard isForgotten.indices.contains(label) else { throw .unknownClass(label, classCount: train.classCount) }
        guard !isForgotten[label] else { throw .duplicateClass(label) }
        isForgotten[label] = true
      }
      return train.labels.map { isForgotten[$0] }
    case .fraction(let fraction):
      guard fraction > 0 && fraction < 1 else { throw .badFraction(fraction) }
      return drawn(Int((fraction * Double(train.count)).rounded()), of: train.count, random: random)
    case .count(let count):
      guard count >= 0 && count <= train.count else { throw .badCount(count, available: train.count) }
      return drawn(count, of: train.count, random: random)
    case .indices(let indices):
      let available = Set(train.indices)
      var forgotten: Set<Int> = []
      for index in indices {
        guard available.contains(index) else { throw .unknownIndex(index, available: train.count) }
        guard forgotten.insert(index).inserted else { throw .duplicateIndex(index) }
      }
      return train.indices.map { forgotten.contains($0) }
    case .groups(let groups, let ratio):
      guard ratio > 0 && ratio <= 1 else { throw .badRatio(ratio) }
      guard let attribute = train.attribute, let values = train.sensitiveValues else {
        throw .noAttribute(dataset: train.name)
      }
      for (position, group) in groups.enumerated() {
        guard (0..<train.classCount).contains(group.target) else {
          throw .unknownClass(group.target, classCount: train.classCount)
        }
        guard attribute.valueNames.indices.contains(group.sensitive) else {
          throw .unknownAttributeValue(group.sensitive, attribute: attribute)
        }
        guard !groups[..<position].contains(group) else { throw .duplicateGroup(group) }
      }
      let wanted = Set(groups)
      let members = values.indices.filter {
        wanted.contains(SampleGroup(target: train.labels[$0], sensitive: values[$0]))
      }
      return drawn(Int(ratio * Double(members.count)), of: members, total: train.count, random: random)
    }
  }

  private func drawn(_ count: Int, of total: Int, random: RandomSource) -> [Bool] {
    drawn(count, of: Array(0..<total), total: total, random: random)
  }

  private func drawn(_ count: Int, of rows: [Int], total: Int, random: RandomSource) -> [Bool] {
    var draw = random.stream("forget")
    var isDrawn = [Bool](repeating: false, count: total)
    for row in draw.sample(count, of: rows) { isDrawn[row] = true }
    return isDrawn
  }
}

extension ForgetRequest: Codable {
  private enum CodingKeys: String, CodingKey { case classes, fraction, count, indices, groups, ratio }

  /// Decodes an object with exactly one known key, or with `groups` and their `ratio`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch Set(container.allKeys) {
    case [.classes]: self = .classes(try container.decode([Int].self, forKey: .classes))
    case [.fraction]: self = .fraction(try container.decode(Double.self, forKey: .fraction))
    case [.count]: self = .count(try container.decode(Int.self, forKey: .count))
    case [.indices]: self = .indices(try container.decode([Int].self, forKey: .indices))
    case [.groups, .ratio]:
      self = .groups(
        try container.decode([SampleGroup].self, forKey: .groups),
        ratio: try container.decode(Double.self, forKey: .ratio))
    default:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription:
            "a forget request has one of the keys classes, fraction, count, indices, or groups and ratio"))
    }
  }

  /// Encodes as an object with one key, or with `groups` and their `ratio`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .classes(let classes): try container.encode(classes, forKey: .classes)
    case .fraction(let fraction): try container.encode(fraction, forKey: .fraction)
    case .count(let count): try container.encode(count, forKey: .count)
    case .indices(let indices): try container.encode(indices, forKey: .indices)
    case .groups(let groups, let ratio):
      try container.encode(groups, forKey: .groups)
      try container.encode(ratio, forKey: .ratio)
    }
  }
}

extension ForgetRequest: CustomStringConvertible {
  /// A short text for error messages.
  public var description: String {
    switch self {
    case .classes(let classes): "classes \(classes)"
    case .fraction(let fraction): "a fraction of \(fraction)"
    case .count(let count): "\(count) samples"
    case .indices(let indices): "\(indices.count) listed samples"
    case .groups(let groups, let ratio):
      "\(ratio) of the samples of "
        + groups.map { "class \($0.target) with value \($0.sensitive)" }.joined(separator: ", ")
    }
  }
}
