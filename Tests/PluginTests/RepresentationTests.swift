import Data
import Engine
import RepresentationProbe
import TestSupport
import Testing
import Unlearning

@Suite("representation") struct RepresentationTests {
  struct Golden: Decodable {
    struct Split: Decodable {
      var fitted: [Int], judged: [Int]
      var recalls: [String: Double]
    }
    var width: Int, neighbors: Int
    var cost: Double
    var labels: [String: [Int]]
    var target: [String: [Float]], retrained: [[String: [Float]]]
    var splits: [Split]
    var cka: [String: [Double]], floor: [String: [[Double]]]

    func outputs(_ features: [String: [Float]]) -> ModelOutputs {
      RepresentationTests.outputs(features, labels: labels, width: width)
    }
  }

  /// A model with these features on the test parts and none elsewhere.
  private static func outputs(_ features: [String: [Float]], labels: [String: [Int]], width: Int) -> ModelOutputs {
    ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { part in
          let labels = labels[part.rawValue] ?? []
          return (
            part,
            Predictions(
              logits: Tensor(zeros: [labels.count, 4]),
              features: Tensor(features[part.rawValue] ?? [], shape: [labels.count, width]), labels: labels,
              indices: Array(labels.indices))
          )
        }))
  }

  private static func golden() throws -> Golden { try GoldenFile.read(Golden.self, "representation") }

  private func evidence(_ target: ModelOutputs, _ retrained: [ModelOutputs], at position: Int? = nil) -> Evidence {
    Evidence(
      target: target, retrained: ModelBank(retrained), targetPosition: position,
      context: AttackFixture.context([1], 4))
  }

  private func rows(_ features: [Double], width: Int) -> CenteredFeatures {
    CenteredFeatures(FeatureRows(features, width: width))
  }

  @Test("recalls agree with scikit-learn") func scikitLearn() throws {
    let golden = try Self.golden()
    let parts = ["retain_test", "forget_test"]
    let samples = FeatureRows(
      parts.flatMap { golden.target[$0] ?? [] }.map { Double($0) }, width: golden.width)
    let labels = parts.flatMap { golden.labels[$0] ?? [] }
    for split in golden.splits {
      let found = try RecoveryRecalls(
        samples, labels: labels, fitted: split.fitted, judged: split.judged, cost: golden.cost,
        neighborCount: golden.neighbors)
      AttackFixture.expect(found.linear, split.recalls["linear_probe"], "linear probe")
      AttackFixture.expect(found.classMean, split.recalls["class_mean"], "class mean")
      AttackFixture.expect(found.neighbors, split.recalls["neighbors"], "neighbors")
    }
    #expect(Set(golden.splits.flatMap(\.recalls.values)).count > 2, "recalls that are not all equal")
  }

  @Test("CKA agrees with NumPy, for models and for the floor") func numPy() throws {
    let golden = try Self.golden()
    let retrained = golden.retrained.map(golden.outputs)
    let metric = RepresentationProbes()
    let found = try metric.measure(evidence(golden.outputs(golden.target), retrained))
    #expect(
      found.map(\.name) == ["linear_probe", "class_mean", "neighbors", "forget_test_cka", "retain_test_cka"])
    for part in ["forget_test", "retain_test"] {
      let value = try #require(found.named("\(part)_cka"))
      let expected = try #require(golden.cka[part])
      AttackFixture.expect(value.value, expected.reduce(0, +) / 3, tolerance: 1e-9, part)
      guard case .withoutEach(let without) = value.spread else {
        Issue.record("no values without each retrained model")
        continue
      }
      let means = expected.map { (expected.reduce(0, +) - $0) / 2 }
      AttackFixture.expect(without, means, tolerance: 1e-9, "without each")
      for position in retrained.indices {
        let floor = try metric.measure(evidence(retrained[position], retrained, at: position))
        let own = try #require(golden.floor[part]?[position])
        let value = try #require(floor.named("\(part)_cka"))
        AttackFixture.expect(value.value, (own.reduce(0, +) - 1) / 2, tolerance: 1e-9, "floor \(position)")
        guard case .pseudoValue(let found) = value.spread,
          case .pseudoValue(let expected) = Spread.ofPairs(golden.floor[part] ?? [], at: position)
        else {
          Issue.record("no pseudo-value of the floor")
          continue
        }
        AttackFixture.expect(found, expected, tolerance: 1e-9, "pseudo-value \(position)")
      }
    }
  }

  @Test("recalls are means over seeded splits of both halves") func splits() throws {
    let golden = try Self.golden()
    let target = golden.outputs(golden.target)
    let evidence = evidence(target, golden.retrained.map(golden.outputs))
    func recall(_ splits: Int) throws -> Double {
      var metric = RepresentationProbes()
      metric.splits = splits
      return try metric.measure(evidence)[0].value
    }
    // The twelve samples that a split judges are half of 24.
    let recalls = try (1...4).map(recall)
    for (place, value) in recalls.enumerated() {
      let judged = Double(12 * (place + 1))
      AttackFixture.expect(judged * value, (judged * value).rounded(), tolerance: 1e-9, "\(place + 1) splits")
    }
    #expect(Set(recalls).count > 1, "\(recalls)")
    #expect(try (1...4).map(recall) == recalls)
  }

  @Test("two samples by hand: CKA is 1 with itself, with a rotation and with a multiple") func alignmentByHand() {
    let features = rows([1, 2, 3, 5, -2, 0.5], width: 2)
    AttackFixture.expect(features.alignment(with: features), 1, tolerance: 1e-15, "itself")
    AttackFixture.expect(
      features.alignment(with: rows([-2, 1, -5, 3, -0.5, -2], width: 2)), 1, tolerance: 1e-15, "rotation")
    AttackFixture.expect(
      features.alignment(with: rows([13, 23, 33, 53, -17, 8], width: 2)), 1, tolerance: 1e-15, "multiple")
    // One feature of each: (x·y)² / (‖x‖²·‖y‖²) = 1 / 4 for (1, −1, 0) and (1, 0, −1).
    AttackFixture.expect(
      rows([2, 0, 1], width: 1).alignment(with: rows([1, 0, -1], width: 1)), 0.25, tolerance: 1e-15, "correlation ½")
  }

  @Test("the same features for all samples have a caveat") func constant() throws {
    let golden = try Self.golden()
    let constant = golden.target.mapValues { [Float](repeating: 0.3, count: $0.count) }
    let found = try RepresentationProbes().measure(
      evidence(golden.outputs(constant), golden.retrained.map(golden.outputs)))
    #expect(found.suffix(2).allSatisfy { $0.value == 0 && $0.caveat != nil })
    #expect(found.prefix(3).allSatisfy { $0.caveat == nil })
  }

  @Test("missing and unlike features, and too few samples, are errors") func refused() throws {
    let golden = try Self.golden()
    let (target, retrained) = (golden.outputs(golden.target), golden.retrained.map(golden.outputs))
    let metric = RepresentationProbes()
    let bare = ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map {
          let whole = target[$0]
          return ($0, Predictions(logits: whole.logits, features: nil, labels: whole.labels, indices: whole.indices))
        }))
    #expect(throws: AttackError.emptySet("features on 'retain_test'")) {
      try metric.measure(evidence(bare, retrained))
    }
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 2, found: 0)) {
      try metric.measure(evidence(target, []))
    }
    let other = AttackFixture.ordering(retrained[0], .forgetTest, (0..<24).reversed())
    #expect(throws: AttackError.unlikeSamples(.forgetTest)) {
      try metric.measure(evidence(target, [other, retrained[1]]))
    }
    let one = AttackFixture.ordering(target, .forgetTest, [0])
    #expect(throws: AttackError.emptySet("test samples of a forgotten class in both halves")) {
      for seed in 0..<8 {
        var evidence = evidence(one, retrained)
        evidence.context = AttackFixture.context([1], 4, seed: UInt64(seed))
        _ = try metric.measure(evidence)
      }
    }
    var cell = CellSizes.everything
    #expect(metric.obstacle(in: cell) == nil)
    cell.counts[.forgetTest] = [1, 0, 0]
    #expect(metric.obstacle(in: cell)?.hasPrefix("needs two test samples") == true)
    cell.counts[.forgetTest] = [2, 0, 0]
    cell.counts[.retainTest] = [0, 0, 0]
    #expect(metric.obstacle(in: cell) == "needs test samples of retained classes")
    #expect(RequestKind.allCases.filter(metric.serves) == [.oneClass, .severalClasses])
  }
}
