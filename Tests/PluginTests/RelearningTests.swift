import Data
import Engine
import Relearning
import TestSupport
import Testing
import Unlearning

@Suite("relearning") struct RelearningTests {
  private struct Golden: Decodable { var accuracies: [Double], losses: [Double] }

  private func attack(_ change: (inout RelearningAttack) -> Void = { _ in }) throws -> RelearningAttack {
    var attack = RelearningAttack()
    change(&attack)
    return try RelearningAttack(attack)
  }

  private func values(_ attack: RelearningAttack, _ evidence: Evidence) throws -> [MeasuredValue] {
    var evidence = evidence
    evidence.calibration = try attack.calibrate(
      evidence.retrained, models: evidence.models?.shared, context: evidence.context)
    return try attack.attack(evidence)
  }

  @Test("the curve agrees with PyTorch's Adam, step by step") func torch() throws {
    let golden = try GoldenFile.read(Golden.self, "relearning")
    let methods = try GoldenMethods.load()
    var model = methods.original
    model.parameters["head.bias"]?[methods.file.forgotten] -= 2
    let attack = try attack {
      $0.training.epochs = 10
      $0.training.learningRate = 0.1
      $0.training.batchSize = 1000
    }
    let shared = SharedModels(retrained: [], data: try Toy().split, makeClassifier: Toy.classifier)
    let curve = try attack.curve(
      of: model, .init(training: methods.forget, heldOut: methods.forget), shared, AttackFixture.context([0], 4))
    AttackFixture.expect(curve.accuracies, golden.accuracies, tolerance: 1e-9, "accuracies")
    AttackFixture.expect(curve.losses, golden.losses, tolerance: 1e-4, "losses")
    #expect(Set(golden.accuracies).count > 2)
  }

  @Test("areas, steps and distances by hand") func byHand() {
    let curve = RelearningAttack.Curve(accuracies: [0, 0.5, 1], losses: [3, 2, 1])
    #expect(curve.area == 0.5)
    #expect(curve.steps(to: 0) == 0 && curve.steps(to: 0.5) == 1 && curve.steps(to: 0.6) == 2)
    #expect(curve.steps(to: 1.1) == nil)
    let other = RelearningAttack.Curve(accuracies: [0.5, 0.5, 0], losses: [0, 0, 0])
    #expect(curve.distance(to: other) == (0.25 + 0.5) / 2)
  }

  @Test("an original needs no steps, and retrained models need as many as each other") func power() throws {
    let toy = try Toy()
    let split = try toy.split
    let retrained = try (1...4).map { try toy.retrained(seed: $0) }
    let attack = try attack()
    let original = try values(attack, .of(toy.original, original: toy.original, retrained, on: split))
    let floor = try retrained.enumerated().map { position, model in
      try values(attack, .of(model, original: toy.original, retrained, position: position, on: split))
    }
    #expect(original.named("steps")?.value == 0 && original.named("ain")?.value == 0)
    let areas = floor.compactMap { $0.named("area")?.value }
    #expect(areas.count == 4)
    let own = try #require(original.named("area")?.value)
    #expect(areas.allSatisfy { $0 < own - 0.1 }, "\(areas), original \(own)")
    let gaps = floor.compactMap { $0.named("gap")?.value }
    let gap = try #require(original.named("gap")?.value)
    #expect(gaps.allSatisfy { $0 < gap / 2 }, "\(gaps), original \(gap)")
  }

  @Test("training samples and held-out ones are apart, and half are held out where there are no test samples")
  func samples() throws {
    let toy = try Toy()
    let split = try ForgetRequest.count(20).split(
      DataSplits(train: toy.data, test: toy.data), random: RandomSource(seed: 1))
    let shared = SharedModels(retrained: [], data: split, makeClassifier: Toy.classifier)
    let task = try attack { $0.retained = 5 }.task(shared, AttackFixture.context([], 4))
    #expect(task.training.count == 15 && task.heldOut.count == 10)
    #expect(Set(task.training.indices).isDisjoint(with: task.heldOut.indices))
  }
}
