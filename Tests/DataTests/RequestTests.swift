import Data
import Engine
import Foundation
import Testing

/// Forget requests, validation sets and subsets.
struct RequestTests {
  private let random = RandomSource(seed: 9)

  /// Checks that every training row is in exactly one part, in order.
  private func expectPartition(
    _ split: ForgetSplit, of data: DataSplits, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (forget, retain) = (split.forgetTrain.indices, split.retainTrain.indices)
    #expect(forget == forget.sorted() && retain == retain.sorted(), sourceLocation: sourceLocation)
    #expect((forget + retain).sorted() == data.train.indices.sorted(), sourceLocation: sourceLocation)
    #expect(
      (split.forgetTest.indices + split.retainTest.indices).sorted() == data.test.indices,
      sourceLocation: sourceLocation)
  }

  @Test("classes leave both the training and the test set")
  func classes() throws {
    let data = splits()
    let split = try ForgetRequest.classes([3, 1]).split(data, random: random)
    expectPartition(split, of: data)
    #expect(split.forgottenClasses == [1, 3])
    #expect(Set(split.forgetTrain.labels) == [1, 3])
    #expect(Set(split.retainTrain.labels) == [0, 2])
    #expect(split.forgetTest.count == 6)
    #expect(Set(split.forgetTest.labels) == [1, 3])
    #expect(Set(split.retainTest.labels) == [0, 2])
  }

  @Test(
    "the requested number of samples is drawn, and no test sample is forgotten",
    arguments: [(ForgetRequest.count(7), 7), (.fraction(0.1), 4), (.fraction(0.26), 10), (.count(39), 39)])
  func samples(request: ForgetRequest, count: Int) throws {
    let data = splits()
    let split = try request.split(data, random: random)
    expectPartition(split, of: data)
    #expect(split.request == request)
    #expect(split.forgetTrain.count == count)
    #expect(split.forgetTest.isEmpty)
    #expect(split.retainTest.count == 12)
    #expect(split.forgottenClasses == [])
    #expect(try request.split(data, random: random).forgetTrain.indices == split.forgetTrain.indices)
    let other = try request.split(data, random: RandomSource(seed: 10))
    #expect(other.forgetTrain.indices != split.forgetTrain.indices)
  }

  @Test("draws reach every sample")
  func drawsAll() throws {
    var seen: Set<Int> = []
    for seed in 0..<200 {
      seen.formUnion(
        try ForgetRequest.count(2).split(splits(), random: RandomSource(seed: UInt64(seed))).forgetTrain.indices)
    }
    #expect(seen == Set(0..<40))
  }

  @Test("indices refer to the source set, also in a view")
  func indices() throws {
    var data = splits()
    data.train = data.train.filter { $0 != 0 }
    let split = try ForgetRequest.indices([7, 2, 38]).split(data, random: random)
    expectPartition(split, of: data)
    #expect(split.forgetTrain.indices == [2, 7, 38])
    #expect(split.forgetTrain.labels == [2, 3, 2])
    #expect(split.forgetTest.isEmpty)
    #expect(throws: DataError.unknownIndex(4, available: 30)) {
      try ForgetRequest.indices([7, 4]).split(data, random: random)
    }
  }

  @Test(
    "invalid requests",
    arguments: [
      (ForgetRequest.classes([4]), DataError.unknownClass(4, classCount: 4)),
      (.classes([-1]), .unknownClass(-1, classCount: 4)),
      (.classes([1, 1]), .duplicateClass(1)),
      (.classes([]), .emptyForgetSet(.classes([]))),
      (.classes([0, 1, 2, 3]), .emptyRetainSet(.classes([0, 1, 2, 3]))),
      (.fraction(0), .badFraction(0)),
      (.fraction(1), .badFraction(1)),
      (.fraction(-.infinity), .badFraction(-.infinity)),
      (.fraction(0.01), .emptyForgetSet(.fraction(0.01))),
      (.fraction(0.999), .emptyRetainSet(.fraction(0.999))),
      (.count(0), .emptyForgetSet(.count(0))),
      (.count(40), .emptyRetainSet(.count(40))),
      (.count(41), .badCount(41, available: 40)),
      (.count(-1), .badCount(-1, available: 40)),
      (.indices([]), .emptyForgetSet(.indices([]))),
      (.indices([5, 40]), .unknownIndex(40, available: 40)),
      (.indices([-1]), .unknownIndex(-1, available: 40)),
      (.indices([5, 6, 5]), .duplicateIndex(5)),
      (.indices(Array(0..<40)), .emptyRetainSet(.indices(Array(0..<40)))),
    ])
  func refused(request: ForgetRequest, error: DataError) {
    #expect(throws: error) { try request.split(splits(), random: random) }
    #expect(!error.description.isEmpty && error.description != "unknown error")
  }

  @Test("NaN is not a fraction")
  func notANumber() {
    #expect {
      try ForgetRequest.fraction(.nan).split(splits(), random: random)
    } throws: { error in
      if case .badFraction(let fraction)? = error as? DataError { fraction.isNaN } else { false }
    }
  }

  @Test(
    "requests are encoded with one key",
    arguments: [
      (ForgetRequest.classes([1, 9]), #"{"classes":[1,9]}"#), (.fraction(0.5), #"{"fraction":0.5}"#),
      (.count(3), #"{"count":3}"#), (.indices([4]), #"{"indices":[4]}"#),
    ])
  func coding(request: ForgetRequest, text: String) throws {
    #expect(String(decoding: try JSONEncoder().encode(request), as: UTF8.self) == text)
    #expect(try JSONDecoder().decode(ForgetRequest.self, from: Foundation.Data(text.utf8)) == request)
  }

  @Test("a forget request has exactly one key", arguments: ["{}", #"{"count":3,"fraction":0.5}"#, #"{"number":3}"#])
  func badCoding(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ForgetRequest.self, from: Foundation.Data(text.utf8))
    }
  }

  @Test("a validation set takes the same fraction of every class")
  func validation() throws {
    let labels = (0..<130).map { $0 < 100 ? 0 : $0 < 120 ? 1 : 2 }
    var data = splits()
    data.train = randomSet(130, labels: labels)
    let held = try data.holdingOut(validationFraction: 0.2, random: random)
    let validation = try #require(held.validation)
    #expect(validation.classSizes == [20, 4, 2, 0])
    #expect(held.train.classSizes == [80, 16, 8, 0])
    #expect((held.train.indices + validation.indices).sorted() == Array(0..<130))
    #expect(validation.indices == validation.indices.sorted())
    #expect(held.train.indices == held.train.indices.sorted())
    #expect(held.test.count == data.test.count)
    let again = try data.holdingOut(validationFraction: 0.2, random: random)
    #expect(again.validation?.indices == validation.indices)
    let other = try data.holdingOut(validationFraction: 0.2, random: RandomSource(seed: 1))
    #expect(other.validation?.indices != validation.indices)
  }

  @Test("invalid validation sets")
  func badValidation() throws {
    let data = splits()
    for fraction in [0, 1, -0.5, 2, Double.infinity] {
      #expect(throws: DataError.badFraction(fraction)) {
        try data.holdingOut(validationFraction: fraction, random: random)
      }
    }
    func reason(_ fraction: Double, _ held: Int) -> DataError {
      .badValidation(reason: "a fraction of \(fraction) takes \(held) of 40 training rows")
    }
    #expect(throws: reason(0.01, 0)) { try data.holdingOut(validationFraction: 0.01, random: random) }
    #expect(throws: reason(0.99, 40)) { try data.holdingOut(validationFraction: 0.99, random: random) }
    let held = try data.holdingOut(validationFraction: 0.5, random: random)
    #expect(throws: DataError.badValidation(reason: "the data set has one already")) {
      try held.holdingOut(validationFraction: 0.5, random: random)
    }
  }

  @Test("subsets are balanced, nested, in file order and depend on their seed")
  func subset() throws {
    let labels = (0..<60).map { $0 < 40 ? 0 : $0 < 55 ? 1 : $0 < 58 ? 2 : 3 }
    let data = DataSplits(train: randomSet(60, labels: labels), test: randomSet(12))
    func draw(_ count: Int?, seed: Int = 0) throws -> Dataset {
      try Subset(trainCount: count, testCount: 5, seed: seed).of(data).train
    }
    #expect(try draw(nil).indices == Array(0..<60))
    #expect(try draw(60).indices == Array(0..<60))
    #expect(try draw(8).classSizes == [2, 2, 2, 2])
    #expect(try draw(9).classSizes == [3, 2, 2, 2])
    // Two classes are exhausted; the others continue.
    #expect(try draw(20).classSizes == [8, 7, 3, 2])
    #expect(try draw(20).indices == draw(20).indices.sorted())
    #expect(try Set(draw(8).indices).isSubset(of: draw(20).indices))
    #expect(try draw(8).indices == draw(8).indices)
    #expect(try draw(8).indices != draw(8, seed: 1).indices)
    #expect(try Subset(testCount: 5).of(data).test.count == 5)
    #expect(throws: DataError.subsetCount(set: "random, train set", wanted: 61, available: 60)) { try draw(61) }
    #expect(throws: DataError.subsetCount(set: "random, train set", wanted: 0, available: 60)) { try draw(0) }
    #expect(throws: DataError.subsetCount(set: "random, test set", wanted: 13, available: 12)) {
      try Subset(testCount: 13).of(data)
    }
  }

  @Test(
    "a request knows its kind, its classes and its groups",
    arguments: [
      (ForgetRequest.classes([3]), RequestKind.oneClass, [3], []), (.classes([9, 1]), .severalClasses, [1, 9], []),
      (.fraction(0.1), .samples, [], []), (.count(2), .samples, [], []), (.indices([4]), .samples, [], []),
      (
        .groups([SampleGroup(target: 1, sensitive: 0)], ratio: 1), .samples, [],
        [SampleGroup(target: 1, sensitive: 0)]
      ),
    ])
  func kinds(request: ForgetRequest, kind: RequestKind, classes: [Int], groups: [SampleGroup]) {
    #expect(request.kind == kind)
    #expect(request.forgottenClasses == classes)
    #expect(request.forgottenGroups == groups)
  }
}
