import Engine
import Foundation
import TRW
import TestSupport
import Testing
import Unlearning

/// The vectors of `Golden/trw`.
private struct GoldenTargets: Decodable {
  struct Small: Decodable {
    struct Case: Decodable {
      var name: String, centered: Bool, rank: Int?
      var temperature: Double, tilt: Double
      var cosines: [Double], scores: [Double], target: [Double], loss: Double, gradient: [Double]
    }
    var logits: [Double], weights: [[Float]], student: [Float], cases: [Case]
  }
  struct Large: Decodable {
    struct Case: Decodable {
      var centered: Bool, rank: Int?, redistribution: Redistribution, score: SimilarityScore
      var cosines: [[Double]], targets: [[Double]]
    }
    var classes: Int, dimensions: Int, forgotten: [Int]
    var rows: [[Float]], logits: [Double], temperature: Double, tilt: Double, cases: [Case]
  }
  var small: Small, large: Large

  static func load() throws -> GoldenTargets { try GoldenFile.read(GoldenTargets.self, "trw") }
}

@Suite struct TRWTargetTests {
  @Test func smallVectorsAreThoseOfNumPy() throws {
    let small = try GoldenTargets.load().small
    #expect(small.cases.count == 5)
    let weights = Tensor(small.weights.flatMap { $0 }, shape: [4, 3])
    for example in small.cases {
      let similarity = try ClassSimilarity(weights, centered: example.centered, rank: example.rank)
      // The engine's weights are Float32: 0.8 is off by 1e-8.
      expectNumbers(Array(similarity.cosines[0].dropFirst()), example.cosines, within: 1e-7, "\(example.name): a")
      let scores = similarity.scores(of: 0, among: [1, 2, 3], temperature: example.temperature)
      expectNumbers(Array(scores.dropFirst()), example.scores, within: 1e-7, "\(example.name): s")
      let target = ReweightedTarget(classCount: 4, forgotten: [0], tilt: example.tilt, scores: [0: scores])
      let q = target.distribution(logits: small.logits, label: 0)
      #expect(q[0] == 0)
      expectNumbers(Array(q.dropFirst()), example.target, within: 2e-7, "\(example.name): q")

      let tape = Tape()
      let student = tape.variable(Tensor(small.student, shape: [1, 4]))
      let rows = target(Tensor(small.logits.map { Float($0) }, shape: [1, 4]), labels: [0])
      let loss = student.crossEntropy(rows)
      expectNumbers([loss.value.scalar], [example.loss], within: 1e-6, "\(example.name): loss")
      let gradient = tape.gradients(of: loss, for: [student])[0]
      expectNumbers(gradient.scalars, example.gradient, within: 1e-6, "\(example.name): gradient")
    }
  }

  /// The numbers of the specification, in addition to those of NumPy.
  @Test func theTiltOfTenIsThatOfTheSpecification() throws {
    let weights = Tensor([1, 0, 0.5, 0.8, 0.1, 0.2, -0.2, 1, 0, -0.9, -0.4, 0.3], shape: [4, 3])
    let scores = try ClassSimilarity(weights).scores(of: 0, among: [1, 2, 3], temperature: 1)
    expectNumbers(scores, [0, 0.71253212, 0.15067244, 0.13679544], within: 1e-7, "s")
    let target = ReweightedTarget(classCount: 4, forgotten: [0], tilt: 10, scores: [0: scores])
    let q = target.distribution(logits: [8, 2, 1, -1], label: 0)
    expectNumbers(q, [0, 0.99850962, 0.00133331, 0.00015706], within: 1e-7, "q")
  }

  @Test func largeVectorsAreThoseOfNumPy() throws {
    let large = try GoldenTargets.load().large
    #expect(large.cases.count == 56)
    let rows = Tensor(large.rows.flatMap { $0 }, shape: [large.classes, large.dimensions])
    let retained = (0..<large.classes).filter { !large.forgotten.contains($0) }
    for example in large.cases {
      let name = "centered \(example.centered), rank \(example.rank ?? 0), \(example.redistribution), \(example.score)"
      let similarity = try ClassSimilarity(rows, centered: example.centered, rank: example.rank)
      expectNumbers(similarity.cosines.flatMap { $0 }, example.cosines.flatMap { $0 }, within: 1e-12, "\(name): a")
      var scores: [Int: [Double]] = [:]
      for label in large.forgotten {
        scores[label] = similarity.scores(
          of: label, among: retained, temperature: large.temperature, as: example.score)
      }
      let target = ReweightedTarget(
        classCount: large.classes, forgotten: large.forgotten, redistribution: example.redistribution,
        tilt: large.tilt, scores: scores)
      for (label, expected) in zip(large.forgotten, example.targets) {
        expectNumbers(
          target.distribution(logits: large.logits, label: label), expected, within: 1e-12, "\(name): q of \(label)")
      }
    }
  }
}

/// Random logits and weights: what must hold for every target.
@Suite struct TiltLaws {
  struct Example {
    var logits: [Double], weights: [Float], shift: Double
    var scores: [Double] { get throws { try scores(of: weights) } }
    func scores(of weights: [Float]) throws -> [Double] {
      try ClassSimilarity(Tensor(weights, shape: [6, 4])).scores(of: 2, among: [0, 1, 3, 4, 5], temperature: 0.3)
    }
    func target(_ tilt: Double, _ scores: [Double]) -> [Double] {
      ReweightedTarget(classCount: 6, forgotten: [2], tilt: tilt, scores: [2: scores])
        .distribution(logits: logits, label: 2)
    }
  }

