import ForgettingQuality
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("forgetting-quality") struct ForgettingQualityTests {
  private struct Golden: Decodable {
    var unlearned: [[Double]], retrained: [[Double]], epsilon: [Double], quality: Double, half: [[Int]]
    var quality_half: Double
  }

  private func golden() throws -> Golden { try GoldenFile.read(Golden.self, "forgetting-quality") }

  /// A model with these margins on forget train, and the accuracies on 10 retained training and 10 test samples.
  private func model(_ margins: [Double], right: (train: Int, test: Int) = (10, 10)) -> ModelOutputs {
    func retained(_ part: Part, _ right: Int) -> Predictions {
      let logits = (0..<10).flatMap { row -> [Float] in row < right ? [0, 1] : [1, 0] }
      return AttackFixture.predictions(logits, [Int](repeating: 1, count: 10), classCount: 2, part: part)
    }
    return ModelOutputs([
      .forgetTrain: AttackFixture.predictions(
        margins.flatMap { [Float($0), 0] }, [Int](repeating: 0, count: margins.count), classCount: 2,
        part: .forgetTrain),
      .retainTrain: retained(.retainTrain, right.train), .retainTest: retained(.retainTest, right.test),
      .forgetTest: AttackFixture.predictions([], [], classCount: 2, part: .forgetTest),
    ])
  }

  private func values(
    _ own: [ModelOutputs], _ retrained: [ModelOutputs], isRetrained: Bool = false
  ) throws -> [MeasuredValue] {
    var evidence = Evidence(
      target: own[0], retrained: ModelBank(retrained), targetPosition: isRetrained ? 0 : nil,
      context: AttackFixture.context([0], own[0][.forgetTrain].classCount))
    (evidence.peers, evidence.peerPosition) = (ModelBank(own), 0)
    return try ForgettingQualityScore(ForgettingQualityScore()).attack(evidence)
  }

  @Test("ε and F agree with NumPy's search of the competition's grids") func numPy() throws {
    let golden = try golden()
    let found = golden.epsilon.indices.map { sample in
      ThresholdDecisions(golden.unlearned.map { $0[sample] }, golden.retrained.map { $0[sample] }).epsilon(delta: 1e-5)
    }
    AttackFixture.expect(found, golden.epsilon, tolerance: 1e-12, "ε")
    #expect(found.contains(50) && found.contains(0) && Set(found).count > 5)
    let values = try values(golden.unlearned.map { model($0) }, golden.retrained.map { model($0) })
    AttackFixture.expect(values.named("forgetting_quality")?.value, golden.quality, tolerance: 1e-12, "F")
    #expect(values.named("score")?.value == values.named("forgetting_quality")?.value, "equal accuracies")
    AttackFixture.expect(values.named("epsilon")?.perSample, golden.epsilon, tolerance: 1e-12, "ε of each sample")
    let none = golden.epsilon.count { $0 >= 2 }
    AttackFixture.expect(values.named("separated")?.value, Double(none) / 60, tolerance: 1e-12, "separated")
    let half = try self.values(
      golden.half[0].map { model(golden.unlearned[$0]) }, golden.half[1].map { model(golden.retrained[$0]) })
    AttackFixture.expect(half.named("forgetting_quality")?.value, golden.quality_half, tolerance: 1e-12, "F of halves")
  }

  @Test("rates by hand") func byHand() {
    // From 2 on: one of four is missed and one of four is taken, and no threshold is better.
    let single = ThresholdDecisions([0, 2, 10, 11], [-10, -9, 1, 3])
    AttackFixture.expect(single.epsilon(delta: 0), log(3), tolerance: 1e-12, "single")
    AttackFixture.expect(single.epsilon(delta: 0.5), 0, tolerance: 1e-12, "of a large δ")
    // In [0, 3] are all of the narrow kind and none of the other, whose median is the same.
    #expect(ThresholdDecisions([0, 1, 2, 3], [-9, -8, 11, 12]).epsilon(delta: 0) == 50)
    // [0, 1] would be the best interval, log(8/3), but is far narrower than the range of 40.
    AttackFixture.expect(
      ThresholdDecisions([0, 1, 40], [-60, 0.5, 20, 30]).epsilon(delta: 0), log(1.5), tolerance: 1e-12, "double")
    #expect(ThresholdDecisions([1, 1], [1, 1]).epsilon(delta: 0) == 0)
    #expect(ThresholdDecisions([1, 1], [2, 2]).epsilon(delta: 0) == 50)
  }

  @Test("points halve with every ½ and end at ⌈ln(N − 1)⌉") func points() {
    #expect(
      ForgettingQualityScore.points([0, 0.49, 0.5, 1, 6.9, 7, 50], models: 512) == [
        1, 1, 0.5, 0.25, exp2(-13), 0, 0,
      ])
    #expect(ForgettingQualityScore.points([1.9, 2], models: 8) == [0.125, 0])
  }

  @Test("the score multiplies F by both relative accuracies, and F does not know them") func utility() throws {
    let golden = try golden()
    let own = golden.unlearned.enumerated().map { model($1, right: (train: $0 < 4 ? 9 : 7, test: 4)) }
    let found = try values(own, golden.retrained.map { model($0, right: (train: 10, test: 8)) })
    AttackFixture.expect(found.named("forgetting_quality")?.value, golden.quality, tolerance: 1e-12, "F")
    AttackFixture.expect(found.named("score")?.value, golden.quality * 0.8 * 0.5, tolerance: 1e-12, "score")
    #expect(throws: AttackError.self) {
      try values(own, golden.retrained.map { model($0, right: (train: 10, test: 0)) })
    }
  }

  @Test("retrained models have the values at half the size alone, and fewer than three models of a kind are an error")
  func retrained() throws {
    let golden = try golden()
    let retrained = golden.retrained.map { model($0) }
    let floor = try values(retrained, retrained, isRetrained: true)
    #expect(floor.map(\.name) == ["forgetting_quality_half", "score_half"])
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 3, found: 2)) {
      try values(retrained, Array(retrained.prefix(2)))
    }
  }

  @Test("F of originals is 0, and that of other retrained models is at its floor") func power() throws {
    let retrained = (1...8).map { AttackPowerTests.retrained(seed: $0) }
    func half(_ own: [ModelOutputs], isRetrained: Bool = false) throws -> Double {
      try #require(
        try values(isRetrained ? retrained : own, retrained, isRetrained: isRetrained)
          .named("forgetting_quality_half")?.value)
    }
    let floor = try half(retrained, isRetrained: true)
    #expect(floor > 0.15)
    #expect(try half((21...28).map { AttackPowerTests.original(seed: $0) }) < 0.01)
    #expect(abs(try half((11...18).map { AttackPowerTests.retrained(seed: $0) }) - floor) < 0.05)
  }
}
