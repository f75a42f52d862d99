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

  @Test("a definition names the terms, and none may be beside it") func definitions() throws {
    var metric = AverageGapToRetrained()
    metric.definition = .salun
    #expect(try AverageGapToRetrained(metric).measurementsRead == AverageGapToRetrained().terms)
    metric.definition = .amun
    #expect(try AverageGapToRetrained(metric).measurementsRead.last == "rmia.auc")
    metric.definition = .classUnlearning
    let found = try AverageGapToRetrained(metric).measurementsRead
    #expect(found == ["accuracy.retain_test", "accuracy.forget_test", "mia-svc.kodge", "ulira.accuracy"])
    metric.terms = ["accuracy.retain_test"]
    #expect(throws: ParameterError.self) { try AverageGapToRetrained(metric) }
  }

  @Test("a retrained model is compared with those of the other seeds: the floor") func floor() throws {
    func model(_ forget: Double, _ retain: Double) -> [String: Double] {
      ["accuracy.forget_train": forget, "accuracy.retain_train": retain]
    }
    var parameters = AverageGapToRetrained()
    parameters.terms = ["accuracy.forget_train", "accuracy.retain_train"]
    let metric = try AverageGapToRetrained(parameters)
    // Gaps: 1-2 (0.1 + 0.02)/2 = 0.06, 1-3 (0.2 + 0.04)/2 = 0.12, 2-3 (0.1 + 0.06)/2 = 0.08.
    var evidence = evidence(model(0, 0.9), [:])
    evidence.otherReferenceMeasurements = [model(0.1, 0.92), model(0.2, 0.86)]
    let found = try #require(try metric.measure(evidence).first)
    AttackFixture.expect(found.value, 0.09, tolerance: 1e-15, "mean over the other seeds")
    guard case .pseudoValue(let pseudo) = found.spread else {
      Issue.record("no spread")
      return
    }
    AttackFixture.expect(pseudo, 3 * (0.06 + 0.12 + 0.08) / 3 - 2 * 0.08, tolerance: 1e-15, "pseudo-value")
    evidence.otherReferenceMeasurements = [model(0.1, 0.92)]
    #expect(try metric.measure(evidence).first?.spread == .unknown)
    evidence.otherReferenceMeasurements = []
    #expect(try metric.measure(evidence).isEmpty, "one seed has no floor, and not one of 0")
    evidence.otherReferenceMeasurements = [["accuracy.forget_train": 0.1]]
    #expect(try metric.measure(evidence).isEmpty, "a model without a term is left out")
    evidence.measurements = [:]
    #expect(throws: AttackError.self) { try metric.measure(evidence) }
  }

  @Test("measurements of swept plugins can be terms", arguments: ["mia-svc(cost=0.5).salun", "mia-svc(a=1 b.c=2).x"])
  func sweptTerms(term: String) throws {
    var parameters = AverageGapToRetrained()
    parameters.terms = [term]
    let metric = try AverageGapToRetrained(parameters)
    AttackFixture.expect(
      try metric.measure(evidence([term: 0.3], [term: 0.1])).first?.value, 0.2, tolerance: 1e-15, term)
  }

  @Test("other terms") func terms() throws {
    var parameters = AverageGapToRetrained()
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

  @Test(
    "terms that cannot be",
    arguments: [[], ["accuracy"], [".x"], ["a.b", "a.b"], ["average-gap.gap"], ["a.b.c"], ["a(b.c"], ["(b).c"]])
  func refused(terms: [String]) {
    var parameters = AverageGapToRetrained()
    parameters.terms = terms
    #expect { try AverageGapToRetrained(parameters) } throws: { "\($0)".hasPrefix("parameter 'terms': ") }
  }
}
