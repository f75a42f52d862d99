import Engine
import MIANN
import Testing
import Unlearning

@Suite("mia-nn") struct MIANNTests {
  func attack(_ change: (inout NearestNeighborMIA) -> Void = { _ in }) throws -> NearestNeighborMIA {
    var parameters = NearestNeighborMIA()
    parameters.discriminators = .own
    change(&parameters)
    return try NearestNeighborMIA(parameters)
  }

  /// The whole attack against what scikit-learn makes of the same bank.
  func compare(_ golden: AttackFixture.Golden, _ expected: AttackFixture.Golden.Neighbor, balance: Bool) throws {
    let name =
      "\(expected.features), \(expected.scaling ?? "-"), \(expected.kernel), "
      + "\(expected.evaluate.rawValue), \(expected.neighbor)"
    let attack = try attack {
      $0.features = NearestNeighborMIA.Features(rawValue: expected.features) ?? .logits
      $0.scaling = expected.scaling.flatMap(NearestNeighborMIA.Scaling.init)
      $0.kernel = NearestNeighborMIA.KernelKind(rawValue: expected.kernel) ?? .rbf
      $0.neighbor = NearestNeighborMIA.NeighborRule(rawValue: expected.neighbor) ?? .accuracy
      $0.evaluate = expected.evaluate
      $0.discriminators = expected.discriminators.flatMap(NearestNeighborMIA.Discriminators.init) ?? .own
      $0.balance = balance
    }
    let calibration = try attack.calibrate(ModelBank(golden.retrainedOutputs), context: golden.context)
    #expect(calibration.values["neighbors"] == expected.neighbors.map(Double.init), "\(name)")
    #expect(calibration.values["kept_classes"] == expected.kept.map(Double.init), "\(name)")
    for label in golden.forgottenClasses {
      AttackFixture.expect(
        calibration.values["statistics_\(label)"], expected.statistics["\(label)"], "statistics of \(name)")
      AttackFixture.expect(
        calibration.values["accuracies_\(label)"], expected.accuracies["\(label)"], "accuracies of \(name)")
    }
    let found = try attack.attack(golden.evidence(calibration: calibration))
    let measurement = expected.features.replacing("-", with: "_")
    let names = [measurement, "\(measurement)_gap", "\(measurement)_argmax"]
    #expect(found.map(\.name) == names)
    AttackFixture.expect(found.map(\.value), [expected.value, expected.gap, expected.argmax], "values of \(name)")
    for (position, floor) in expected.floors.enumerated() {
      let own = try attack.attack(golden.evidence(ofRetrained: position, calibration: calibration))
      #expect(own.map(\.name) == names)
      AttackFixture.expect(own.named(names[1])?.value, floor, "floor \(position) of \(name)")
      let accuracies = golden.forgottenClasses.compactMap { expected.accuracies["\($0)"]?[position] }
      AttackFixture.expect(
        own.first?.value, accuracies.reduce(0, +) / Double(accuracies.count), "retrained \(position) of \(name)")
    }
  }

