import DiscrepancyByDistance
import Engine
import TestSupport
import Testing
import Unlearning

@Suite("neighborhood-discrepancy") struct NeighborhoodDiscrepancyTests {
  struct Golden: Decodable {
    var classes: Int, width: Int, neighbors: Int
    var labels: [Int]
    var features: [String: [Float]]
    var target: [Float], retrained: [[Float]]
    var values: [String: Double], without_each: [[String: Double]], floor: [[String: Double]]
    var floor_rho_pseudo: [Double]
  }

  private static func golden() throws -> Golden { try GoldenFile.read(Golden.self, "neighborhood-discrepancy") }

  /// A model with these logits on retained test samples, and these features on them and on the forget set.
  private func model(
    _ logits: [Float], labels: [Int], classes: Int, features: [Part: [Float]] = [:], width: Int = 1
  ) -> ModelOutputs {
    let forgotten = (features[.forgetTrain]?.count ?? 0) / width
    return ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { part in
          let own = part == .retainTest ? labels : part == .forgetTrain ? [Int](repeating: 0, count: forgotten) : []
          let numbers = part == .retainTest ? logits : [Float](repeating: 0, count: own.count * classes)
          return (
            part,
            Predictions(
              logits: Tensor(numbers, shape: [own.count, classes]),
              features: features[part].map { Tensor($0, shape: [own.count, width]) }, labels: own,
              indices: Array(own.indices))
          )
        }))
  }

  private func evidence(_ golden: Golden, retrained position: Int? = nil) -> Evidence {
    let features = Dictionary(
      uniqueKeysWithValues: golden.features.compactMap { name, numbers in Part(rawValue: name).map { ($0, numbers) } })
    func outputs(_ logits: [Float], _ features: [Part: [Float]] = [:]) -> ModelOutputs {
      model(logits, labels: golden.labels, classes: golden.classes, features: features, width: golden.width)
    }
    // Parts without features have as many samples as those with them.
    let bare = features.mapValues { [Float](repeating: 0, count: $0.count) }
    let retrained = golden.retrained.map { outputs($0, bare) }
    var evidence = Evidence(
      target: position.map { retrained[$0] } ?? outputs(golden.target, bare), retrained: ModelBank(retrained),
      targetPosition: position, context: AttackFixture.context([0], golden.classes))
    evidence.originals = [outputs(golden.target, features), outputs(golden.target, bare)]
    return evidence
  }

  private func metric(_ golden: Golden) throws -> NeighborhoodDiscrepancy {
    var metric = NeighborhoodDiscrepancy()
    metric.neighbors = golden.neighbors
    return try NeighborhoodDiscrepancy(metric)
  }

  @Test("agrees with NumPy, SciPy and scikit-learn") func numPy() throws {
    let golden = try Self.golden()
    let found = try metric(golden).measure(evidence(golden))
    #expect(Set(found.map(\.name)) == Set(golden.values.keys))
    // Probabilities are in single precision.
    for value in found {
      AttackFixture.expect(value.value, golden.values[value.name], tolerance: 1e-6, value.name)
      guard case .withoutEach(let without) = value.spread else {
        Issue.record("\(value.name) has no values without each retrained model")
        continue
      }
      AttackFixture.expect(
        without, golden.without_each.map { $0[value.name] ?? .nan }, tolerance: 1e-6, "\(value.name) without each")
    }
  }

  @Test("the floor agrees with NumPy, SciPy and scikit-learn") func floor() throws {
    let golden = try Self.golden()
    let floors = try golden.retrained.indices.map { try metric(golden).measure(evidence(golden, retrained: $0)) }
    for (position, found) in floors.enumerated() {
      for value in found {
        AttackFixture.expect(value.value, golden.floor[position][value.name], tolerance: 1e-6, value.name)
        guard case .pseudoValue(let pseudo) = value.spread else {
          Issue.record("\(value.name) has no pseudo-value")
          continue
        }
        if value.name == "rho" {
          AttackFixture.expect(pseudo, golden.floor_rho_pseudo[position], tolerance: 1e-6, "pseudo-value")
        }
      }
    }
    // The mean pseudo-value of a mean over pairs is this mean.
    let name = "decile_1"
    let values = floors.compactMap { $0.named(name)?.value }
    let pseudo = floors.compactMap { floor -> Double? in
      if case .pseudoValue(let number) = floor.named(name)?.spread { number } else { nil }
    }
    AttackFixture.expect(pseudo.reduce(0, +) / 4, values.reduce(0, +) / 4, tolerance: 1e-12, "mean")
  }

  /// The first two of twenty samples, one of each class, are near the forget set, and there the model is different.
  @Test("samples near the forget set by hand") func byHand() throws {
    let labels = (0..<20).map { 1 + $0 % 2 }
    let near: [Float] = (0..<20).flatMap { $0 < 2 ? [1, 0] as [Float] : [-1, Float($0)] }
    let features: [Part: [Float]] = [.retainTest: near, .forgetTrain: [1, 0, 1, 0]]
    func outputs(_ nearLogits: [Float]) -> ModelOutputs {
      let logits: [Float] = (0..<20).flatMap { $0 < 2 ? nearLogits : [0, 100, 0] }
      return model(logits, labels: labels, classes: 3, features: features, width: 2)
    }
    let same = outputs([0, 100, 0])
    var evidence = Evidence(
      target: outputs([100, 0, 0]), retrained: [same, same, same], context: AttackFixture.context([0], 3))
    evidence.originals = [same]
    let found = try NeighborhoodDiscrepancy().measure(evidence)
    let expected = [1.0] + [Double](repeating: 0, count: 9)
    AttackFixture.expect(found.prefix(10).map(\.value), expected, tolerance: 1e-12, "deciles")
    AttackFixture.expect(found.named("class_class_1")?.value, 0.1, tolerance: 1e-12, "1 of 10 samples")
    // Ranks are 19.5 for the near samples, and for the others 9.5 by discrepancy and 1 to 18 by nearness.
    AttackFixture.expect(found.named("rho")?.value, (180 / 664.5).squareRoot(), tolerance: 1e-12, "rho")
    evidence.target = same
    let none = try NeighborhoodDiscrepancy().measure(evidence)
    #expect(none.allSatisfy { $0.value == 0 })
    #expect(none.filter { $0.caveat != nil }.map(\.name) == ["rho"])
  }

  @Test("too few models and samples are errors, and known before") func refused() throws {
    let golden = try Self.golden()
    var few = evidence(golden)
    few.retrained = few.retrained.without(0).without(0)
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 3, found: 2)) { try metric(golden).measure(few) }
    var lost = evidence(golden)
    lost.originals = []
    #expect(throws: AttackError.emptySet("original models")) { try metric(golden).measure(lost) }
    var cell = CellSizes.everything
    cell.counts[.retainTest] = [0, 5, 4]
    #expect(NeighborhoodDiscrepancy().obstacle(in: cell) == "needs 10 retained test samples")
    cell.counts[.retainTest] = [0, 10, 0]
    #expect(NeighborhoodDiscrepancy().obstacle(in: cell) == nil)
    let names = NeighborhoodDiscrepancy().measurementNames(in: cell)
    #expect(names == Set((1...10).map { "decile_\($0)" } + ["class_b", "rho"]))
  }
}
