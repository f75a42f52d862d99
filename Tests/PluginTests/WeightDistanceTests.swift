import Engine
import MLP
import TestSupport
import Testing
import Unlearning
import WeightDistance

@Suite("weight-distance") struct WeightDistanceTests {
  private struct Golden: Decodable {
    var models: [String: [String: [Float]]]
    var to_retrained: [Double], to_each: [[Double]], to_original: [Double], floor: [[Double]]
    var pseudo_values: [[Double]]
  }

  private static let suffixes = ["", "_tensor_mean", "_normalized"]

  private func model(_ tensors: [String: [Float]]) throws -> Classifier {
    var architecture = MultilayerPerceptron()
    architecture.hidden = [3]
    var model = try architecture.makeClassifier(imageShape: [4, 4, 1], classCount: 4, random: RandomSource(seed: 1))
    #expect(Set(model.parameters.names) == Set(tensors.keys))
    for name in model.parameters.names {
      let shape = try #require(model.parameters[name]).shape
      model.parameters[name] = Tensor(try #require(tensors[name]), shape: shape)
    }
    return model
  }

  private func evidence(
    _ target: Classifier, original: Classifier, _ retrained: [Classifier], position: Int? = nil
  ) throws -> Evidence {
    .of(target, original: original, retrained, position: position, on: try Toy().split)
  }

  @Test("agrees with NumPy, spreads included") func numPy() throws {
    let golden = try GoldenFile.read(Golden.self, "weight-distance")
    let models = try golden.models.mapValues(model)
    let (target, original) = (try #require(models["target"]), try #require(models["original"]))
    let retrained = try (0..<3).map { try #require(models["retrained\($0)"]) }
    let found = try WeightDistances().measure(try evidence(target, original: original, retrained))
    #expect(found.map(\.name) == ["to_retrained", "to_original"].flatMap { name in Self.suffixes.map { name + $0 } })
    AttackFixture.expect(found.map(\.value), golden.to_retrained + golden.to_original, tolerance: 1e-12, "target")
    for (place, value) in found.prefix(3).enumerated() {
      guard case .withoutEach(let numbers) = value.spread else {
        Issue.record("\(value.name) has the spread \(String(describing: value.spread))")
        continue
      }
      let expected = (0..<3).map { left in
        (0..<3).filter { $0 != left }.reduce(0) { $0 + golden.to_each[$1][place] } / 2
      }
      AttackFixture.expect(numbers, expected, tolerance: 1e-12, "without each")
    }
    for position in 0..<3 {
      let floor = try WeightDistances().measure(
        try evidence(retrained[position], original: original, retrained, position: position))
      AttackFixture.expect(
        floor.prefix(3).map(\.value), golden.floor[position], tolerance: 1e-12, "floor \(position)")
      for (value, expected) in zip(floor, golden.pseudo_values[position]) {
        guard case .pseudoValue(let number) = value.spread else {
          Issue.record("\(value.name) has no pseudo-value")
          continue
        }
        AttackFixture.expect(number, expected, tolerance: 1e-12, "pseudo-value of \(value.name)")
      }
    }
  }

  @Test("an original is at 0 from itself, and a small change of it is nearer than a model of another seed")
  func known() throws {
    let toy = try Toy()
    let retrained = try (1...3).map { try toy.retrained(seed: $0) }
    func distances(_ target: Classifier) throws -> [MeasuredValue] {
      try WeightDistances().measure(.of(target, original: toy.original, retrained, on: try toy.split))
    }
    let own = try distances(toy.original)
    for suffix in Self.suffixes { #expect(own.named("to_original\(suffix)")?.value == 0) }
    var moved = toy.original
    moved.parameters = moved.parameters.mapValues { 1.01 * $0 }
    let near = try distances(moved)
    AttackFixture.expect(near.named("to_original_normalized")?.value, 0.01 / 1.01, tolerance: 1e-5, "scaled")
    let far = try #require(try distances(retrained[0]).named("to_original")?.value)
    #expect(try #require(near.named("to_original")?.value) < 0.1 * far)
    // Not even one of the retrained models is near to the others.
    #expect(try #require(try distances(retrained[0]).named("to_retrained")?.value) > 0.1 * far)
  }

  @Test("without parameters, or with a single retrained model, it says what is missing") func missing() throws {
    let toy = try Toy()
    var evidence = Evidence.of(toy.original, original: toy.original, [toy.original], on: try toy.split)
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 2, found: 1)) { try WeightDistances().measure(evidence) }
    evidence.models = nil
    #expect(throws: AttackError.requestNotServed("the parameters of the models are needed, and there are none")) {
      try WeightDistances().measure(evidence)
    }
  }
}
