import BuiltIns
import Engine
import Testing
import Unlearning

/// Every registered attack on models that are known: one that learned the forgotten class, and several that never saw it.
@Suite("Power and null of every attack") struct AttackPowerTests {
  static let classCount = 6
  /// Class 0 is forgotten; models that never saw it take it for class 4, most of the time.
  static let labels: [Part: [Int]] = [
    .forgetTrain: AttackFixture.labels([0], 200), .retainTrain: AttackFixture.labels(Array(1..<6), 1000),
    .forgetTest: AttackFixture.labels([0], 200), .retainTest: AttackFixture.labels(Array(1..<6), 1000),
  ]

  /// Training raises the own logit by 7, which test samples have 5 of.
  static func original(seed: UInt64) -> ModelOutputs {
    AttackFixture.model(labels: labels, classCount: classCount, seed: seed) { part, _ in
      (part == .retainTrain || part == .forgetTrain ? 7 : 5, nil)
    }
  }

  static func retrained(seed: UInt64) -> ModelOutputs {
    AttackFixture.model(labels: labels, classCount: classCount, seed: seed) { part, label in
      label == 0 ? (-3, (4, 2)) : (part == .retainTrain ? 7 : 5, nil)
    }
  }

  static func values<A: Attack>(of type: A.Type, _ target: ModelOutputs, at position: Int? = nil) throws
    -> [MeasuredValue]
  {
    let attack = try A(A())
    let context = AttackFixture.context([0], classCount)
    let bank = ModelBank((1...4).map { retrained(seed: $0) })
    var evidence = Evidence(target: target, retrained: bank, targetPosition: position, context: context)
    evidence.originals = ModelBank((5...8).map { original(seed: $0) })
    if A.reads.contains(.retrainedModels) { evidence.calibration = try attack.calibrate(bank, context: context) }
    return try attack.attack(evidence)
  }

  /// Retrained models differ by at most this from one another: four standard deviations of a share of 200 samples.
  static let band = 0.14

  @Test(
    "tells the original from retrained models, or says why not; and not retrained models from one another",
    arguments: LawTests.attacks.filter { !$0.type.isBankScore && !$0.type.reads.contains(.models) })
  func attack(_ attack: Named<any Attack.Type>) throws {
    let original = try Self.values(of: attack.type, Self.original(seed: 1))
    let bank = try (1...4).map { try Self.values(of: attack.type, Self.retrained(seed: UInt64($0)), at: $0 - 1) }
    for (place, measurement) in original.enumerated() {
      let name = "\(attack.name).\(measurement.name)"
      let others = bank.compactMap { $0.named(measurement.name) }
      #expect(others.count == 4, "\(name)")
      let mean = others.map(\.value).reduce(0, +) / 4
      for (seed, other) in others.enumerated() {
        #expect(
          abs(other.value - mean) < Self.band || other.caveat != nil,
          "\(name), retrained \(seed): \(other.value), \(mean)")
      }
      let isMarked = measurement.caveat != nil || others.contains { $0.caveat != nil }
      #expect(
        abs(measurement.value - mean) > 0.05 || isMarked,
        "\(name) [\(place)]: original \(measurement.value), retrained \(mean), no caveat")
    }
  }
}
