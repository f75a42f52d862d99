import Engine
import Foundation
import KLoM
import LiRA
import RULI
import TestSupport
import Testing
import ThreeSampleTest
import ULiRA
import Unlearning

/// Games over banks, against NumPy, SciPy and scikit-learn, closed forms and known banks.
@Suite("Games over banks of models") struct BankGameTests {
  private struct Golden: Decodable {
    struct Split: Decodable { var unlearned: [Int], retrained: [Int] }
    struct Worked: Decodable { var unlearned: [Double], retrained: [Double], log_ratio: Double }
    struct Outcome: Decodable {
      var accuracy: [Double], best: [Double], auc: [Double], tpr_10: [Double], tpr_1: [Double]
    }
    struct Attack: Decodable {
      var whole: Outcome, half: Outcome, half_of_retrained: Outcome, pseudo_values: [Double]
    }
    var logits: [String: [Float]], margins: [String: [Double]], split: Split, worked: Worked, ulira: Attack
    var lira_online: Outcome, lira_online_fixed: Outcome, lira_online_fixed_as_released: Outcome
    var lira_offline: Outcome, lira_offline_as_released: Outcome, ruli: Outcome, ruli_more: [String: Double]
    struct KLoM: Decodable { var each: [Double], mean: Double, p95: Double, p99: Double }
    struct ThreeSample: Decodable { var ratio: Double, p_models: Double }
    var klom: KLoM, three_sample: [String: ThreeSample]
  }

  private static let samples = 40
  private static let models = 8
  private static let context = AttackFixture.context([0], 4)

  private func golden() throws -> Golden { try GoldenFile.read(Golden.self, "banks") }

  /// The models of a golden bank, whose samples are those of forget train.
  private func bank(_ logits: [Float]) -> [ModelOutputs] {
    let size = Self.samples * 4
    return (0..<logits.count / size).map { model in
      let own = Array(logits[(model * size)..<((model + 1) * size)])
      let none = AttackFixture.predictions([], [], classCount: 4, part: .retainTrain)
      return ModelOutputs([
        .forgetTrain: AttackFixture.predictions(
          own, [Int](repeating: 0, count: Self.samples), classCount: 4, part: .forgetTrain),
        .retainTrain: none, .forgetTest: none, .retainTest: none,
      ])
    }
  }

  private func evidence(
    _ own: [ModelOutputs], _ retrained: [ModelOutputs], originals: [ModelOutputs] = [], isRetrained: Bool = false
  ) -> Evidence {
    var evidence = Evidence(
      target: own[0], retrained: ModelBank(retrained), targetPosition: isRetrained ? 0 : nil, context: Self.context)
    (evidence.peers, evidence.peerPosition) = (ModelBank(own), 0)
    evidence.originals = ModelBank(originals)
    evidence.originalsOfPeers = isRetrained ? [] : Array(originals.indices)
    return evidence
  }

  /// U-LiRA's game on margins `[models][N]`.
  private func game(_ unlearned: [[Double]], _ retrained: [[Double]]) -> BankGame {
    UnlearningLiRA.game(SampleTable(unlearned + retrained), unlearnedCount: unlearned.count)
  }

  private func expect(_ found: [BankGame.Outcome], _ expected: Golden.Outcome, _ name: String) {
    AttackFixture.expect(found.map(\.accuracy), expected.accuracy, tolerance: 1e-12, "\(name): accuracy")
    AttackFixture.expect(found.map(\.bestAccuracy), expected.best, tolerance: 1e-12, "\(name): best accuracy")
    AttackFixture.expect(found.map(\.area), expected.auc, tolerance: 1e-12, "\(name): AUC")
    for (place, rates) in [expected.tpr_10, expected.tpr_1].enumerated() {
      AttackFixture.expect(
        found.map { $0.truePositiveRates[place] }, rates, tolerance: 1e-12, "\(name): rate \(place)")
    }
  }

