import Data
import EnergyGap
import Engine
import TestSupport
import Testing
import TotalVariation
import Unlearning

@Suite("energy-gap") struct EnergyGapTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      struct Numbers: Decodable {
        var gap: Double, p: Double, within: [Double], floor: [Double], pseudo: [Double]
        var constant: Double, mean: Double, constant_distances: [Double], mean_distances: [Double]
        var constant_pseudo: [Double], mean_pseudo: [Double]
      }
      var own: [[Double]], retrained: [[Double]]
      var total_variation: Numbers, squared: Numbers
    }
    var classes: Int, samples: Int
    var cases: [Case]
  }

  private func metric(
    _ change: (inout EnergyGapToRetrained) -> Void = { _ in }
  ) throws -> EnergyGapToRetrained {
    var parameters = EnergyGapToRetrained()
    parameters.parts = [.forgetTest]
    change(&parameters)
    return try EnergyGapToRetrained(parameters)
  }

  /// A model with these logits on the forgotten class's test samples, and the same everywhere else.
  private func model(_ logits: [Double], classes: Int) -> ModelOutputs {
    let numbers = logits.map { Float($0) }
    return ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { part in
          let labels = [Int](repeating: 0, count: logits.count / classes)
          return (part, AttackFixture.predictions(numbers, labels, classCount: classes, part: part))
        }))
  }

  private func evidence(
    _ own: [ModelOutputs], _ retrained: [ModelOutputs], at place: Int = 0, classes: Int = 4
  ) -> Evidence {
    var evidence = Evidence(
      target: own[place], retrained: ModelBank(retrained), context: AttackFixture.context([0], classes))
    (evidence.peers, evidence.peerPosition) = (ModelBank(own), place)
    return evidence
  }

  private func evidence(ofRetrained place: Int, _ retrained: [ModelOutputs], classes: Int = 4) -> Evidence {
    var evidence = evidence(retrained, retrained, at: place, classes: classes)
    evidence.targetPosition = place
    return evidence
  }

  private func pseudo(_ value: MeasuredValue?) -> Double? {
    if case .pseudoValue(let number) = value?.spread { number } else { nil }
  }

  @Test("agrees with NumPy", arguments: EnergyGapToRetrained.Distance.allCases)
  func numPy(distance: EnergyGapToRetrained.Distance) throws {
    let golden = try GoldenFile.read(Golden.self, "energy-gap")
    let metric = try metric { $0.distance = distance }
    for (index, given) in golden.cases.enumerated() {
      let numbers = distance == .squared ? given.squared : given.total_variation
      let own = given.own.map { model($0, classes: golden.classes) }
      let retrained = given.retrained.map { model($0, classes: golden.classes) }
      // Probabilities are in single precision.
      for place in own.indices {
        let found = try metric.measure(evidence(own, retrained, at: place))
        #expect(found.map(\.name) == ["forget_test", "forget_test_p", "forget_test_within"])
        AttackFixture.expect(found[0].value, numbers.gap, tolerance: 1e-6, "gap of case \(index)")
        AttackFixture.expect(found[1].value, numbers.p, tolerance: 1e-12, "p of case \(index)")
        AttackFixture.expect(found[2].value, numbers.within[place], tolerance: 1e-6, "within, case \(index)")
        AttackFixture.expect(pseudo(found[0]), numbers.pseudo[place], tolerance: 1e-5, "pseudo-value \(index)")
        #expect(found[1].spread == .unknown)
      }
      for place in retrained.indices {
        let retrain = evidence(ofRetrained: place, retrained)
        let floor = try metric.measure(retrain)
        #expect(floor.map(\.name) == ["forget_test_within"])
        AttackFixture.expect(floor[0].value, numbers.floor[place], tolerance: 1e-6, "floor of case \(index)")
        let constant = try metric.measure(.constantAnswer, retrain).first
        AttackFixture.expect(constant?.value, numbers.constant, tolerance: 1e-6, "constant of case \(index)")
        let mean = try metric.measure(.meanRetrained, retrain).first
        AttackFixture.expect(mean?.value, numbers.mean, tolerance: 1e-6, "mean of case \(index)")
      }
    }
  }

  @Test("total variation of answers without a model agrees with NumPy") func baselines() throws {
    let golden = try GoldenFile.read(Golden.self, "energy-gap")
    let metric = try PredictionTotalVariation(.init())
    for given in golden.cases {
      let retrained = given.retrained.map { model($0, classes: golden.classes) }
      for place in retrained.indices {
        let retrain = evidence(ofRetrained: place, retrained)
        let numbers = given.total_variation
        let constant = try metric.measure(.constantAnswer, retrain).first
        let mean = try metric.measure(.meanRetrained, retrain).first
        AttackFixture.expect(
          constant?.value, numbers.constant_distances[place], tolerance: 1e-6, "constant answer")
        AttackFixture.expect(mean?.value, numbers.mean_distances[place], tolerance: 1e-6, "mean retrained")
        AttackFixture.expect(
          pseudo(constant), numbers.constant_pseudo[place], tolerance: 1e-5, "pseudo-value of constant answer")
        AttackFixture.expect(
          pseudo(mean), numbers.mean_pseudo[place], tolerance: 1e-5, "pseudo-value of mean retrained")
      }
    }
  }

  @Test("test samples of the forgotten and of the retained classes are measured, unless the file says otherwise")
  func parts() throws {
    let golden = try GoldenFile.read(Golden.self, "energy-gap")
    let given = golden.cases[0]
    let found = try EnergyGapToRetrained(.init()).measure(
      evidence(given.own.map { model($0, classes: 4) }, given.retrained.map { model($0, classes: 4) }))
    let names = ["forget_test", "retain_test"].flatMap { [$0, "\($0)_p", "\($0)_within"] }
    #expect(found.map(\.name) == names)
    AttackFixture.expect(found[0].value, given.total_variation.gap, tolerance: 1e-6, "gap of the forgotten class")
  }

  @Test("the smallest possible p is said where it is too large") func smallestP() throws {
    let golden = try GoldenFile.read(Golden.self, "energy-gap")
    func p(_ index: Int) throws -> MeasuredValue {
      let given = golden.cases[index]
      return try metric().measure(
        evidence(given.own.map { model($0, classes: 4) }, given.retrained.map { model($0, classes: 4) }))[1]
    }
    #expect(try p(0).caveat == "with 3 + 3 models no p below 10 % is possible")
    #expect(try p(1).value == 0.1, "far apart: the smallest")
    #expect(try p(2).caveat == nil, "1 of 35")
  }

  /// `count` models whose answers are drawn around one of `spread`-wide distributions.
  private func bank(_ count: Int, seed: UInt64, certainty: Float = 0) -> [ModelOutputs] {
    (0..<count).map { index in
      var random = RandomSource(seed: seed).stream("model", index)
      let logits = (0..<40 * 4).map { place in
        Double(random.normal() + (place % 4 == 1 ? 2 + certainty : 0))
      }
      return model(logits, classes: 4)
    }
  }

  @Test("equal distributions have a gap near 0, different ones have not; also with random relabelings")
  func distributions() throws {
    var gaps: [Double] = []
    var small = 0
    for seed in 1...20 as ClosedRange<UInt64> {
      let found = try metric().measure(evidence(bank(4, seed: seed), bank(4, seed: 100 + seed)))
      gaps.append(found[0].value)
      if found[1].value < 0.1 { small += 1 }
    }
    #expect(abs(gaps.reduce(0, +) / 20) < 0.004, "\(gaps)")
    #expect(small <= 6, "\(small) of 20 p are below 0.1")
    let apart = try metric().measure(evidence(bank(8, seed: 1, certainty: 3), bank(8, seed: 2)))
    #expect(apart[0].value > 0.1)
    // 2 of 12,870 relabelings are the labels themselves, so that some of the drawn ones are.
    #expect(apart[1].value >= 1.0 / 10_001 && apart[1].value < 1e-3, "p \(apart[1].value)")
    let alike = try metric().measure(evidence(bank(8, seed: 1), bank(8, seed: 2)))
    #expect(alike[1].value > 0.01, "p \(alike[1].value)")
    #expect(try metric().measure(evidence(bank(8, seed: 1), bank(8, seed: 2))) == alike, "drawn by the evidence's seed")
  }

  @Test("a constant answer is below the floor of total variation, and has a large energy gap")
  func constantAnswer() throws {
    // Each model is sure of the neighbor on most samples, and of something else on some that are its own.
    let retrained = (0..<4).map { index in
      let logits = (0..<40).flatMap { row in
        (0..<4).map { $0 == (row % 8 == 2 * index ? 2 : 1) ? 12.0 : 0 }
      }
      return model(logits, classes: 4)
    }
    let retrain = evidence(ofRetrained: 0, retrained)
    let distance = try PredictionTotalVariation(.init())
    let floor = try #require(try distance.measure(retrain).first?.value)
    let constant = try #require(try distance.measure(.constantAnswer, retrain).first?.value)
    let gap = try #require(try metric().measure(.constantAnswer, retrain).first?.value)
    #expect(abs(floor - 0.25) < 1e-3 && abs(constant - 0.125) < 1e-3, "\(floor) \(constant)")
    #expect(gap > -1e-3)
    // The same answer with no spread where retrained models have one that is not symmetric around it.
    let spread = bank(4, seed: 9)
    #expect(try metric().measure(.constantAnswer, evidence(ofRetrained: 0, spread)).first?.value ?? 0 > 0.1)
  }

  @Test("too few models, and no samples") func refused() throws {
    let models = bank(3, seed: 1)
    var one = evidence(models, models)
    (one.peers, one.peerPosition) = ([models[0]], 0)
    #expect(throws: AttackError.self) { try metric().measure(one) }
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 2, found: 1)) {
      try metric().measure(evidence(models, [models[0]]))
    }
    for parts in [[], [Part.forgetTest, .forgetTest]] {
      #expect(throws: ParameterError.self) { try metric { $0.parts = parts } }
    }
    #expect(!(try metric().serves(.samples)))
  }
}
