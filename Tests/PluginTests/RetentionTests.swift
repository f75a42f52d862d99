import Retention
import TestSupport
import Testing
import Unlearning

@Suite("retention") struct RetentionTests {
  struct Golden: Decodable {
    struct Numbers: Decodable {
      var value: Double, without_each: [Double], floor: [Double], floor_pseudo: [Double]
    }
    var parts: [String: Numbers]
  }

  @Test("agrees with scikit-learn and NumPy, for models and for the floor") func scikitLearn() throws {
    let golden = try GoldenFile.read(Golden.self, "retention")
    let bank = try AttackFixture.golden("class_request")
    let found = try AccuracyRetention().measure(bank.evidence())
    #expect(found.map(\.name) == ["retain_train", "retain_test"])
    for value in found {
      let expected = try #require(golden.parts[value.name])
      AttackFixture.expect(value.value, expected.value, tolerance: 1e-12, value.name)
      guard case .withoutEach(let without) = value.spread else {
        Issue.record("no values without each retrained model")
        continue
      }
      AttackFixture.expect(without, expected.without_each, tolerance: 1e-12, "without each")
      for position in expected.floor.indices {
        let floor = try AccuracyRetention().measure(bank.evidence(ofRetrained: position)).named(value.name)
        AttackFixture.expect(floor?.value, expected.floor[position], tolerance: 1e-12, "floor \(position)")
        guard case .pseudoValue(let pseudo) = floor?.spread else {
          Issue.record("no pseudo-value")
          continue
        }
        AttackFixture.expect(pseudo, expected.floor_pseudo[position], tolerance: 1e-12, "pseudo-value \(position)")
      }
    }
  }

  /// A model with two samples in each part, of class 0 and of class 1.
  private func model(_ first: [Float], _ second: [Float]) -> ModelOutputs {
    ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map {
          ($0, AttackFixture.predictions(first + second, [0, 1], classCount: 2, part: $0))
        }))
  }

  @Test("two samples by hand; without a recognized sample there is no ratio") func byHand() throws {
    let (both, one, none) = (model([1, 0], [0, 1]), model([1, 0], [1, 0]), model([0, 1], [1, 0]))
    func value(_ target: ModelOutputs, _ retrained: ModelBank) throws -> MeasuredValue {
      try #require(
        try AccuracyRetention().measure(
          Evidence(target: target, retrained: retrained, context: AttackFixture.context([0], 2))
        ).named("retain_test"))
    }
    let half = try value(one, [both, both])
    #expect(half.value == 0.5 && half.caveat == nil)
    #expect(try value(both, [one, none]).value == 4)
    let undefined = try value(both, [none, none])
    #expect(undefined.value == 0 && undefined.caveat != nil)
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 2, found: 0)) { try value(both, []) }
  }
}
