import AUS
import TestSupport
import Testing
import Unlearning

@Suite("aus") struct AUSTests {
  struct Golden: Decodable {
    var class_request: Double
    var sample_request: Double
  }

  private let metric = AdaptiveUnlearningScore()

  @Test("agrees with scikit-learn, for requests of classes and of samples") func scikitLearn() throws {
    let golden = try GoldenFile.read(Golden.self, "aus")
    for (name, expected) in [("class_request", golden.class_request), ("sample_request", golden.sample_request)] {
      let bank = try AttackFixture.golden(name)
      var evidence = Evidence(target: bank.targetOutputs, context: bank.context)
      let others = bank.retrainedOutputs.prefix(2)
      evidence.originals = ModelBank(others.isEmpty ? [evidence.target] : Array(others))
      let found = try metric.measure(evidence)
      #expect(found.map(\.name) == ["score"])
      AttackFixture.expect(found[0].value, expected, tolerance: 1e-12, name)
    }
  }

  /// A model with two samples in each part, of class 0, which it recognizes, and of class 1.
  private func model(secondLogits: [Float]) -> ModelOutputs {
    ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map {
          ($0, AttackFixture.predictions([1, 0] + secondLogits, [0, 1], classCount: 2, part: $0))
        }))
  }

  @Test("two samples by hand") func byHand() throws {
    let (whole, half) = (model(secondLogits: [0, 1]), model(secondLogits: [1, 0]))
    func score(_ target: ModelOutputs, before original: ModelOutputs, forgotten: [Int]) throws -> Double? {
      var evidence = Evidence(target: target, context: AttackFixture.context(forgotten, 2))
      evidence.originals = [original]
      return try metric.measure(evidence).first?.value
    }
    #expect(try score(half, before: whole, forgotten: [0]) == 0.5 / 1.5)
    #expect(try score(whole, before: half, forgotten: [0]) == 1.5 / 2)
    #expect(try score(half, before: whole, forgotten: []) == 0.5)
  }

  @Test("missing originals and samples are errors") func refused() throws {
    var evidence = try AttackFixture.golden("class_request").evidence()
    #expect(throws: AttackError.emptySet("original models")) { try metric.measure(evidence) }
    evidence.originals = [evidence.target]
    evidence.target = AttackFixture.emptying(evidence.target, .forgetTest)
    #expect(throws: AttackError.emptyPart(.forgetTest)) { try metric.measure(evidence) }
    var cell = CellSizes.everything
    #expect(metric.obstacle(in: cell) == nil)
    cell.counts[.forgetTest] = [0, 0, 0]
    #expect(metric.obstacle(in: cell) == "needs test samples of class a, which has none")
    cell.counts[.retainTest] = [0, 0, 0]
    #expect(metric.obstacle(in: cell) == "needs test samples of retained classes")
  }
}
