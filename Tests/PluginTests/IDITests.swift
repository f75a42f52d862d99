import Data
import Engine
import Foundation
import IDI
import MLP
import TestSupport
import Testing
import Unlearning

@Suite("idi") struct IDITests {
  private typealias Halves = InformationDifferenceIndex.BalancedHalves
  private struct Golden: Decodable {
    var rate: Double, projection: Int
    var pixels: [[UInt8]]
    var model: [String: [Float]]
    var critics: [[String: [Float]]]
    var bounds: [[Double]]
  }

  private func perceptron(_ hidden: [Int], side: Int) throws -> Classifier {
    var architecture = MultilayerPerceptron()
    architecture.hidden = hidden
    return try architecture.makeClassifier(
      imageShape: [side, side, 1], classCount: 2, random: RandomSource(seed: 1))
  }

  private func critic(_ model: Classifier, afterBlocks count: Int, projection: Int) -> Classifier {
    model.remainder(
      afterBlocks: count, then: [("projection", Linear(projection))], classCount: 2, random: RandomSource(seed: 2))
  }

  private func set(_ tensors: [String: [Float]], in model: inout Classifier) throws {
    for (name, numbers) in tensors {
      model.parameters[name] = Tensor(numbers, shape: try #require(model.parameters[name], "\(name)").shape)
    }
  }

  private func dataset(_ pixels: [UInt8], side: Int) -> Dataset {
    Dataset(
      name: "side", classNames: ["a"], imageShape: [side, side, 1],
      normalization: Normalization(mean: [0], deviation: [1]), pixels: pixels,
      labels: [Int](repeating: 0, count: pixels.count / (side * side)))
  }

  private var run: Run { makeRun(forgotten: [], makeClassifier: Toy.classifier) }

  @Test("the bounds of both blocks agree with PyTorch, step by step") func torch() throws {
    let golden = try GoldenFile.read(Golden.self, "idi")
    var model = try perceptron([6, 5], side: 4)
    try set(golden.model, in: &model)
    #expect(model.blockNames == ["fc1", "fc2"])
    let sides = golden.pixels.map { dataset($0, side: 4) }
    let halves = Halves(
      fitted: sides.map { $0.selecting(Array(0..<12)) }, judged: sides.map { $0.selecting(Array(12..<20)) })
    for (place, expected) in golden.bounds.enumerated() {
      var critic = critic(model, afterBlocks: place + 1, projection: golden.projection)
      try set(golden.critics[place], in: &critic)
      let found = try expected.indices.map { epochs in
        var metric = InformationDifferenceIndex()
        metric.training = TrainingRecipe(
          epochs: epochs, learningRate: golden.rate, batchSize: 24, optimizer: .adam, weightDecay: 0)
        return try metric.information(of: model, afterBlocks: place + 1, critic: critic, halves, run)
      }
      AttackFixture.expect(found, expected, tolerance: 1e-5, "block \(place + 1)")
      #expect(try #require(expected.last) - expected[0] > 0.01)
    }
  }

  @Test("two samples by hand: the bound is the definition's") func byHand() throws {
    var model = try perceptron([2], side: 1)
    // Pixels 1 and 0 become (1, 0) and (0, 1).
    try set(["fc1.weight": [1, -1], "fc1.bias": [0, 1]], in: &model)
    var critic = critic(model, afterBlocks: 1, projection: 2)
    try set(
      [
        "projection.weight": [1, 0, 0, 1], "projection.bias": [0, 0], "head.weight": [2, 0, 0, 1],
        "head.bias": [0, 0],
      ], in: &critic)
    let sides = [dataset([255], side: 1), dataset([0], side: 1)]
    var metric = InformationDifferenceIndex()
    metric.training.epochs = 0
    let found = try metric.information(
      of: model, afterBlocks: 1, critic: critic, Halves(fitted: sides, judged: sides), run)
    // s(z₀, ·) = (2, 0) and s(z₁, ·) = (0, 1), with the labels 0 and 1.
    let bounds: [Double] = [2 - log((exp(2.0) + 1) / 2), 1 - log((1 + exp(1.0)) / 2)]
    let expected = bounds.mean
    AttackFixture.expect(found, expected, tolerance: 1e-6, "bound")
  }

  @Test("a layer that tells the sides apart has ln 2, and one that cannot has 0") func known() throws {
    let model = try perceptron([8], side: 4)
    var metric = InformationDifferenceIndex()
    metric.training.epochs = 60
    metric.training.learningRate = 0.05
    func bounds(brighter: Double) throws -> [Double] {
      try (0..<12).map { seed in
        var random = RandomSource(seed: UInt64(seed))
        let sides = [60, 60 + brighter].map { mean in
          let pixels = (0..<200 * 16).map { _ -> UInt8 in
            let pixel = mean + 20 * Double(random.normal())
            return UInt8(min(255, max(0, pixel)))
          }
          return dataset(pixels, side: 4)
        }
        let halves = Halves(
          fitted: sides.map { $0.selecting(Array(0..<100)) }, judged: sides.map { $0.selecting(Array(100..<200)) })
        return try metric.information(
          of: model, afterBlocks: 1, critic: critic(model, afterBlocks: 1, projection: 4), halves, run)
      }
    }
    for bound in try bounds(brighter: 130) { #expect(bound <= log(2) + 1e-6 && bound > log(2) - 0.02) }
    let found = try bounds(brighter: 0)
    let error = try #require(found.sampleDeviation) / Double(found.count).squareRoot()
    // Critics that are judged on other samples than those they are fitted to find no information that is not there.
    #expect(found.mean < 3 * error && found.mean > -0.1, "\(found.mean) ± \(error)")
  }

  @Test("index, differences and spreads by hand") func index() throws {
    let metric = InformationDifferenceIndex()
    let retrained = [0.1, 0.2, 0.6]
    let values = metric.values([0.25, 0.25], retrained: retrained, original: 1.3, position: nil)
    AttackFixture.expect(values.named("information")?.value, 0.5, "information")
    AttackFixture.expect(values.named("id")?.value, 0.2, "id")
    AttackFixture.expect(values.named("idi")?.value, 0.2, "idi")
    AttackFixture.expect(values.named("gap")?.value, (0.4 + 0.3 + 0.1) / 3, "gap")
    #expect(values.named("idi")?.caveat == nil)
    guard case .withoutEach(let indices) = values.named("idi")?.spread else { throw AttackError.emptySet("spread") }
    AttackFixture.expect(indices, [0.1 / 0.9, 0.15 / 0.95, 0.35 / 1.15], "without each")
    let original = metric.values([1.3], retrained: retrained, original: 1.3, position: nil)
    #expect(original.named("idi")?.value == 1)
    let floor = metric.values([0.6], retrained: retrained, original: 1.3, position: 2)
    AttackFixture.expect(floor.named("gap")?.value, 0.45, "its gap")
    #expect(floor.map(\.name) == ["gap", "information"])
    // The others are 0.1 and 0.2, with which 0.4 is too far from the mean for chance, and 0.3 is not.
    let clear = metric.values([0], retrained: [0.1, 0.2], original: 0.4, position: nil)
    #expect(clear.named("idi")?.caveat == nil)
    let unclear = metric.values([0], retrained: [0.1, 0.2], original: 0.3, position: nil)
    #expect(unclear.named("idi")?.caveat?.contains("not clearly above") == true)
    let undefined = metric.values([0], retrained: [0.1, 0.1], original: 0.1, position: nil)
    #expect(undefined.named("idi")?.value == 0 && undefined.named("idi")?.caveat != nil)
  }

  @Test("the original has an index of 1, and the halves of both sides are apart and alike in number") func models()
    throws
  {
    let toy = try Toy()
    let split = try toy.split
    let retrained = try (1...3).map { try toy.retrained(seed: $0) }
    var metric = InformationDifferenceIndex()
    metric.perBlock = true
    func values(_ evidence: Evidence) throws -> [MeasuredValue] {
      var evidence = evidence
      evidence.calibration = try metric.calibrate(
        evidence.retrained, models: evidence.models?.shared, context: evidence.context)
      return try metric.measure(evidence)
    }
    let original = try values(.of(toy.original, original: toy.original, retrained, on: split))
    #expect(original.named("idi")?.value == 1)
    #expect(original.named("information_fc1")?.value == original.named("information")?.value)
    let floor = try retrained.indices.map { place in
      try values(.of(retrained[place], original: toy.original, retrained, position: place, on: split))
    }
    let found = floor.compactMap { $0.named("information")?.value }
    #expect(found.count == 3 && Set(found).count == 3)
    AttackFixture.expect(
      floor[0].named("gap")?.value, [abs(found[0] - found[1]), abs(found[0] - found[2])].mean, "gap of the floor")
    AttackFixture.expect(
      original.named("id")?.value, (original.named("information")?.value ?? .nan) - found.mean, "id")
    let halves = try Halves(split, most: 31, random: RandomSource(seed: 1))
    #expect(halves.fitted.map(\.count) == [15, 15] && halves.judged.map(\.count) == [16, 16])
    for (fitted, judged) in zip(halves.fitted, halves.judged) {
      #expect(Set(fitted.indices).isDisjoint(with: judged.indices))
    }
    #expect(halves.fitted[1].labels.allSatisfy { $0 == 1 } && halves.fitted[0].labels.allSatisfy { $0 != 1 })
  }
}
