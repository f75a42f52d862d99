import EnergyGap
import Foundation
import PredictionDistance
import TestSupport
import Testing
import TotalVariation
import Unlearning

@Suite("prediction-distance") struct PredictionDistanceTests {
  struct Golden: Decodable {
    var target: [String: [String: Double]]
    var floor: [[String: Double]]
  }

  private static let suffixes = ["js", "l2", "agreement", "mean_tv", "class_tv"]

  private func metric(_ parts: [Part] = [.forgetTest]) throws -> PredictionDistances {
    var parameters = PredictionDistances()
    parameters.parts = parts
    return try PredictionDistances(parameters)
  }

  /// A model with these logits on the forgotten class's test samples, and the same everywhere else.
  private func model(_ rows: [[Float]]) -> ModelOutputs {
    let labels = [Int](repeating: 0, count: rows.count)
    return ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map {
          ($0, AttackFixture.predictions(rows.flatMap { $0 }, labels, classCount: rows[0].count, part: $0))
        }))
  }

  private func evidence(_ target: ModelOutputs, _ retrained: [ModelOutputs]) -> Evidence {
    Evidence(
      target: target, retrained: ModelBank(retrained),
      context: AttackFixture.context([0], target[.forgetTest].classCount))
  }

  /// Of two samples one is predicted with probabilities 1 and 0 where the retrained model has ½ and ½, the other with 1
  /// and 0 where that has 0 and 1.
  @Test("two samples by hand") func byHand() throws {
    let found = try metric().measure(evidence(model([[0, -200], [0, -200]]), [model([[0, 0], [-200, 0]])]))
    let first = 0.5 * log(1 / 0.75) + 0.5 * (0.5 * log(0.5 / 0.75) + 0.5 * log(0.5 / 0.25))
    let expected = [
      (first + log(2)) / 2, (0.5.squareRoot() + 2.0.squareRoot()) / 2, 0.5, (0.5 + 1) / 2, 0.75,
    ]
    #expect(found.map(\.name) == Self.suffixes.map { "forget_test_\($0)" })
    AttackFixture.expect(found.map(\.value), expected, tolerance: 1e-9, "by hand")
    #expect(found.map(\.unit) == [.nats, .fraction, .fraction, .fraction, .fraction])
    #expect(found.map(\.direction) == [.lower, .lower, .higher, .lower, .lower])
  }

  @Test("agrees with NumPy and SciPy") func numPy() throws {
    let golden = try GoldenFile.read(Golden.self, "prediction-distance")
    let bank = try AttackFixture.golden("class_request")
    let parts = [Part.forgetTest, .forgetTrain]
    let found = try metric(parts).measure(bank.evidence())
    let names = parts.flatMap { part in Self.suffixes.map { "\(part.rawValue)_\($0)" } }
    #expect(found.map(\.name) == names)
    // Probabilities are in single precision.
    let expected = parts.flatMap { part in Self.suffixes.map { golden.target[part.rawValue]?[$0] ?? .nan } }
    AttackFixture.expect(found.map(\.value), expected, tolerance: 1e-6, "target")
    #expect(golden.floor.count == bank.retrained.count)
    for (position, floor) in golden.floor.enumerated() {
      let own = try metric().measure(bank.evidence(ofRetrained: position))
      AttackFixture.expect(
        own.map(\.value), Self.suffixes.map { floor[$0] ?? .nan }, tolerance: 1e-6, "floor \(position)")
      #expect(own.allSatisfy { if case .pseudoValue = $0.spread { true } else { false } })
    }
    #expect(found.allSatisfy { if case .withoutEach = $0.spread { true } else { false } })
  }

  @Test("the last two are total variation against the mean and of distributions, for models and baselines")
  func totalVariations() throws {
    let bank = try AttackFixture.golden("class_request")
    for (against, suffix) in [(PredictionTotalVariation.Against.mean, "mean_tv"), (.distribution, "class_tv")] {
      var total = PredictionTotalVariation()
      total.against = against
      let name = "forget_test_\(suffix)"
      for evidence in [bank.evidence(), bank.evidence(ofRetrained: 1)] {
        let (expected, found) = (try total.measure(evidence)[0], try metric().measure(evidence).named(name))
        #expect(found?.value == expected.value && found?.spread == expected.spread)
      }
      for baseline in Baseline.allCases {
        let evidence = bank.evidence(ofRetrained: 1)
        let (expected, found) = (
          try total.measure(baseline, evidence)[0], try metric().measure(baseline, evidence).named(name)
        )
        #expect(found?.value == expected.value && found?.spread == expected.spread)
      }
    }
  }

  /// In single precision, the probabilities of the second model add up to more than 1.
  @Test("certain predictions of different classes are within the ranges") func certain() throws {
    var evidence = evidence(model([[0, -200, -200]]), [model([[-200, 0, -0.005]]), model([[-200, 0, -0.005]])])
    #expect(try evidence.retrained[0][.forgetTest].probabilityRows[0].reduce(0, +) > 1)
    (evidence.peers, evidence.peerPosition) = ([evidence.target, evidence.target], 0)
    var energy = EnergyGapToRetrained()
    energy.parts = [.forgetTest]
    let probes: [any Metric] = [try metric(), PredictionTotalVariation(), energy]
    for probe in probes {
      for value in try probe.measure(evidence) {
        let kind = try #require(type(of: probe).measures.kind(of: value.name))
        #expect(kind.range.contains(value.value), "\(value.name): \(value.value)")
      }
    }
  }

  @Test("the divergence of almost equal predictions is not negative") func almostEqual() throws {
    for step in 0..<50 {
      let logit = Float(step) / 50
      // The mean of the others is nearer to the model than the precision of a probability.
      var models = [ModelOutputs](repeating: model([[0, logit, 1]]), count: 40)
      models[1] = model([[0, logit + 1e-6, 1]])
      var evidence = evidence(models[0], models)
      evidence.targetPosition = 0
      let found = try metric().measure(.meanRetrained, evidence)
      #expect(found[0].value >= 0, "\(step): \(found[0].value)")
    }
  }
}