  static let examples = (0..<20).map { number in
    var random = RandomSource(seed: 17).stream("example", number)
    return Example(
      logits: (0..<6).map { _ in 4 * Double(random.normal()) }, weights: (0..<24).map { _ in random.normal() },
      shift: 10 * Double(random.normal()))
  }

  @Test(arguments: examples.indices) func isADistributionWithoutTheForgottenClass(number: Int) throws {
    let example = Self.examples[number]
    for tilt in [0.0, 1, 10, 100] {
      let q = example.target(tilt, try example.scores)
      #expect(q[2] == 0)
      #expect(q.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(abs(q.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test(arguments: examples.indices) func withoutTiltItIsTheRenormalizedOriginal(number: Int) throws {
    let example = Self.examples[number]
    let q = example.target(0, try example.scores)
    #expect(q == ReweightedTarget(classCount: 6, forgotten: [2]).distribution(logits: example.logits, label: 2))
    let weights = example.logits.map { exp($0) }
    let sum = weights.reduce(0, +)
    let p = weights.map { $0 / sum }
    let quotient = p.indices.map { $0 == 2 ? 0 : p[$0] / (1 - p[2]) }
    expectNumbers(q, quotient, within: 1e-9, "q")
  }

  @Test(arguments: examples.indices) func theExpectedScoreRisesWithTheTilt(number: Int) throws {
    let example = Self.examples[number]
    let scores = try example.scores
    let means = (0...40).map { step in
      zip(example.target(Double(step) / 2, scores), scores).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for (low, high) in zip(means, means.dropFirst()) { #expect(high >= low - 1e-15, "\(high) after \(low)") }
    #expect(means[40] > means[0])
  }

  @Test(arguments: examples.indices) func threeShiftsChangeNothing(number: Int) throws {
    let example = Self.examples[number]
    let scores = try example.scores
    let q = example.target(10, scores)
    var shifted = example
    shifted.logits = example.logits.map { $0 + example.shift }
    expectNumbers(shifted.target(10, scores), q, within: 1e-12, "all logits")
    expectNumbers(example.target(10, scores.map { $0 + example.shift }), q, within: 1e-12, "all scores")
    let moved = example.weights.enumerated().map { $0.element + Float([3, -1, 0.5, 2][$0.offset % 4]) }
    // Float32 weights lose digits when they move.
    expectNumbers(example.target(10, try example.scores(of: moved)), q, within: 2e-4, "all rows")
  }

  @Test(arguments: [Redistribution.proportional, .uniform], [120.0, 1e4])
  func isFiniteForOverconfidentModels(redistribution: Redistribution, margin: Double) {
    for label in 0..<3 {
      var logits = [1.0, 2, 3]
      logits[label] = margin
      let target = ReweightedTarget(
        classCount: 3, forgotten: [label], redistribution: redistribution, tilt: 10, scores: [label: [0.2, 0.3, 0.5]])
      let q = target.distribution(logits: logits, label: label)
      #expect(q.allSatisfy(\.isFinite) && abs(q.reduce(0, +) - 1) < 1e-12 && q[label] == 0)
      let kept = q.enumerated().filter { $0.offset != label }.map(\.element)
      #expect(kept.allSatisfy { $0 > 0 }, "\(q)")
    }
  }

  @Test(arguments: examples.indices) func theTiltOfAnExpectedScoreIsFound(number: Int) throws {
    let example = Self.examples[number]
    let scores = try example.scores
    let target = ReweightedTarget(classCount: 6, forgotten: [2], tilt: 0, scores: [2: scores])
    for tilt in [-4.0, 0, 0.3, 7] {
      let expected = zip(example.target(tilt, scores), scores).reduce(0) { $0 + $1.0 * $1.1 }
      let found = try #require(
        target.tilt(forExpectedSimilarity: expected, logits: example.logits, scores: scores))
      #expect(abs(found - tilt) < 1e-6, "found \(found), expected \(tilt)")
    }
    let kept = [0, 1, 3, 4, 5].map { scores[$0] }.sorted()
    for impossible in [kept[0], kept[4], -1, 2] {
      #expect(target.tilt(forExpectedSimilarity: impossible, logits: example.logits, scores: scores) == nil)
    }
  }

  /// Among distributions with the same expected score, q is the nearest to the untilted one.
  @Test(arguments: examples.indices) func isTheInformationProjection(number: Int) throws {
    let example = Self.examples[number]
    let scores = try example.scores
    let (q, base) = (example.target(3, scores), example.target(0, scores))
    func divergence(_ q: [Double]) -> Double {
      zip(q, base).reduce(0.0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
    }
    var random = RandomSource(seed: 23).stream("direction", number)
    let classes = [0, 1, 3, 4, 5]
    for _ in 0..<50 {
      // A direction orthogonal to 1 and to s keeps both constraints.
      var d = classes.map { _ in Double(random.normal()) }
      let s = classes.map { scores[$0] }
      let mean = s.reduce(0, +) / 5
      let centered = s.map { $0 - mean }
      let product = zip(d, centered).reduce(0.0) { $0 + $1.0 * $1.1 }
      let share = product / centered.reduce(0.0) { $0 + $1 * $1 }
      d = zip(d, centered).map { $0 - share * $1 }
      let offset = d.reduce(0, +) / 5
      d = d.map { $0 - offset }
      let step = 0.5 * (zip(classes, d).map { q[$0] / max(abs($1), 1e-12) }.min() ?? 0)
      var other = q
      for (k, change) in zip(classes, d) { other[k] += step * change }
      #expect(other.allSatisfy { $0 >= 0 })
      #expect(divergence(other) >= divergence(q) - 1e-12)
    }
  }
}
