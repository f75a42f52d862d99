import Foundation
import Testing
import TotalVariation
import Unlearning

@Suite("total-variation") struct TotalVariationTests {
  func metric(
    _ change: (inout PredictionTotalVariation) -> Void = { _ in }
  ) throws -> PredictionTotalVariation {
    var parameters = PredictionTotalVariation()
    change(&parameters)
    return try PredictionTotalVariation(parameters)
  }

  @Test("two distributions") func byHand() {
    AttackFixture.expect(totalVariation([0.7, 0.2, 0.1], [0.5, 0.25, 0.25]), 0.2, tolerance: 1e-15, "known pair")
    #expect(totalVariation([1, 0], [0, 1]) == 1)
    #expect(totalVariation([0.3, 0.7], [0.3, 0.7]) == 0)
  }

  @Test("agrees with NumPy", arguments: PredictionTotalVariation.Against.allCases)
  func numPy(against: PredictionTotalVariation.Against) throws {
    let golden = try AttackFixture.golden("class_request")
    let metric = try metric {
      $0.parts = [.forgetTest, .forgetTrain]
      $0.against = against
    }
    func expected(_ distance: AttackFixture.Golden.Distance?) -> Double? {
      switch against {
      case .each: distance?.each
      case .mean: distance?.mean
      case .distribution: distance?.distribution
      }
    }
    // Probabilities are in single precision.
    let found = try metric.measure(golden.evidence())
    #expect(found.map(\.name) == ["forget_test", "forget_train"])
    for measurement in found {
      let distance = golden.totalVariation?[measurement.name] ?? golden.totalVariation?[camelCase(measurement.name)]
      AttackFixture.expect(measurement.value, expected(distance), tolerance: 1e-6, measurement.name)
      #expect(measurement.direction == .lower && measurement.reference == .retrained)
      switch against {
      case .each: AttackFixture.expect(measurement.perSample, distance?.perSample, tolerance: 1e-6, "per sample")
      case .mean: #expect(measurement.perSample?.count == distance?.perSample.count)
      case .distribution: #expect(measurement.perSample == nil)
      }
    }
    for (position, floor) in try #require(golden.floor).enumerated() {
      let own = try metric.measure(golden.evidence(ofRetrained: position))
      AttackFixture.expect(own.first?.value, expected(floor), tolerance: 1e-6, "floor \(position)")
    }
  }

  private func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_")
    return words.dropFirst().reduce(String(words[0])) { $0 + $1.capitalized }
  }

  @Test("the floor's spread is a jackknife over models", arguments: PredictionTotalVariation.Against.allCases)
  func floorSpread(against: PredictionTotalVariation.Against) throws {
    let golden = try AttackFixture.golden("class_request")
    let metric = try metric { $0.against = against }
    func floors(_ models: [ModelOutputs]) throws -> [MeasuredValue] {
      try models.indices.map { position in
        var evidence = golden.evidence(ofRetrained: position)
        (evidence.retrained, evidence.target) = (ModelBank(models), models[position])
        evidence.targetPosition = position
        return try #require(try metric.measure(evidence).first)
      }
    }
    func mean(_ values: [MeasuredValue]) -> Double { values.map(\.value).reduce(0, +) / Double(values.count) }
    let models = golden.retrainedOutputs
    let all = try floors(models)
    let n = Double(models.count)
    for position in models.indices {
      var others = models
      others.remove(at: position)
      guard case .pseudoValue(let found) = all[position].spread else {
        Issue.record("no pseudo-value")
        continue
      }
      AttackFixture.expect(
        found, n * mean(all) - (n - 1) * mean(try floors(others)), tolerance: 1e-12, "pseudo-value \(position)")
    }
    #expect(try floors(Array(models.prefix(2))).map(\.spread) == [.unknown, .unknown])
  }

  @Test(
    "a method's value comes with its values without each retrained model",
    arguments: PredictionTotalVariation.Against.allCases)
  func withoutEach(against: PredictionTotalVariation.Against) throws {
    let golden = try AttackFixture.golden("class_request")
    let metric = try metric { $0.against = against }
    let models = golden.retrainedOutputs
    let expected = try models.indices.map { left in
      var evidence = golden.evidence()
      evidence.retrained = evidence.retrained.without(left)
      return try #require(try metric.measure(evidence).first).value
    }
    guard case .withoutEach(let found) = try metric.measure(golden.evidence()).first?.spread else {
      Issue.record("no values without each retrained model")
      return
    }
    AttackFixture.expect(found, expected, tolerance: 1e-12, "values")
    #expect(Set(found).count == models.count, "a list that does not depend on the model left out shows nothing")
    var single = golden.evidence()
    single.retrained = [models[0]]
    #expect(try metric.measure(single).first?.spread == .unknown)
  }

  @Test("copies of the retrained models have distance 0") func twin() throws {
    let golden = try AttackFixture.golden("class_request")
    var evidence = golden.evidence()
    evidence.retrained = [evidence.target, evidence.target]
    for against in PredictionTotalVariation.Against.allCases {
      AttackFixture.expect(
        try metric { $0.against = against }.measure(evidence).first?.value, 0, tolerance: 1e-15, against.rawValue)
    }
  }

  @Test("evidence that cannot be measured is an error") func refused() throws {
    let golden = try AttackFixture.golden("class_request")
    var evidence = golden.evidence(ofRetrained: 0)
    evidence.retrained = [evidence.target]
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 2, found: 1)) { try metric().measure(evidence) }
    let samples = try AttackFixture.golden("sample_request")
    var sampleEvidence = samples.evidence()
    sampleEvidence.retrained = [sampleEvidence.target]
    #expect { try metric().measure(sampleEvidence) } throws: {
      "\($0)".contains("parts: [forget_train]")
    }
    let both = try metric { $0.parts = [.forgetTest, .forgetTrain] }
    #expect(try both.measure(sampleEvidence).map(\.name) == ["forget_train"])
    var unlike = golden.evidence()
    let part = unlike.target[.forgetTest]
    let fewer = part.selecting(Array(0..<part.count - 1))
    unlike.retrained = [
      ModelOutputs(
        Dictionary(uniqueKeysWithValues: Part.allCases.map { ($0, $0 == .forgetTest ? fewer : unlike.target[$0]) }))
    ]
    #expect(throws: AttackError.unlikeSamples(.forgetTest)) { try metric().measure(unlike) }
    var broken = golden.evidence()
    broken.target = AttackFixture.replacing(broken.target, .forgetTest, row: 4, with: .nan)
    #expect(throws: AttackError.notFinite("logits on 'forget_test'", row: 4)) { try metric().measure(broken) }
    #expect { try metric { $0.parts = [] } } throws: {
      "\($0)" == "parameter 'parts': must name at least one part"
    }
  }
}
