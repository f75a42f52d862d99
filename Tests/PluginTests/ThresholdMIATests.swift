import Engine
import Foundation
import Testing
import ThresholdMIA
import Unlearning

@Suite("mia-threshold") struct ThresholdMIATests {
  func attack(_ change: (inout ThresholdAttack) -> Void = { _ in }) throws -> ThresholdAttack {
    var parameters = ThresholdAttack()
    parameters.variants = ThresholdAttack.Variant.allCases
    change(&parameters)
    return try ThresholdAttack(parameters)
  }

  @Test("scores agree with NumPy", arguments: Part.allCases) func scores(part: Part) throws {
    let golden = try AttackFixture.golden("class_request")
    let expected = try #require(golden.scores?[part.rawValue])
    let predictions = golden.targetOutputs[part]
    // Probabilities are in single precision.
    for score in MembershipScore.allCases {
      // The decoder turns the keys of nested dictionaries into camelCase as well, apart from those with a hyphen.
      let name = score.rawValue
      AttackFixture.expect(predictions.scores(score), expected[name], tolerance: 2e-6, "\(part.rawValue) \(name)")
    }
    AttackFixture.expect(predictions.losses, expected["loss"], tolerance: 2e-5, "\(part.rawValue) loss")
    AttackFixture.expect(
      predictions.modifiedEntropiesAsReleased(), expected["asReleased"] ?? expected["as_released"], tolerance: 2e-5,
      "\(part.rawValue) as released")
  }

  /// With two classes the loss orders as the margin does.
  ///
  /// Of normal margins of deviation 1 and means d and 0 the area is
  /// Φ(d/√2), and at a false positive rate of 1 % the true positive rate Φ(d − 2.326).
  @Test(
    "normal margins of a known distance have the closed form within the interval", arguments: [0.5, 1, 2] as [Float])
  func closedForm(distance: Float) throws {
    func part(_ part: Part, _ count: Int, mean: Float) -> Predictions {
      var draw = RandomSource(seed: 17).stream(part.rawValue)
      let logits = (0..<count).flatMap { _ -> [Float] in [mean + draw.normal(), 0] }
      return AttackFixture.predictions(logits, [Int](repeating: 0, count: count), classCount: 2, part: part)
    }
    let target = ModelOutputs([
      .forgetTrain: part(.forgetTrain, 2000, mean: distance), .retainTrain: part(.retainTrain, 2000, mean: distance),
      .retainTest: part(.retainTest, 20_000, mean: 0), .forgetTest: part(.forgetTest, 0, mean: 0),
    ])
    let found = try attack().attack(Evidence(target: target, context: AttackFixture.context([], 2)))
    func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
    let d = Double(distance)
    let expected = [
      ("loss_auc", normal(d / 2.0.squareRoot())), ("retained_auc", normal(d / 2.0.squareRoot())),
      ("loss_tpr", normal(d - 2.3263479)),
    ]
    for (name, value) in expected {
      let interval = try #require(found.named(name)?.interval)
      // 97.5 % quantiles, 1.5 times as wide: of three distances and three numbers none should lie outside.
      let (middle, half) = ((interval.low + interval.high) / 2, 0.75 * (interval.high - interval.low))
      #expect(abs(value - middle) < half, "\(name): \(value), \(interval)")
      #expect(half < 0.05)
    }
  }

  @Test("fewer than 100 unseen samples have no rate at 1 %") func fewUnseen() throws {
    let values = try attack().attack(AttackFixture.golden("class_request").evidence())
    let unseen = try AttackFixture.golden("class_request").targetOutputs[.forgetTest].count
    #expect(unseen < 100 && values.named("loss_tpr")?.caveat?.contains("1 %") == true)
  }

  @Test("the modified entropy by hand") func byHand() {
    let logits = [0.7, 0.2, 0.1].map { Float(log($0)) }
    let predictions = AttackFixture.predictions(logits + logits, [0, 1], classCount: 3, part: .retainTrain)
    let expected = [
      -(0.3 * log(0.7) + 0.2 * log(0.8) + 0.1 * log(0.9)), -(0.8 * log(0.2) + 0.7 * log(0.3) + 0.1 * log(0.9)),
    ]
    AttackFixture.expect(predictions.scores(.modifiedEntropy), expected, tolerance: 1e-6, "published")
    let released = -(0.3 * log(0.7) + 0.8 * log(0.2) + 0.1 * log(0.1))
    AttackFixture.expect(
      predictions.modifiedEntropiesAsReleased(), [released, released], tolerance: 1e-6, "released")
    let certain = AttackFixture.predictions([200, 0, 0, 0, 200, 0], [0, 0], classCount: 3, part: .retainTrain)
    AttackFixture.expect(
      certain.scores(.modifiedEntropy), [0, 2 * -log(1e-30)], tolerance: 1e-4, "certain, rightly and wrongly")
  }

