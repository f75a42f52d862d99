import AverageGap
import Testing
import Unlearning

@Suite("average-gap") struct AverageGapTests {
  static let empty = ModelOutputs(
    Dictionary(
      uniqueKeysWithValues: Part.allCases.map {
        ($0, AttackFixture.predictions([], [], classCount: 2, part: $0))
      }))

  func evidence(_ own: [String: Double], _ reference: [String: Double]) -> Evidence {
    Evidence(
      target: Self.empty, context: AttackFixture.context([], 2), measurements: own, referenceMeasurements: reference)
  }

  let values = [
    "accuracy.forget_train": 0.4, "accuracy.retain_train": 1, "accuracy.retain_test": 0.9, "mia-svc.salun": 0.5,
    "run-time.call": 12,
  ]
  let retrained = [
    "accuracy.forget_train": 0.0, "accuracy.retain_train": 0.98, "accuracy.retain_test": 0.94, "mia-svc.salun": 1,
    "run-time.call": 60,
  ]

  @Test("the four terms of SalUn") func byHand() throws {
    let found = try AverageGapToRetrained(.init()).measure(evidence(values, retrained))
    #expect(found.map(\.name) == ["gap"])
    AttackFixture.expect(found.first?.value, (0.4 + 0.02 + 0.04 + 0.5) / 4, tolerance: 1e-15, "gap")
    #expect(found.first?.direction == .lower)
    #expect(try AverageGapToRetrained(.init()).measure(evidence(retrained, retrained)).first?.value == 0)
  }

  @Test("other terms") func terms() throws {
    var parameters = AverageGapToRetrained.Parameters()
    parameters.terms = ["accuracy.retain_test"]
    let found = try AverageGapToRetrained(parameters).measure(evidence(values, retrained))
    AttackFixture.expect(found.first?.value, 0.04, tolerance: 1e-15, "one term")
  }

  @Test("every missing term is named, with what there is") func missing() throws {
    var some = values
    some["mia-svc.salun"] = nil
    var others = retrained
    others["accuracy.retain_train"] = nil
    #expect(
      throws: AttackError.missingMeasurements(
        ["accuracy.retain_train", "mia-svc.salun"],
        available: ["accuracy.forget_train", "accuracy.retain_test", "run-time.call"])
    ) { try AverageGapToRetrained(.init()).measure(evidence(some, others)) }
  }

  @Test("terms that cannot be", arguments: [[], ["accuracy"], [".x"], ["a.b", "a.b"], ["average-gap.gap"], ["a.b.c"]])
  func refused(terms: [String]) {
    var parameters = AverageGapToRetrained.Parameters()
    parameters.terms = terms
    #expect { try AverageGapToRetrained(parameters) } throws: { "\($0)".hasPrefix("parameter 'terms': ") }
  }
}
