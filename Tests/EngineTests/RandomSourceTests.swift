import Engine
import Foundation
import Testing
import UnlearningTesting

@Suite struct RandomSourceTests {
  /// Changing these numbers changes all seeded results ever computed.
  @Test func firstNumbersAreFixed() {
    var source = RandomSource(seed: 42)
    #expect((0..<4).map { _ in source.next() } == firstOfSeed42)
    var stream = RandomSource(seed: 42).stream("shuffle", 3, -1)
    #expect((0..<4).map { _ in stream.next() } == firstOfStream)
    var floats = RandomSource(seed: 0)
    #expect((0..<4).map { _ in floats.uniform() } == firstUniforms)
    var order = RandomSource(seed: 7)
    #expect(order.permutation(10) == firstPermutation)
  }

  @Test func streamsDoNotDependOnWhatWasRead() {
    let fresh = RandomSource(seed: 5)
    var used = fresh
    for _ in 0..<100 { _ = used.next() }
    var (a, b) = (fresh.stream("augmentation", 3), used.stream("augmentation", 3))
    #expect((0..<10).map { _ in a.next() } == (0..<10).map { _ in b.next() })
  }

  @Test func everyNameIsAStreamOfItsOwn() {
    let root = RandomSource(seed: 5)
    var streams = [
      root, RandomSource(seed: 6), root.stream(""), root.stream("a"), root.stream("b"), root.stream("ab"),
      root.stream("a", 0), root.stream("a", 1), root.stream("a", -1), root.stream("a", 0, 0), root.stream("a", 0, 1),
      root.stream("a", 1, 0), root.stream("a").stream("b"), root.stream("b").stream("a"),
      RandomSource(seed: 6).stream("a"),
    ]
    let firsts = streams.indices.map { streams[$0].next() }
    #expect(Set(firsts).count == streams.count)
  }

  @Test func copiesRepeatTheSameNumbers() {
    var first = RandomSource(seed: 1)
    _ = first.next()
    var second = first
    #expect((0..<5).map { _ in first.next() } == (0..<5).map { _ in second.next() })
  }

  @Test func uniformNumbersFillTheirRangeEvenly() {
    var source = RandomSource(seed: 11)
    let count = 100_000
    var bins = [Int](repeating: 0, count: 20)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<count {
      let x = source.uniform()
      #expect(x >= 0 && x < 1)
      bins[Int(x * 20)] += 1
      sum += Double(x)
      squares += Double(x) * Double(x)
    }
    // Five standard deviations each; χ² with 19 degrees of freedom exceeds 50 for one seed in 10⁴.
    let (mean, n) = (sum / Double(count), Double(count))
    #expect((mean - 0.5).magnitude < 5 * (1 / 12 / n).squareRoot())
    #expect((squares / n - mean * mean - 1.0 / 12).magnitude < 0.002)
    let chiSquared = bins.reduce(0.0) { $0 + pow(Double($1) - n / 20, 2) / (n / 20) }
    #expect(chiSquared < 50)
  }

  @Test func normalNumbersHaveTheirMoments() {
    var source = RandomSource(seed: 12)
    let n = 100_000.0
    let numbers = (0..<Int(n)).map { _ in Double(source.normal()) }
    #expect(numbers.allSatisfy { $0.isFinite })
    func moment(_ power: Double) -> Double { numbers.reduce(0) { $0 + pow($1, power) } / n }
    // The standard deviations of the moments are √(1/n), √(2/n), √(15/n) and √(96/n).
    #expect(moment(1).magnitude < 5 * (1 / n).squareRoot())
    #expect((moment(2) - 1).magnitude < 5 * (2 / n).squareRoot())
    #expect(moment(3).magnitude < 5 * (15 / n).squareRoot())
    #expect((moment(4) - 3).magnitude < 5 * (96 / n).squareRoot())
    let beyond = Double(numbers.count { $0.magnitude > 1.959964 }) / n
    #expect((beyond - 0.05).magnitude < 5 * (0.05 * 0.95 / n).squareRoot())
    let products = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / n
    #expect(products.magnitude < 5 * (1 / n).squareRoot(), "neighbors are independent")
  }

  @Test(arguments: [1, 2, 3, 7, 10, 1 << 40]) func integersLieBelowTheirBound(bound: Int) {
    var source = RandomSource(seed: 13)
    let numbers = (0..<7000).map { _ in source.integer(below: bound) }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < bound })
    guard bound <= 10 else { return }
    let expected = 7000.0 / Double(bound)
    for value in 0..<bound {
      let count = Double(numbers.count { $0 == value })
      #expect((count - expected).magnitude <= 5 * expected.squareRoot(), "\(value)")
    }
  }

  @Test(arguments: [0, 1, 2, 100]) func permutationsHoldEachNumberOnce(count: Int) {
    var source = RandomSource(seed: 14)
    #expect(source.permutation(count).sorted() == Array(0..<count))
  }

  @Test func everyOrderComesEquallyOften() {
    var source = RandomSource(seed: 15)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[source.permutation(3), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 }, "\(counts)")
  }

  @Test func samplesAreDrawnWithoutReplacementInOrder() {
    var source = RandomSource(seed: 16)
    let items = (0..<50).map { $0 * 3 }
    for count in [0, 1, 20, 50] {
      let sample = source.sample(count, of: items)
      #expect(sample.count == count)
      #expect(Set(sample).count == count)
      #expect(sample == sample.sorted())
      #expect(Set(sample).isSubset(of: items))
    }
    var hits = [Int](repeating: 0, count: 10)
    for _ in 0..<3000 { for item in source.sample(3, of: Array(0..<10)) { hits[item] += 1 } }
    #expect(hits.allSatisfy { abs($0 - 900) < 130 }, "\(hits)")
  }

  @Test func tensorsOfRandomNumbers() {
    var source = RandomSource(seed: 17)
    let uniform = Tensor(uniform: [40, 50], low: -2, high: 3, random: &source).scalars
    #expect(uniform.allSatisfy { $0 >= -2 && $0 < 3 })
    #expect(((uniform.min() ?? 0) + 2).magnitude < 0.02 && ((uniform.max() ?? 0) - 3).magnitude < 0.02)
    let normal = Tensor(normal: [40, 50], scale: 3, random: &source).scalars.map(Double.init)
    #expect((Numbers.rootMeanSquare(normal) - 3).magnitude < 0.25)
  }
}

// Written by Golden/engine/random_numbers.py, an independent implementation of the published algorithms.
private let firstOfSeed42: [UInt64] = [
  0x19e4_79e2_aaa7_7bfb, 0x5e3e_fe75_3be2_7527, 0xc3ed_7125_b780_200a, 0x85b9_11e2_152f_876e,
]
private let firstOfStream: [UInt64] = [
  0xb42d_5300_85ed_98a0, 0x4ba5_0af5_5ff3_eb3d, 0x8bbd_65a6_9daf_0f30, 0x5ff1_0639_0468_9d1e,
]
private let firstUniforms: [Float] = [0.98175079, 0.46894217, 0.16437423, 0.28249019]
private let firstPermutation = [0, 4, 3, 6, 7, 5, 1, 9, 8, 2]
