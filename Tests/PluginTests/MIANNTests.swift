import Engine
import MIANN
import Testing
import Unlearning

@Suite("mia-nn") struct MIANNTests {
  func attack(_ change: (inout NearestNeighbourMIA.Parameters) -> Void = { _ in }) throws -> NearestNeighbourMIA {
    var parameters = NearestNeighbourMIA.Parameters()
    change(&parameters)
    return try NearestNeighbourMIA(parameters)
  }

  /// The whole attack against what scikit-learn makes of the same bank.
  func compare(_ golden: AttackFixture.Golden, _ expected: AttackFixture.Golden.Neighbour, balance: Bool) throws {
    let name = "\(expected.features), \(expected.kernel), \(expected.evaluate.rawValue), \(expected.neighbour)"
    let attack = try attack {
      $0.features = NearestNeighbourMIA.Features(rawValue: expected.features) ?? .logits
      $0.kernel = NearestNeighbourMIA.KernelKind(rawValue: expected.kernel) ?? .rbf
      $0.neighbour = NearestNeighbourMIA.NeighbourRule(rawValue: expected.neighbour) ?? .accuracy
      $0.evaluate = expected.evaluate
      $0.balance = balance
    }
    let calibration = try attack.calibrate(golden.retrainedOutputs, context: golden.context)
    #expect(calibration.values["neighbours"] == expected.neighbours.map(Double.init), "\(name)")
    #expect(calibration.values["kept_classes"] == expected.kept.map(Double.init), "\(name)")
    for label in golden.forgottenClasses {
      AttackFixture.expect(
        calibration.values["statistics_\(label)"], expected.statistics["\(label)"], "statistics of \(name)")
      AttackFixture.expect(
        calibration.values["accuracies_\(label)"], expected.accuracies["\(label)"], "accuracies of \(name)")
    }
    let found = try attack.attack(golden.evidence(calibration: calibration))
    let measurement = expected.features.replacing("-", with: "_")
    #expect(found.map(\.name) == [measurement, "\(measurement)_gap"])
    AttackFixture.expect(found.first?.value, expected.value, "value of \(name)")
    for (position, floor) in expected.floors.enumerated() {
      let own = try attack.attack(golden.evidence(ofRetrained: position, calibration: calibration))
      #expect(own.map(\.name) == [measurement, "\(measurement)_gap"])
      AttackFixture.expect(own.last?.value, floor, "floor \(position) of \(name)")
      let accuracies = golden.forgottenClasses.compactMap { expected.accuracies["\($0)"]?[position] }
      AttackFixture.expect(
        own.first?.value, accuracies.reduce(0, +) / Double(accuracies.count), "retrained \(position) of \(name)")
    }
  }

