import Data
import Engine
import TestSupport
import Testing
import Unlearning
import ZRF

@Suite("zrf") struct ZRFTests {
  private struct Golden: Decodable { var own: [Float], teacher: [Float], score: Double, as_released: Double }

  private func metric(_ change: (inout ZeroRetrainForgetting) -> Void = { _ in }) throws -> ZeroRetrainForgetting {
    var metric = ZeroRetrainForgetting()
    change(&metric)
    return try ZeroRetrainForgetting(metric)
  }

  private func predictions(_ logits: [Float], classCount: Int) -> Predictions {
    AttackFixture.predictions(
      logits, [Int](repeating: 0, count: logits.count / classCount), classCount: classCount, part: .forgetTrain)
  }

  @Test("agrees with SciPy, and as released with PyTorch's kl_div") func formula() throws {
    let golden = try GoldenFile.read(Golden.self, "zrf")
    let (own, teacher) = (predictions(golden.own, classCount: 5), predictions(golden.teacher, classCount: 5))
    AttackFixture.expect(try metric().score(own, teacher), golden.score, tolerance: 1e-6, "standard")
    let released = try metric { $0.asReleased = true }
    AttackFixture.expect(released.score(own, teacher), golden.as_released, tolerance: 1e-6, "as released")
    #expect(golden.as_released - golden.score > 0.1)
  }

  @Test("equal predictions have 1, and certain ones of different classes 1 − ln 2") func bounds() throws {
    let equal = predictions([0.3, 1, -2], classCount: 3)
    #expect(try metric().score(equal, equal) == 1)
    let opposite = [predictions([0, -500], classCount: 2), predictions([-500, 0], classCount: 2)]
    AttackFixture.expect(
      try metric().score(opposite[0], opposite[1]), 1 - 0.6931471805599453, tolerance: 1e-12, "opposite")
    // A class without probability has an infinite term in the released form, and a finite logarithm here.
    #expect(try metric { $0.asReleased = true }.score(opposite[0], opposite[1]).isFinite)
  }

  @Test("is the mean over random models that all models share, with their deviation; one has none")
  func teachers() throws {
    let toy = try Toy()
    let evidence = Evidence.of(toy.original, original: toy.original, [], on: try toy.split)
    let models = try evidence.requiredModels().shared
    let own = evidence.target[.forgetTrain]
    let each = try (0..<3).map { place in
      let teacher = models.makeClassifier(evidence.context.random.stream("zrf", place))
      return try metric().score(own, Predictions(of: teacher, on: models.data.forgetTrain))
    }
    let found = try metric { $0.teachers = 3 }.measure(evidence)
    #expect(found.map(\.name) == ["forget_train", "forget_train_teacher_deviation"])
    AttackFixture.expect(found[0].value, each.reduce(0, +) / 3, tolerance: 1e-12, "mean")
    AttackFixture.expect(found[1].value, BankGameTests.deviation(each), tolerance: 1e-12, "deviation")
    #expect(Set(each).count == 3)
    let single = try metric { $0.teachers = 1 }.measure(evidence)
    #expect(single.map(\.name) == ["forget_train"] && single[0].value == each[0])
  }

  @Test("a random model is nearer to 1 than a trained one, and retrained models have similar values")
  func power() throws {
    let toy = try Toy()
    let split = try toy.split
    func score(_ model: Classifier) throws -> Double {
      try metric().measure(.of(model, original: toy.original, [], on: split))[0].value
    }
    let random = try score(toy.run.makeClassifier(RandomSource(seed: 99)))
    let original = try score(toy.original)
    #expect(random > original + 0.1, "\(random), \(original)")
    let retrained = try (1...3).map { try score(try toy.retrained(seed: $0)) }
    let gap = (retrained.max() ?? 0) - (retrained.min() ?? 0)
    #expect(gap < 0.1, "\(retrained), original \(original)")
  }
}
