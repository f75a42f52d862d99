import Data
import Engine
import Testing

@Suite struct GroupTests {
  /// Twelve samples: classes 0, 1, 2 alternating; the first half has value 0, the second value 1.
  private static let data: Dataset = {
    Dataset(
      name: "tiny", classNames: ["a", "b", "c"], imageShape: [1, 1, 1],
      normalization: Normalization(mean: [0], deviation: [1]), pixels: (0..<12).map { UInt8($0) },
      labels: (0..<12).map { $0 % 3 }, attribute: SensitiveAttribute(name: "size", valueNames: ["small", "large"]),
      sensitive: (0..<12).map { $0 / 6 })
  }()
  private static var splits: DataSplits { DataSplits(train: data, test: data) }

  @Test func groupsFollowTheFormula() {
    #expect(Self.data.groups == [0, 2, 4, 0, 2, 4, 1, 3, 5, 1, 3, 5])
    #expect(Self.data.groupSizes == [2, 2, 2, 2, 2, 2])
    #expect(Self.data.groupName(3) == "b/large")
    let part = Self.data.selecting([7, 1])
    #expect(part.sensitiveValues == [1, 0] && part.groups == [3, 2])
    #expect(part.appending(Self.data.selecting([0])).groups == [3, 2, 0])
  }

  @Test(arguments: [(0.5, 2), (0.99, 3), (1, 4), (0.3, 1)]) func requestTakesAShareOfTheGroups(
    ratio: Double, count: Int
  ) throws {
    let groups = [SampleGroup(target: 1, sensitive: 0), SampleGroup(target: 1, sensitive: 1)]
    let request = ForgetRequest.groups(groups, ratio: ratio)
    let split = try request.split(Self.splits, random: RandomSource(seed: 2))
    #expect(split.forgetTrain.count == count && split.retainTrain.count == 12 - count)
    #expect(split.forgetTrain.labels.allSatisfy { $0 == 1 })
    #expect(split.forgetTest.isEmpty && split.retainTest.count == 12)
    let again = try request.split(Self.splits, random: RandomSource(seed: 2))
    #expect(again.forgetTrain.indices == split.forgetTrain.indices)
  }

  @Test func badRequestsAreErrors() {
    let group = SampleGroup(target: 1, sensitive: 0)
    let plain = Dataset(
      name: "plain", classNames: ["a", "b"], imageShape: [1, 1, 1],
      normalization: Normalization(mean: [0], deviation: [1]), pixels: [1, 2], labels: [0, 1])
    func error(_ request: ForgetRequest, _ data: Dataset = Self.data) -> DataError? {
      #expect(throws: DataError.self) {
        try request.split(DataSplits(train: data, test: data), random: RandomSource(seed: 1))
      }
    }
    #expect(error(.groups([group], ratio: 0.5), plain) == .noAttribute(dataset: "plain"))
    #expect(error(.groups([group], ratio: 0)) == .badRatio(0))
    #expect(error(.groups([group], ratio: 1.5)) == .badRatio(1.5))
    #expect(error(.groups([group, group], ratio: 0.5)) == .duplicateGroup(group))
    #expect(error(.groups([SampleGroup(target: 3, sensitive: 0)], ratio: 0.5)) == .unknownClass(3, classCount: 3))
    let unknown = error(.groups([SampleGroup(target: 0, sensitive: 2)], ratio: 0.5))
    #expect("\(unknown.map { "\($0)" } ?? "")" == "size has no value 2; values are 0...1")
    #expect(error(.groups([group], ratio: 0.2)) == .emptyForgetSet(.groups([group], ratio: 0.2)))
  }
}