  @Test("agrees with scikit-learn without balancing", arguments: 0..<12) func scikitLearn(place: Int) throws {
    let golden = try AttackFixture.golden("class_request")
    try compare(golden, try #require(golden.miaNn)[place], balance: false)
  }

  @Test("agrees with scikit-learn where balancing draws nothing, on two forgotten classes", arguments: 0..<5)
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

  func value(_ target: ModelOutputs, _ attack: NearestNeighborMIA) throws -> Double {
    let context = AttackFixture.context([0], 4)
    let calibration = try attack.calibrate(ModelBank(bank()), context: context)
    #expect(calibration.values["neighbors"] == [3])
    let found = try attack.attack(
      Evidence(target: target, retrained: ModelBank(bank()), context: context, calibration: calibration))
    return try #require(found.first).value
  }

  @Test(
    "a model that suppresses the class is found, a retrained twin is not",
    arguments: NearestNeighborMIA.Features.allCases, NearestNeighborMIA.KernelKind.allCases)
  func leak(features: NearestNeighborMIA.Features, kernel: NearestNeighborMIA.KernelKind) throws {
    let attack = try attack {
      $0.features = features
      $0.kernel = kernel
    }
    let twin = try value(model(leak: 4, seed: 9), attack)
    let suppressing = try value(model(leak: -4, seed: 9), attack)
    let retrained = try attack.calibrate(ModelBank(bank()), context: AttackFixture.context([0], 4)).values[
      "accuracies_0"]
    let mean = try #require(retrained).reduce(0, +) / 3
    // 0.2 is four standard deviations of a fraction of 80 samples.
    #expect(abs(twin - mean) <= 0.2, "twin \(twin), retrained \(mean)")
    #expect(abs(suppressing - mean) > 0.35, "suppressing \(suppressing), retrained \(mean)")
  }

  @Test("discriminators of retrained models need another one, and no pairwise mode") func retrainedDiscriminators()
    throws
  {
    let attack = try NearestNeighborMIA(.init())
    var cell = CellSizes.everything
    #expect(attack.obstacle(in: cell) == nil)
    cell.modelCount = 1
    #expect(attack.obstacle(in: cell)?.contains("two retrained models") == true)
    #expect(try self.attack().obstacle(in: cell) == nil)
    let implied = try self.attack { ($0.discriminators, $0.mode) = (nil, .pairwise) }
    #expect(implied.obstacle(in: cell) == nil)
    let pairwise = try self.attack {
      $0.discriminators = .retrained
      $0.mode = .pairwise
    }
    #expect(pairwise.obstacle(in: .everything)?.contains("one-vs-rest") == true)
    let alone = ModelBank(bank(seeds: 1..<2))
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 2, found: 1)) {
      try attack.calibrate(alone, context: AttackFixture.context([0], 4))
    }
  }

  @Test("the certain answers of an original are found by discriminators of retrained models alone")
  func originalFound() throws {
    // The model answers the forgotten class, which no discriminator of its own was fitted to.
    let original = model(leak: 4, seed: 9, own: 12)
    let attack = try attack { $0.discriminators = .retrained }
    let twin = try value(model(leak: 4, seed: 9), attack)
    #expect(twin > 0.8)
    #expect(try value(original, attack) < twin - 0.5)
  }

  @Test("decisions per sample agree with the value") func verdicts() throws {
    let golden = try AttackFixture.golden("two_kept_classes")
    let attack = try attack()
    let calibration = try attack.calibrate(ModelBank(golden.retrainedOutputs), context: golden.context)
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

  @Test("the floor's spread is a jackknife over models, and unknown with two") func floorSpread() throws {
    let attack = try NearestNeighborMIA(.init())
    let three = NeighborAccuracies(byOwn: [0.1, 0.4, 0.9])
    // Leave-one-out gaps of all three: 0.55, 0.1, 0.65, mean 1.3/3; of the pairs without one: 0.5, 0.8, 0.3.
    for (position, pair) in [0.5, 0.8, 0.3].enumerated() {
      let floor = NeighborComparison(of: [[]], at: position, with: [three])
      guard case .pseudoValue(let found) = floor.gapSpread else {
        Issue.record("no pseudo-value")
        continue
      }
      AttackFixture.expect(found, 3 * 1.3 / 3 - 2 * pair, tolerance: 1e-12, "pseudo-value \(position)")
    }
    // Without .1 the gap of .2 is the mean of its distances from .9 and .4, and so on.
    guard case .withoutEach(let found) = NeighborComparison(of: [[0.2, 0.2, 0.2]], at: nil, with: [three]).gapSpread
    else {
      Issue.record("no gaps without each retrained model")
      return
    }
    AttackFixture.expect(found, [0.45, 0.4, 0.15], tolerance: 1e-12, "gaps without each retrained model")
    #expect(NeighborComparison(of: [[0.2]], at: nil, with: [.init(byOwn: [0.1])]).gapSpread == .unknown)
    let context = AttackFixture.context([0], 4)
    let known = try attack.calibrate(ModelBank(bank()), context: context)
    let retrained = Evidence(
      target: bank()[1], retrained: ModelBank(bank()), targetPosition: 1, context: context, calibration: known)
    let gap = try #require(try attack.attack(retrained).named("probabilities_gap"))
    let table = NeighborAccuracies(
      byEach: (0..<3).map { row in (0..<3).map { known.values["table_0"]?[3 * row + $0] ?? .nan } })
    #expect(gap.spread == NeighborComparison(of: [[]], at: 1, with: [table]).gapSpread)
    #expect(gap.spread != nil && gap.spread != .unknown)
    #expect(NeighborComparison(of: [[]], at: 0, with: [.init(byOwn: [0.1, 0.4])]).gapSpread == .unknown)
  }

  /// By hand: `R_0` is judged by `D_1` and `D_2` as .2 and .4, `R_1` as .6 and .8, `R_2` as .5 and .7.
  @Test("spreads by discriminators of retrained models leave out a model and its discriminator together")
  func sharedSpread() {
    let bank = NeighborAccuracies(byEach: [[0.9, 0.2, 0.4], [0.6, 0.9, 0.8], [0.5, 0.7, 0.9]])
    let accuracies = bank.models.map { bank.accuracy(of: $0, by: bank.models) }
    AttackFixture.expect(accuracies, [0.3, 0.7, 0.6], tolerance: 1e-12, "accuracies")
    // The mean is 1.6/3; of the pairs without one: (.8 + .7)/2, (.4 + .5)/2, (.2 + .6)/2.
    for (position, pair) in [0.75, 0.45, 0.4].enumerated() {
      let spread = NeighborComparison(of: [[]], at: position, with: [bank]).shareSpread
      guard case .pseudoValue(let found) = spread else {
        Issue.record("no pseudo-value: \(spread)")
        continue
      }
      AttackFixture.expect(found, 1.6 - 2 * pair, tolerance: 1e-12, "pseudo-value \(position)")
    }
    let method = NeighborComparison(of: [[0.1, 0.3, 0.8]], at: nil, with: [bank])
    #expect(method.shareSpread == .withoutEach([(0.3 + 0.8) / 2, (0.1 + 0.8) / 2, (0.1 + 0.3) / 2]))
    // The value is .4; without each model retrained ones have (.7 + .6)/2, (.3 + .6)/2, (.3 + .7)/2.
    AttackFixture.expect(method.gap, (0.25 + 0.05 + 0.1) / 3, tolerance: 1e-12, "gap")
    // Without R_0 the value is .55, and R_1 and R_2 are .8 and .7 by each other.
    guard case .withoutEach(let gaps) = method.gapSpread else {
      Issue.record("no gaps without each retrained model")
      return
    }
    AttackFixture.expect(gaps[0], (0.15 + 0.25) / 2, tolerance: 1e-12, "gap without the first model")
  }

  @Test("pairwise: indistinguishable classes give chance level, separable ones give 1") func pairwise() throws {
    let attack = try attack { $0.mode = .pairwise }
    let context = AttackFixture.context([0], 4)
    // Samples of class 0 look exactly like samples of class 3.
    let alike = (1..<4).map { seed in model(leak: 4, seed: UInt64(seed), own: 0) }
    let calibration = try attack.calibrate(ModelBank(alike), context: context)
    #expect(calibration.values["neighbors"] == [3])
    let found = { (target: ModelOutputs) in
      try attack.attack(
        Evidence(target: target, retrained: ModelBank(alike), context: context, calibration: calibration))
    }
    let same = try #require(try found(model(leak: 4, seed: 9, own: 0)).first)
    // 120 verdicts: four standard deviations of a fair coin are .18.
    AttackFixture.expect(same.value, 0.5, tolerance: 0.18, "alike")
    #expect(same.perSample == nil)
    let apart = try #require(try found(model(leak: -4, seed: 9)).first)
    #expect(apart.value > 0.95)
  }

  @Test("one retrained model gives a value and no floor") func single() throws {
    let attack = try attack()
    let context = AttackFixture.context([0], 4)
    let alone = bank(seeds: 1..<2)
    let calibration = try attack.calibrate(ModelBank(alone), context: context)
    let found = try attack.attack(
      Evidence(
        target: alone[0], retrained: ModelBank(alone), targetPosition: 0, context: context, calibration: calibration))
    #expect(found.map(\.name) == ["probabilities", "probabilities_argmax"])
    // A method is compared with the one that there is.
    let other = try attack.attack(
      Evidence(target: model(leak: 4, seed: 5), retrained: ModelBank(alone), context: context, calibration: calibration)
    )
    AttackFixture.expect(
      other.named("probabilities_gap")?.value, abs(other[0].value - found[0].value), "distance from the only one")
  }

  /// With today's right estimator both have the mean `E|X − mean of m − 1|`; over the whole bank the method's would be
  /// smaller by the factor √((1 + 1/m) / (1 + 1/(m − 1))), .943 with m = 3.
  @Test("a model as good as retraining has the gap of the floor in expectation") func fairFloor() throws {
    var random = RandomSource(seed: 5)
    let context = AttackFixture.context([0], 4)
    let attack = try attack()
    let target = model(leak: 4, seed: 9)
    let calibration = try attack.calibrate(ModelBank(bank()), context: context)
    let own = try #require(
      try attack.attack(
        Evidence(target: target, retrained: ModelBank(bank()), context: context, calibration: calibration)
      ).first)
    var (gaps, floors) = (0.0, 0.0)
    let rounds = 4000
    // The target's value is fixed, so the bank is moved about it by a bank of its own and the target's share of noise.
    for _ in 0..<rounds {
      let noise = (0..<4).map { _ in Double(random.normal()) }
      let accuracies = (0..<3).map { noise[$0] - noise[3] + own.value }
      let bank = NeighborAccuracies(byOwn: accuracies)
      gaps += bank.gap(of: [own.value, own.value, own.value], at: nil, from: bank.models)
      for place in 0..<3 { floors += bank.gap(of: [], at: place, from: bank.models) / 3 }
    }
    // Both are √(2/π · 1.5) = .977; 4,000 rounds settle them to within 2 %.
    AttackFixture.expect(gaps / Double(rounds), 0.977, tolerance: 0.03, "gap")
    AttackFixture.expect(floors / Double(rounds), 0.977, tolerance: 0.03, "floor")
  }

  @Test("unscaled logits make nearly every sample a support vector, which gives a caveat") func caveats() throws {
    func shifted(_ seed: UInt64) -> ModelOutputs {
      let labels: [Part: [Int]] = [
        .forgetTrain: [0, 0], .retainTrain: [1, 2], .forgetTest: AttackFixture.labels([0], 40),
        .retainTest: AttackFixture.labels(Array(1..<10), 270),
      ]
      // Ten logits with a spread of about 8, as trained networks have.
      let model = AttackFixture.model(labels: labels, classCount: 10, seed: seed) { _, label in
        (label == 0 ? 0 : 2.5, nil)
      }
      return ModelOutputs(
        Dictionary(
          uniqueKeysWithValues: Part.allCases.map {
            let old = model[$0]
            return (
              $0,
              Predictions(
                logits: old.logits.affine(scale: 6, shift: 0), features: nil, labels: old.labels, indices: old.indices)
            )
          }))
    }
    let context = AttackFixture.context([0], 10)
    let retrained = [shifted(1), shifted(2)]
    func found(_ change: (inout NearestNeighborMIA) -> Void) throws -> [MeasuredValue] {
      let attack = try attack(change)
      let calibration = try attack.calibrate(ModelBank(retrained), context: context)
      return try attack.attack(
        Evidence(target: shifted(3), retrained: ModelBank(retrained), context: context, calibration: calibration))
    }
    let raw = try found {
      $0.features = .logits
      $0.scaling = NearestNeighborMIA.Scaling.none
    }
    #expect(raw[0].caveat?.contains("more than 80 % of the fitted samples are support vectors") == true)
    #expect(raw[0].caveat?.contains("the median kernel value of the fitted samples is below 0.1") == true)
    #expect(raw[1].caveat == raw[0].caveat, "the gap rests on the same discriminator")
    #expect(raw[2].caveat == nil, "the argmax rate rests on none")
    let scaled = try found { $0.features = .logits }
    #expect(scaled[0].caveat?.contains("support vectors") != true, "\(scaled[0].caveat ?? "")")
    #expect(try found { _ in }[0].caveat?.contains("support vectors") != true)
  }

  @Test("too few test samples of a class are an error that names it") func fewSamples() throws {
    var context = AttackFixture.context([0], 4)
    context.classNames[2] = "ellipse"
    let whole = model(leak: 4, seed: 1)
    let rows = whole[.retainTest].labels.indices.filter { whole[.retainTest].labels[$0] != 2 || $0 < 20 }
    let few = AttackFixture.ordering(whole, .retainTest, rows)
    #expect(throws: AttackError.tooFewClassSamples(className: "ellipse", part: .retainTest, needed: 10, found: 7)) {
      try attack().calibrate([few], context: context)
    }
    let error = AttackError.tooFewClassSamples(className: "ellipse", part: .retainTest, needed: 10, found: 7)
    #expect("\(error)".contains("class 'ellipse' has 7 samples in 'retain_test', and at least 10"))
    _ = try attack { $0.minimumClassSamples = 7 }.calibrate([few], context: context)
    let judged = AttackFixture.ordering(whole, .forgetTest, [0, 1, 2])
    #expect(throws: AttackError.tooFewClassSamples(className: "class 0", part: .forgetTest, needed: 10, found: 3)) {
      try attack().calibrate([judged], context: context)
    }
    #expect { try attack { $0.minimumClassSamples = 1 } } throws: {
      "\($0)" == "parameter 'minimum_class_samples': must be in [2, 1000000], is 1"
    }
  }

  @Test("evidence that cannot be attacked is an error") func refused() throws {
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
    #expect(throws: AttackError.notCalibrated("the nearest neighbors of classes [0]")) {
      try attack.attack(Evidence(target: model, context: context))
    }
    let calibration = try attack.calibrate([model], context: context)
    #expect(throws: AttackError.notCalibrated("the nearest neighbors of classes [1]")) {
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
    var parameters = NearestNeighborMIA()
    parameters.evaluate = .retainTest
    parameters.cost = -1
    #expect { try NearestNeighborMIA(parameters) } throws: {
      "\($0)" == "parameter 'cost': must be in (0, 1000000000], is -1; "
        + "parameter 'evaluate': must be one of forget_test, forget_train, is 'retain_test'"
    }
  }
}

@Suite("class-balanced draw") struct ClassBalancedDrawTests {
  @Test("draws as evenly over classes as their sizes allow", arguments: [UInt64(0), 1, 2]) func even(seed: UInt64) {
    // Classes 0, 1, 2 with 3, 20 and 30 samples.
    let labels = AttackFixture.labels([0], 3) + AttackFixture.labels([1], 20) + AttackFixture.labels([2], 30)
    let rows = Array(labels.indices)
    for (count, shares) in [(9, [3, 3, 3]), (23, [3, 10, 10]), (45, [3, 20, 22]), (2, [0, 1, 1])] {
      var random = RandomSource(seed: seed)
      let drawn = random.classBalanced(count, of: rows, labels: labels)
      #expect(drawn == drawn.sorted() && Set(drawn).count == count, "\(count) different rows in order")
      let found = (0..<3).map { label in drawn.count { labels[$0] == label } }
      // The remainder may be drawn from any class that has enough samples.
      #expect(count == 2 ? found.max() == 1 : found == shares, "\(count): \(found)")
    }
  }

  @Test("returns all rows when there are no more, and different rows with other seeds") func draws() {
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