  @Test("agrees with NumPy", arguments: ["class_request", "sample_request"]) func numPy(file: String) throws {
    let golden = try AttackFixture.golden(file)
    let expected = try #require(golden.miaThreshold)
    let found = try attack().attack(golden.evidence())
    #expect(
      found.map(\.name) == [
        "correctness", "confidence", "entropy", "modified_entropy", "loss", "loss_auc", "loss_tpr", "retained_auc",
      ])
    for measurement in found {
      AttackFixture.expect(measurement.value, expected[measurement.name], measurement.name)
      #expect(measurement.direction == .nearest && measurement.reference == .retrained)
      let judged: Part = measurement.name == "retained_auc" ? .retainTrain : .forgetTrain
      #expect(measurement.perSample?.count == golden.targetOutputs[judged].count)
      #expect((measurement.curve != nil) == measurement.name.hasSuffix("_auc"))
      #expect(measurement.interval.map { ($0.low...$0.high).contains(measurement.value) } == true)
    }
    let released = try attack { $0.asReleased = true }.attack(golden.evidence())
    AttackFixture.expect(
      released.named("modified_entropy")?.value, expected["modified_entropy_as_released"], "as released")
    #expect(released.named("entropy") == found.named("entropy"))
  }

  func evidence(memory: (Part) -> Float) -> Evidence {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([0, 1, 2], 90), .retainTrain: AttackFixture.labels([0, 1, 2], 300),
      .forgetTest: [], .retainTest: AttackFixture.labels([0, 1, 2], 300),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 3, seed: 4) { part, _ in (memory(part), nil) }
    return Evidence(target: model, context: AttackFixture.context([], 3))
  }

  @Test("detects a model that memorized the forget set, and passes one that never saw it") func leak() throws {
    let leaky = try attack().attack(evidence { $0 == .retainTest ? 0 : 6 })
    let clean = try attack().attack(evidence { $0 == .retainTrain ? 6 : 0 })
    for name in ["correctness", "confidence", "modified_entropy", "loss"] {
      #expect(try #require(leaky.named(name)).value < 0.2, "\(name)")
      #expect(try #require(clean.named(name)).value > 0.5, "\(name)")
    }
    #expect(try #require(leaky.named("loss_auc")).value > 0.9)
    // 90 against 300 alike: four standard deviations of the area are .14.
    AttackFixture.expect(clean.named("loss_auc")?.value, 0.5, tolerance: 0.14, "chance")
    #expect((leaky + clean).allSatisfy { $0.value >= 0 && $0.value <= 1 })
  }

  @Test("constant decisions and equal scores have a caveat") func constant() throws {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([0, 1], 20), .retainTrain: AttackFixture.labels([0, 1], 40), .forgetTest: [],
      .retainTest: AttackFixture.labels([0, 1], 30),
    ]
    let flat = ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { part in
          let own = labels[part] ?? []
          let logits = own.flatMap { label -> [Float] in label == 0 ? [1, 0] : [0, 1] }
          return (part, AttackFixture.predictions(logits, own, classCount: 2, part: part))
        }))
    for measurement in try attack().attack(Evidence(target: flat, context: AttackFixture.context([], 2))) {
      let isCurve = ["loss_auc", "loss_tpr", "retained_auc"].contains(measurement.name)
      let expected = isCurve ? DecisionCaveat.equalScores : DecisionCaveat.constant
      #expect(measurement.caveat?.hasPrefix(expected) == true, "\(measurement.name)")
    }
    for measurement in try attack().attack(evidence { $0 == .retainTrain ? 6 : 0 }) where measurement.name != "loss_tpr"
    {
      #expect(measurement.caveat == nil, "\(measurement.name): \(measurement.caveat ?? "")")
    }
  }

  @Test("empty parts and logits that are not finite are errors") func refused() throws {
    let whole = evidence { _ in 1 }
    for part in [Part.forgetTrain, .retainTrain, .retainTest] {
      var evidence = whole
      evidence.target = AttackFixture.emptying(whole.target, part)
      #expect(throws: AttackError.emptyPart(part)) { try attack().attack(evidence) }
      evidence.target = AttackFixture.replacing(whole.target, part, row: 2, with: .nan)
      #expect(throws: AttackError.notFinite("logits on '\(part.rawValue)'", row: 2)) {
        try attack().attack(evidence)
      }
    }
    #expect { try attack { $0.variants = [] } } throws: {
      "\($0)" == "parameter 'variants': must name at least one variant"
    }
  }
}