  @Test("agrees with scikit-learn without balancing", arguments: 0..<7) func scikitLearn(place: Int) throws {
    let golden = try AttackFixture.golden("class_request")
    try compare(golden, try #require(golden.miaNn)[place], balance: false)
  }

  @Test("agrees with scikit-learn where balancing draws nothing, on two forgotten classes", arguments: 0..<4)
  func balanced(place: Int) throws {
    let golden = try AttackFixture.golden("two_kept_classes")
    try compare(golden, try #require(golden.miaNn)[place], balance: true)
  }

  /// Four classes, class 0 forgotten; the model sends it to class 3 by `leak`.
  func model(leak: Float, seed: UInt64, own: Float = -4) -> ModelOutputs {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([0], 60), .retainTrain: AttackFixture.labels([1, 2, 3], 90),
      .forgetTest: AttackFixture.labels([0], 80), .retainTest: AttackFixture.labels([1, 2, 3], 180),
    ]
    return AttackFixture.model(labels: labels, classCount: 4, seed: seed) { _, label in
      label == 0 ? (own, (3, leak)) : (4, nil)
    }
  }

  func bank(seeds: Range<UInt64> = 1..<4) -> [ModelOutputs] { seeds.map { model(leak: 4, seed: $0) } }

  func value(_ target: ModelOutputs, _ attack: NearestNeighbourMIA) throws -> Double {
    let context = AttackFixture.context([0], 4)
    let calibration = try attack.calibrate(bank(), context: context)
    #expect(calibration.values["neighbours"] == [3])
    let found = try attack.attack(
      Evidence(target: target, retrained: bank(), context: context, calibration: calibration))
    return try #require(found.first).value
  }

  @Test(
    "a model that suppresses the class is found, a retrained twin is not",
    arguments: NearestNeighbourMIA.Features.allCases, NearestNeighbourMIA.KernelKind.allCases)
  func leak(features: NearestNeighbourMIA.Features, kernel: NearestNeighbourMIA.KernelKind) throws {
    let attack = try attack {
      $0.features = features
      $0.kernel = kernel
    }
    let twin = try value(model(leak: 4, seed: 9), attack)
    let suppressing = try value(model(leak: -4, seed: 9), attack)
    let retrained = try attack.calibrate(bank(), context: AttackFixture.context([0], 4)).values["accuracies_0"]
    let mean = try #require(retrained).reduce(0, +) / 3
    // 80 samples: the twin stands within four standard deviations of a share.
    #expect(abs(twin - mean) <= 0.2, "twin \(twin), retrained \(mean)")
    #expect(abs(suppressing - mean) > 0.4, "suppressing \(suppressing), retrained \(mean)")
  }

  @Test("verdicts are those of the value") func verdicts() throws {
    let golden = try AttackFixture.golden("two_kept_classes")
    let attack = try attack()
    let calibration = try attack.calibrate(golden.retrainedOutputs, context: golden.context)
    let found = try #require(try attack.attack(golden.evidence(calibration: calibration)).first)
    let verdicts = try #require(found.perSample)
    let labels = golden.targetOutputs[.forgetTest].labels
    #expect(verdicts.count == labels.count)
    let shares = golden.forgottenClasses.map { label in
      let own = zip(labels, verdicts).filter { $0.0 == label }.map(\.1)
      return own.reduce(0, +) / Double(own.count)
    }
    AttackFixture.expect(found.value, shares.reduce(0, +) / Double(shares.count), "mean of shares")
  }

  @Test("pairwise: classes that cannot be told apart give chance, others give 1") func pairwise() throws {
    let attack = try attack { $0.mode = .pairwise }
    let context = AttackFixture.context([0], 4)
    // Samples of class 0 look exactly like samples of class 3.
    let alike = (1..<4).map { seed in model(leak: 4, seed: UInt64(seed), own: 0) }
    let calibration = try attack.calibrate(alike, context: context)
    #expect(calibration.values["neighbours"] == [3])
    let found = { (target: ModelOutputs) in
      try attack.attack(Evidence(target: target, retrained: alike, context: context, calibration: calibration))
    }
    let same = try #require(try found(model(leak: 4, seed: 9, own: 0)).first)
    // 120 verdicts: four standard deviations of a fair coin are .18.
    AttackFixture.expect(same.value, 0.5, tolerance: 0.18, "alike")
    #expect(same.perSample == nil)
    let apart = try #require(try found(model(leak: -4, seed: 9)).first)
    #expect(apart.value > 0.95)
  }

  @Test("with one retrained model there is a value and no floor") func single() throws {
    let attack = try attack()
    let context = AttackFixture.context([0], 4)
    let alone = bank(seeds: 1..<2)
    let calibration = try attack.calibrate(alone, context: context)
    let found = try attack.attack(
      Evidence(target: alone[0], retrained: alone, targetPosition: 0, context: context, calibration: calibration))
    #expect(found.map(\.name) == ["logits"])
  }

  @Test("what cannot be attacked is an error") func refused() throws {
    let attack = try attack()
    let context = AttackFixture.context([0], 4)
    let model = model(leak: 0, seed: 1)
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 1, found: 0)) {
      try attack.calibrate([], context: context)
    }
    #expect { try attack.calibrate([model], context: AttackFixture.context([], 4)) } throws: {
      "\($0)".contains("forgets samples of any class")
    }
    #expect { try attack.attack(Evidence(target: model, context: AttackFixture.context([], 4))) } throws: {
      "\($0)".contains("forgets samples of any class")
    }
    #expect(throws: AttackError.notCalibrated("the nearest neighbours of classes [0]")) {
      try attack.attack(Evidence(target: model, context: context))
    }
    let calibration = try attack.calibrate([model], context: context)
    #expect(throws: AttackError.notCalibrated("the nearest neighbours of classes [1]")) {
      try attack.attack(
        Evidence(target: model, context: AttackFixture.context([1], 4), calibration: calibration))
    }
    #expect(throws: AttackError.notFinite("logits on 'forget_test'", row: 3)) {
      try attack.calibrate(
        [AttackFixture.replacing(model, .forgetTest, row: 3, with: .infinity)], context: context)
    }
    #expect(throws: AttackError.emptyPart(.retainTest)) {
      try attack.calibrate([AttackFixture.emptying(model, .retainTest)], context: context)
    }
    #expect(throws: AttackError.emptySet("samples of forgotten class 2 in 'forget_test'")) {
      try attack.calibrate([model], context: AttackFixture.context([0, 2], 4))
    }
    var parameters = NearestNeighbourMIA.Parameters()
    parameters.evaluate = .retainTest
    parameters.cost = -1
    #expect { try NearestNeighbourMIA(parameters) } throws: {
      "\($0)" == "parameter 'cost': must be > 0, is -1; "
        + "parameter 'evaluate': must be one of forget_test, forget_train, is 'retain_test'"
    }
  }
}

@Suite("class-balanced draw") struct ClassBalancedDrawTests {
  @Test("draws as evenly as the classes allow", arguments: [UInt64(0), 1, 2]) func even(seed: UInt64) {
    // Classes 0, 1, 2 with 3, 20 and 30 samples.
    let labels = AttackFixture.labels([0], 3) + AttackFixture.labels([1], 20) + AttackFixture.labels([2], 30)
    let rows = Array(labels.indices)
    for (count, shares) in [(9, [3, 3, 3]), (23, [3, 10, 10]), (45, [3, 20, 22]), (2, [0, 1, 1])] {
      var random = RandomSource(seed: seed)
      let drawn = random.classBalanced(count, of: rows, labels: labels)
      #expect(drawn == drawn.sorted() && Set(drawn).count == count, "\(count) different rows in order")
      let found = (0..<3).map { label in drawn.count { labels[$0] == label } }
      // What does not divide evenly may fall to any class that has enough.
      #expect(count == 2 ? found.max() == 1 : found == shares, "\(count): \(found)")
    }
  }

  @Test("gives back all rows when there are no more, and draws others with other seeds") func draws() {
    let labels = AttackFixture.labels([0, 1], 40)
    var random = RandomSource(seed: 1)
    #expect(random.classBalanced(40, of: Array(0..<40), labels: labels) == Array(0..<40))
    #expect(random.classBalanced(99, of: [5, 3], labels: labels) == [3, 5])
    var (first, again, other) = (RandomSource(seed: 1), RandomSource(seed: 1), RandomSource(seed: 2))
    let drawn = first.classBalanced(10, of: Array(0..<40), labels: labels)
    #expect(drawn == again.classBalanced(10, of: Array(0..<40), labels: labels))
    #expect(drawn != other.classBalanced(10, of: Array(0..<40), labels: labels))
  }
}