  @Test("margins are log-odds of the label, also where its probability rounds to 0 or 1") func margins() throws {
    let golden = try golden()
    for (name, logits) in golden.logits {
      AttackFixture.expect(
        bank(logits)[0][.forgetTrain].margins, golden.margins[name], tolerance: 1e-6, "margins of \(name)")
    }
    let extreme = AttackFixture.predictions([200, 0, 0, -200, 0, 0], [0, 0], classCount: 3, part: .forgetTrain)
    AttackFixture.expect(
      extreme.margins, [200 - log(2.0), -200 - log(2.0)], tolerance: 1e-10, "margins of certain models")
  }

  @Test("U-LiRA agrees with SciPy and scikit-learn fold by fold") func uLiRA() throws {
    let golden = try golden()
    let margins = try ["unlearned", "retrained"].map { name in
      bank(try #require(golden.logits[name])).map { $0[.forgetTrain].margins }
    }
    let game = game(margins[0], margins[1])
    let rates = [0.1, 0.01]
    expect(try game.outcomes(rates: rates), golden.ulira.whole, "8 + 8")
    let split = BankGame.Models(
      unlearned: golden.split.unlearned, retrained: golden.split.retrained.map { $0 + Self.models })
    expect(try game.outcomes(split, rates: rates), golden.ulira.half, "4 + 4")
    let floor = self.game(margins[1], margins[1])
    expect(try floor.outcomes(split, rates: rates), golden.ulira.half_of_retrained, "4 + 4 retrained")
  }

  @Test("the measurements of U-LiRA are those of its folds, with a jackknife over seeds") func measurements() throws {
    let golden = try golden()
    let own = bank(try #require(golden.logits["unlearned"]))
    let retrained = bank(try #require(golden.logits["retrained"]))
    let attack = try UnlearningLiRA(UnlearningLiRA())
    let found = try attack.attack(evidence(own, retrained))
    let mean: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
    AttackFixture.expect(found.named("accuracy")?.value, mean(golden.ulira.whole.accuracy), "accuracy")
    AttackFixture.expect(found.named("auc")?.value, mean(golden.ulira.whole.auc), "AUC")
    AttackFixture.expect(
      found.named("tpr_at_1_percent_fpr")?.value, mean(golden.ulira.whole.tpr_1), "rate at 1 %")
    #expect(found.named("tpr_at_1_percent_fpr")?.caveat != nil, "40 samples have no false positive rate of 1 %")
    guard case .pseudoValues(let pseudo) = found.named("accuracy")?.spread else {
      Issue.record("no pseudo-values")
      return
    }
    AttackFixture.expect(pseudo, golden.ulira.pseudo_values, "pseudo-values")
    let deviation = Self.deviation(golden.ulira.whole.accuracy)
    AttackFixture.expect(found.named("fold_deviation")?.value, deviation, "deviation over folds")
    let floor = try attack.attack(evidence(retrained, retrained, isRetrained: true))
    #expect(floor.map(\.name) == ["accuracy_half", "auc_half"])
  }

  private func lira(_ change: (inout LikelihoodRatioAttack) -> Void) throws -> LikelihoodRatioAttack {
    var parameters = LikelihoodRatioAttack()
    change(&parameters)
    return try LikelihoodRatioAttack(parameters)
  }

  @Test("LiRA agrees with SciPy in all variants, and its released code's quirks are another number") func liRA() throws
  {
    let golden = try golden()
    let banks = try ["unlearned", "retrained", "original"].map { bank(try #require(golden.logits[$0])) }
    let evidence = evidence(banks[0], banks[1], originals: banks[2])
    let cases: [(String, Golden.Outcome, (inout LikelihoodRatioAttack) -> Void)] = [
      ("online", golden.lira_online, { _ in }), ("fixed", golden.lira_online_fixed, { $0.fixedVariance = true }),
      (
        "fixed, as released", golden.lira_online_fixed_as_released,
        { ($0.fixedVariance, $0.asReleased) = (true, true) }
      ),
      ("offline", golden.lira_offline, { $0.variant = .offline }),
      (
        "offline, as released", golden.lira_offline_as_released,
        { ($0.variant, $0.asReleased) = (.offline, true) }
      ),
    ]
    for (name, expected, change) in cases {
      expect(try lira(change).game(evidence).outcomes(rates: [0.1, 0.01]), expected, "LiRA \(name)")
    }
    #expect(golden.lira_offline.auc != golden.lira_offline_as_released.auc, "two-sided and one-sided scores differ")
    #expect(golden.lira_online_fixed.auc != golden.lira_online_fixed_as_released.auc)
  }

  @Test("RULI agrees with SciPy in both games") func ruli() throws {
    let golden = try golden()
    let banks = try ["unlearned", "retrained", "original"].map { bank(try #require(golden.logits[$0])) }
    var parameters = PerSampleUnlearningAttack()
    parameters.vulnerableFraction = 0.2
    let attack = try PerSampleUnlearningAttack(parameters)
    let evidence = evidence(banks[0], banks[1], originals: banks[2])
    expect(try attack.game(evidence).outcomes(rates: [0.1, 0.01]), golden.ruli, "RULI")
    let found = try attack.attack(evidence)
    for name in ["judged_trained", "vulnerable_auc", "other_auc"] {
      AttackFixture.expect(found.named(name)?.value, golden.ruli_more[name], name)
    }
    let floor = try attack.attack(self.evidence(banks[1], banks[1], originals: banks[2], isRetrained: true))
    AttackFixture.expect(
      floor.named("judged_trained")?.value, golden.ruli_more["judged_trained_of_retrained"], "retrained")
    #expect(floor.map(\.name) == ["accuracy_half", "auc_half", "judged_trained"])
  }

  @Test("KLoM agrees with SciPy's entropy of NumPy's histograms") func kloM() throws {
    let golden = try golden()
    let banks = try ["unlearned", "retrained"].map { bank(try #require(golden.logits[$0])) }
    let attack = try MarginDivergence(MarginDivergence())
    let margins = banks.map { $0.map { $0[.forgetTrain].margins } }
    let each = (0..<Self.samples).map { sample in
      attack.divergence(margins[0].map { $0[sample] }, margins[1].map { $0[sample] })
    }
    AttackFixture.expect(each, golden.klom.each, tolerance: 1e-9, "divergences")
    let found = try attack.attack(evidence(banks[0], banks[1]))
    for (name, value) in [("", golden.klom.mean), ("_p95", golden.klom.p95), ("_p99", golden.klom.p99)] {
      AttackFixture.expect(found.named("forget_train\(name)")?.value, value, tolerance: 1e-9, "mean\(name)")
    }
    // By hand: bins of width 0.05 over [0, 1]; of P = (½, ½) the first bin is shared, Q is 1e-5 in the last one.
    let q = [1, 1e-5].map { $0 / (1 + 1e-5) }
    AttackFixture.expect(
      attack.divergence([0, 1], [0, 0.01]), 0.5 * log(0.5 / q[0]) + 0.5 * log(0.5 / q[1]), tolerance: 1e-12, "by hand")
    #expect(attack.divergence([2, 2], [2, 2]) == 0)
  }

  @Test("the three-sample test agrees with SciPy's distances, near -1 for retrained models and +1 for originals")
  func threeSample() throws {
    let golden = try golden()
    let banks = try ["unlearned", "retrained", "original"].map { bank(try #require(golden.logits[$0])) }
    var parameters = RelativeThreeSampleTest()
    parameters.parts = [.forgetTrain]
    let attack = try RelativeThreeSampleTest(parameters)
    func evidence(_ target: ModelOutputs, retrained: Int? = nil, original: Int? = nil) -> Evidence {
      var evidence = Evidence(
        target: target, retrained: ModelBank(banks[1]), targetPosition: retrained, context: Self.context)
      (evidence.originals, evidence.originalPosition) = (ModelBank(banks[2]), original)
      return evidence
    }
    let cases = [
      ("unlearned", evidence(banks[0][0])), ("retrained", evidence(banks[1][2], retrained: 2)),
      ("original", evidence(banks[2][2], original: 2)),
    ]
    for (name, evidence) in cases {
      let expected = try #require(golden.three_sample[name])
      let found = try attack.attack(evidence)
      AttackFixture.expect(found.named("forget_train")?.value, expected.ratio, tolerance: 1e-6, name)
      let p = found.named("forget_train_p_models")?.value
      // Of a retrained model and of an original the banks have another size than the other kind's.
      if name == "unlearned" { AttackFixture.expect(p, expected.p_models, tolerance: 1e-12, "p of \(name)") }
    }
    let values = try cases.map { try #require(try attack.attack($0.1).named("forget_train")?.value) }
    #expect(values[1] < -0.5 && values[2] > 0.5)
    #expect(try attack.attack(cases[1].1).named("forget_train_p")?.value ?? 1 < 0.05)
    #expect(try attack.attack(cases[2].1).named("forget_train_p")?.value ?? 0 > 0.95)
  }

  @Test("sign flips are exact for few numbers, and right within chance for many") func signFlips() throws {
    let attack = try RelativeThreeSampleTest(RelativeThreeSampleTest())
    #expect(attack.signFlipP([-1, -2, -3], RandomSource(seed: 1)) == 1.0 / 8)
    #expect(attack.signFlipP([1, 2, 3], RandomSource(seed: 1)) == 1)
    // The sum of 100 signs is at most −10 with probability Σ_{k ≤ 45} C(100, k) / 2¹⁰⁰ = 0.1841.
    let numbers = (0..<100).map { $0 < 45 ? 1.0 : -1.0 }
    AttackFixture.expect(attack.signFlipP(numbers, RandomSource(seed: 1)), 0.1841, tolerance: 0.016, "p")
  }

  @Test("both kinds of models are split by the same seeds, at most once each way") func splits() {
    let eight = BankComparison(unlearnedCount: 8, retrainedCount: 8, fewestModels: 3)
    let splits = eight.splits(35, RandomSource(seed: 1))
    #expect(splits.count == 35 && Set(splits.map(\.unlearned)).count == 35)
    for split in splits {
      #expect(split.unlearned.count == 4 && split.retrained.count == 4)
      #expect(Set(split.unlearned).isDisjoint(with: split.retrained.map { $0 - 8 }))
    }
    // Six seeds have twenty choices of three.
    let six = BankComparison(unlearnedCount: 6, retrainedCount: 6, fewestModels: 3)
    #expect(six.splits(35, RandomSource(seed: 1)).count == 20)
    let five = BankComparison(unlearnedCount: 5, retrainedCount: 5, fewestModels: 3)
    #expect(five.splits(35, RandomSource(seed: 1)).isEmpty)
  }

  static func deviation(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count - 1)).squareRoot()
  }

  /// Margins of models whose samples have normal numbers of standard deviation 1.
  private static func margins(_ models: Int, _ samples: Int, mean: Double, _ random: inout RandomSource) -> [[Double]] {
    (0..<models).map { _ in (0..<samples).map { _ in mean + Double(random.normal()) } }
  }

  /// With normal margins of means 0 and d the best attack has the AUC Φ(d/√2), the accuracy Φ(d/2) and, at a false
  /// positive rate α, the true positive rate Φ(d + Φ⁻¹(α)); 48 models lose little of it.
  @Test("normal margins of a known distance have the rates of the closed form", arguments: [1.0, 2.0])
  func closedForm(distance: Double) throws {
    var random = RandomSource(seed: 3)
    let game = game(
      Self.margins(48, 500, mean: distance, &random), Self.margins(48, 500, mean: 0, &random))
    let outcomes = try game.outcomes(rates: [0.01])
    func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
    func mean(_ number: (BankGame.Outcome) -> Double) -> Double {
      outcomes.map(number).reduce(0, +) / Double(outcomes.count)
    }
    AttackFixture.expect(mean(\.area), normal(distance / 2.0.squareRoot()), tolerance: 0.015, "AUC")
    AttackFixture.expect(mean(\.accuracy), normal(distance / 2), tolerance: 0.015, "accuracy")
    AttackFixture.expect(
      mean { $0.truePositiveRates[0] }, normal(distance - 2.3263479), tolerance: 0.03, "rate at 1 %")
  }

  @Test("models of one distribution are told apart by chance: 2 to 9 % of 200 banks have p ≤ 5 %") func null() throws {
    let random = RandomSource(seed: 5)
    var found = 0
    var accuracies: [Double] = []
    for repetition in 0..<200 {
      var draw = random.stream("bank", repetition)
      // Models differ as a whole, too, as those of other seeds do.
      func models() -> [[Double]] {
        (0..<6).map { _ in
          let own = Double(draw.normal())
          return (0..<20).map { _ in own + Double(draw.normal()) }
        }
      }
      let (first, second) = (models(), models())
      let values = try game(first, second).measurements(
        isRetrained: false, effort: .init(splits: 1, permutations: 99),
        random: random.stream("test", repetition))
      if let p = values.named("p")?.value, p <= 0.05 { found += 1 }
      accuracies.append(values.named("accuracy")?.value ?? .nan)
    }
    #expect((4...18).contains(found), "\(found) of 200")
    let mean = accuracies.reduce(0, +) / 200
    #expect(abs(mean - 0.5) < 0.02, "accuracy \(mean)")
  }

  @Test("fewer than three models of a kind are an error") func fewModels() throws {
    let logits = try #require(try golden().logits["unlearned"])
    let models = bank(logits)
    let attack = try UnlearningLiRA(UnlearningLiRA())
    #expect(throws: AttackError.tooFewRetrainedModels(needed: 3, found: 2)) {
      try attack.attack(evidence(models, Array(models.prefix(2))))
    }
    #expect(throws: AttackError.requestNotServed("3 models of the method are needed, 2 found")) {
      try attack.attack(evidence(Array(models.prefix(2)), models))
    }
  }
}

/// Every attack over banks on models that are known.
@Suite("Power and null of every attack over banks") struct BankAttackPowerTests {
  static let attacks = LawTests.attacks.filter { $0.type is any BankAttack.Type }

  private func values<A: Attack>(of type: A.Type, _ own: [ModelOutputs], isRetrained: Bool = false) throws
    -> [MeasuredValue]
  {
    let retrained = (1...8).map { AttackPowerTests.retrained(seed: $0) }
    var evidence = Evidence(
      target: own[0], retrained: ModelBank(retrained), targetPosition: isRetrained ? 0 : nil,
      context: AttackFixture.context([0], AttackPowerTests.classCount))
    (evidence.peers, evidence.peerPosition) = (ModelBank(isRetrained ? retrained : own), 0)
    evidence.originals = ModelBank((21...28).map { AttackPowerTests.original(seed: $0) })
    evidence.originalsOfPeers = isRetrained ? [] : Array(0..<8)
    return try A(A()).attack(evidence)
  }

  @Test("tells originals from retrained models, and not retrained models from others", arguments: attacks)
  func attack(_ attack: Named<any Attack.Type>) throws {
    let original = try values(of: attack.type, (21...28).map { AttackPowerTests.original(seed: $0) })
    let others = try values(of: attack.type, (11...18).map { AttackPowerTests.retrained(seed: $0) })
    let floor = try values(of: attack.type, [AttackPowerTests.retrained(seed: 1)], isRetrained: true)
    for (name, least) in [("accuracy", 0.9), ("auc", 0.9), ("accuracy_half", 0.85), ("auc_half", 0.85)] {
      let value = original.named(name)?.value ?? 0
      #expect(value > least, "original: \(attack.name).\(name) \(value)")
      for (models, values) in [("other retrained", others), ("retrained", floor)] {
        guard let value = values.named(name)?.value else { continue }
        #expect(abs(value - 0.5) < 0.05, "\(models): \(attack.name).\(name) \(value)")
      }
    }
    #expect(floor.count >= 2)
    // 200 exchanges; a p-value of unlearned and retrained models far apart is the smallest one.
    if let p = original.named("p")?.value { #expect(p <= 0.01, "\(attack.name).p of originals: \(p)") }
  }

  @Test("KLoM of originals is far above its floor, and that of other retrained models is at it") func kloM() throws {
    func half(_ own: [ModelOutputs], isRetrained: Bool = false) throws -> Double {
      let values = try values(of: MarginDivergence.self, own, isRetrained: isRetrained)
      return try #require(values.named("forget_train_half")?.value)
    }
    let floor = try half([AttackPowerTests.retrained(seed: 1)], isRetrained: true)
    #expect(try half((21...28).map { AttackPowerTests.original(seed: $0) }) > floor + 2)
    #expect(abs(try half((11...18).map { AttackPowerTests.retrained(seed: $0) }) - floor) < 0.5)
  }
}
