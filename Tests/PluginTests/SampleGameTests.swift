import Engine
import Foundation
import RMIA
import SampleLiRA
import SampleRULI
import SampleULiRA
import TestSupport
import Testing
import Unlearning

/// Games of single samples over shadow models, against NumPy, SciPy and scikit-learn, closed forms and known banks.
@Suite("Games of single samples over shadow models") struct SampleGameTests {
  private struct Golden: Decodable {
    struct Outcomes: Decodable {
      var found: [Double], accuracy: [Double], auc: [Double], tpr_10: [Double], tpr_1: [Double]
      var retained_auc: [Double]?, retained_forgotten_auc: [Double]?
    }
    var labels: [Int], population_labels: [Int], is_member: [[Bool]], is_forgotten: [[Bool]]
    var originals: [Float], unlearned: [Float], population_originals: [Float], population_unlearned: [Float]
    var ulira: Outcomes, ulira_errors: [String: Double]
    var lira_online: Outcomes, lira_offline: Outcomes, lira_offline_as_released: Outcomes
    var ruli: Outcomes, ruli_efficacy: Outcomes, memorization: [Double]
    var ulira_retained: [Double], ruli_retained: [Double]
    var rmia_offline: Outcomes, rmia_online: Outcomes, rmia_gamma: Outcomes
    var rmia_taylor: Outcomes, rmia_taylor_as_released: Outcomes
  }

  private let golden: Golden
  private let evidence: Evidence
  private let shadows: ShadowBank

  init() throws {
    let golden = try GoldenFile.read(Golden.self, "shadows")
    func bank(_ logits: [Float], _ population: [Float], models: Int) -> ModelBank {
      func part(_ numbers: [Float], _ labels: [Int], _ model: Int, _ part: Part) -> Predictions {
        let size = labels.count * 3
        return AttackFixture.predictions(
          Array(numbers[(model * size)..<((model + 1) * size)]), labels, classCount: 3, part: part)
      }
      let none = AttackFixture.predictions([], [], classCount: 3, part: .retainTrain)
      return ModelBank(
        (0..<models).map { model in
          ModelOutputs([
            .forgetTrain: part(logits, golden.labels, model, .forgetTrain), .retainTrain: none, .forgetTest: none,
            .retainTest: part(population, golden.population_labels, model, .retainTest),
          ])
        })
    }
    shadows = ShadowBank(
      originals: bank(golden.originals, golden.population_originals, models: 12),
      unlearned: bank(golden.unlearned, golden.population_unlearned, models: 24),
      originalsOfUnlearned: (0..<24).map { $0 / 2 }, isMember: golden.is_member, isForgotten: golden.is_forgotten)
    var evidence = Evidence(target: try shadows.unlearned[0], context: AttackFixture.context([], 3))
    evidence.shadows = shadows
    (self.golden, self.evidence) = (golden, evidence)
  }

  private func expect(_ attack: some SampleAttack, _ expected: Golden.Outcomes, _ name: String) throws {
    let found = try SampleGame.Outcomes(attack.game(shadows, evidence), rates: [0.1, 0.01]).whole.compactMap(\.self)
    let kinds: [(String, [Double]?, (SampleGame.Outcome) -> Double?)] = [
      ("found", expected.found, \.found), ("accuracy", expected.accuracy, \.accuracy), ("AUC", expected.auc, \.area),
      ("rate at 10 %", expected.tpr_10, { $0.truePositiveRates[0] }),
      ("rate at 1 %", expected.tpr_1, { $0.truePositiveRates[1] }),
      ("retained", expected.retained_auc, \.retainedArea),
      ("retained against forgotten", expected.retained_forgotten_auc, \.distinctArea),
    ]
    for (kind, numbers, number) in kinds {
      let own = found.compactMap(number)
      AttackFixture.expect(own, numbers ?? [], tolerance: 1e-9, "\(name): \(kind)")
    }
  }

  @Test("U-LiRA agrees with SciPy for every attacked model") func uLiRA() throws {
    try expect(SampleUnlearningLiRA(), golden.ulira, "ulira")
  }

  @Test("the standard error is that of originals and of samples together") func spreads() throws {
    let values = try SampleUnlearningLiRA().attack(evidence)
    for (name, expected) in golden.ulira_errors {
      guard case .pseudoValues(let found) = values.named(name)?.spread else {
        Issue.record("no pseudo-values of \(name)")
        continue
      }
      #expect(found.count == 12)
      let error = BankGameTests.deviation(found) / Double(found.count).squareRoot()
      AttackFixture.expect(error, expected, tolerance: 1e-9, name)
    }
    #expect(values.named("tpr_at_1_percent_fpr")?.caveat != nil, "30 samples have no false positive rate of 1 %")
  }

  @Test("retained samples are found as by scikit-learn, with models that retained them") func retained() throws {
    let mean: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
    let attacks: [(any SampleAttack, [Double])] = [
      (SampleUnlearningLiRA(), golden.ulira_retained), (SampleInferenceAttack(), golden.ruli_retained),
    ]
    for (attack, expected) in attacks {
      let found = try attack.attack(evidence).named("retained_auc")
      AttackFixture.expect(found?.value, mean(expected), tolerance: 1e-9, "retained")
      #expect(mean(expected) > 0.55, "retained samples are found")
    }
  }

  @Test("the stored curve goes through the rates at 10, 1 and 0.1 %, and has the area between its steps") func curve()
    throws
  {
    for attack in [SampleUnlearningLiRA(), SampleInferenceAttack()] as [any SampleAttack] {
      let values = try attack.attack(evidence)
      let curve = try #require(values.named("auc")?.curve)
      for (name, rate) in [("10", 0.1), ("1", 0.01), ("01", 0.001)] {
        let place = try #require(ROCCurve.rates.firstIndex(of: rate))
        AttackFixture.expect(curve[place], values.named("tpr_at_\(name)_percent_fpr")?.value, name)
      }
      #expect(curve.last == 1 && zip(curve, curve.dropFirst()).allSatisfy { $0 <= $1 })
      // Below the curve by steps, above it by steps to the left.
      let widths = zip(ROCCurve.rates, ROCCurve.rates.dropFirst()).map { $1 - $0 }
      let area = try #require(values.named("auc")?.value)
      let (low, high) = (
        zip(widths, curve).reduce(0) { $0 + $1.0 * $1.1 }, zip(widths, curve.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
      )
      #expect(low - 0.03 < area && area < high + 0.03 && high - low < 0.05, "\(low) ≤ \(area) ≤ \(high)")
    }
  }

  @Test("an original without an unlearned model counts in the jackknife, as the plan expects") func unattacked() throws
  {
    var evidence = evidence
    evidence.shadows = ShadowBank(
      originals: shadows.originals, unlearned: shadows.unlearned.selecting(Array(0..<22)),
      originalsOfUnlearned: (0..<22).map { $0 / 2 }, isMember: golden.is_member,
      isForgotten: Array(golden.is_forgotten.prefix(22)))
    for attack in [SampleUnlearningLiRA(), SampleInferenceAttack()] as [any SampleAttack] {
      guard case .pseudoValues(let found) = try attack.attack(evidence).named("auc")?.spread else {
        Issue.record("no pseudo-values")
        continue
      }
      #expect(found.count == 12)
    }
  }

  @Test("LiRA agrees with SciPy in all variants") func liRA() throws {
    var attack = SampleLikelihoodRatioAttack()
    try expect(attack, golden.lira_online, "online")
    attack.variant = .offline
    try expect(attack, golden.lira_offline, "offline")
    attack.asReleased = true
    try expect(attack, golden.lira_offline_as_released, "offline, as released")
  }

  @Test("RULI agrees with scikit-learn's kernel densities, and its vulnerable samples are the memorized ones")
  func ruli() throws {
    let attack = SampleInferenceAttack()
    try expect(attack, golden.ruli, "privacy")
    let values = try attack.attack(evidence)
    let mean: ([Double]) -> Double = { $0.reduce(0, +) / Double($0.count) }
    AttackFixture.expect(
      values.named("judged_trained")?.value, mean(golden.ruli_efficacy.found), tolerance: 1e-9, "efficacy")
    let order = golden.memorization.indices.sorted { golden.memorization[$0] > golden.memorization[$1] }
    let game = try attack.game(shadows, evidence)
    for (name, samples) in [("vulnerable_auc", order.prefix(3)), ("other_auc", order.dropFirst(3))] {
      let expected = game.selecting(samples.sorted()).estimate(\.area)
      #expect(expected != nil && values.named(name)?.value == expected?.value, "\(name)")
    }
  }

  @Test("RMIA agrees with NumPy in all variants") func rmia() throws {
    let cases: [(String, Golden.Outcomes, (inout RobustMembershipAttack) -> Void)] = [
      ("offline", golden.rmia_offline, { _ in }), ("online", golden.rmia_online, { $0.variant = .online }),
      ("γ = 2", golden.rmia_gamma, { $0.gamma = 2 }),
      ("Taylor", golden.rmia_taylor, { $0.signal = .taylorSoftMargin }),
      (
        "Taylor, as released", golden.rmia_taylor_as_released,
        {
          $0.signal = .taylorSoftMargin
          $0.asReleased = true
        }
      ),
    ]
    for (name, expected, change) in cases {
      var attack = RobustMembershipAttack()
      change(&attack)
      try expect(attack, expected, name)
    }
  }

  /// Shadow models whose margins are normal numbers of standard deviation 1: of mean `trained` where the model was trained on
  /// the sample, of mean `forgotten` where it forgot it, else 0.
  private static func bank(
    originals: Int, samples: Int, trained: Double, forgotten: Double, own: Double = 0, _ random: RandomSource
  ) -> SampleGame {
    var draw = random
    let isMember = (0..<originals).map { _ in (0..<samples).map { _ in draw.normal() > 0 } }
    let isForgotten = isMember.map { $0.map { $0 && draw.normal() > 0 } }
    // What all samples of a model share, as models of other seeds differ as a whole.
    func numbers(_ mean: (Int, Int) -> Double) -> [[Double]] {
      (0..<originals).map { model in
        let shared = own * Double(draw.normal())
        return (0..<samples).map { mean(model, $0) + shared + Double(draw.normal()) }
      }
    }
    let original = numbers { isMember[$0][$1] ? trained : 0 }
    let unlearned = numbers { isForgotten[$0][$1] ? forgotten : isMember[$0][$1] ? trained : 0 }
    let shadows = ShadowBank(
      originals: ModelBank(count: originals) { _ in preconditionFailure("only numbers are read") },
      unlearned: ModelBank(count: originals) { _ in preconditionFailure("only numbers are read") },
      originalsOfUnlearned: Array(0..<originals), isMember: isMember, isForgotten: isForgotten)
    return SampleGame(
      first: shadows.unlearned(unlearned, .forgotten), second: shadows.originals(original, trained: false),
      attacked: shadows.attacked(unlearned), originalCount: originals, judgesRetained: false
    ) { _, number, first, second in NormalFit(meanOf: first).logRatio(at: number, to: NormalFit(meanOf: second)) }
  }

  /// With normal margins of means 0 and d the best attack has the AUC Φ(d/√2), the accuracy Φ(d/2) and, at a false
  /// positive rate α, the true positive rate Φ(d + Φ⁻¹(α)); fits to 24 numbers lose some of it.
  @Test("normal margins of a known distance have the rates of the closed form", arguments: [1.0, 2.0])
  func closedForm(distance: Double) throws {
    let game = Self.bank(
      originals: 96, samples: 400, trained: 0, forgotten: distance, RandomSource(seed: 3))
    let outcomes = SampleGame.Outcomes(game, rates: [0.1]).whole.compactMap(\.self)
    #expect(outcomes.count == 96)
    func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
    func mean(_ number: (SampleGame.Outcome) -> Double) -> Double {
      outcomes.map(number).reduce(0, +) / Double(outcomes.count)
    }
    AttackFixture.expect(mean(\.area), normal(distance / 2.0.squareRoot()), tolerance: 0.02, "AUC")
    AttackFixture.expect(mean(\.accuracy), normal(distance / 2), tolerance: 0.02, "accuracy")
    AttackFixture.expect(
      mean { $0.truePositiveRates[0] }, normal(distance - 1.2815516), tolerance: 0.04, "rate at 10 %")
  }

  @Test("models that are as if never trained on a sample are at chance: 2 to 9 % of 200 intervals leave it out")
  func null() throws {
    var missed = 0
    var areas: [Double] = []
    for repetition in 0..<200 {
      let game = Self.bank(
        originals: 24, samples: 40, trained: 1, forgotten: 0, own: 0.5, RandomSource(seed: 7).stream("bank", repetition)
      )
      let value = try #require(game.estimate(\.area))
      areas.append(value.value)
      guard case .pseudoValues(let numbers) = value.spread else {
        Issue.record("no spread")
        return
      }
      // t is 2.131 at 15 degrees of freedom, those of 16 groups.
      let error = BankGameTests.deviation(numbers) / Double(numbers.count).squareRoot()
      if abs(value.value - 0.5) > 2.131 * error { missed += 1 }
    }
    #expect((4...18).contains(missed), "\(missed) of 200")
    let mean = areas.reduce(0, +) / 200
    #expect(abs(mean - 0.5) < 0.01, "AUC \(mean)")
  }

  @Test("without shadow models, or with lists of other samples, the attack ends with an error") func noShadows() throws
  {
    var none = evidence
    none.shadows = nil
    #expect(throws: AttackError.requestNotServed("shadow models of random halves are needed; there are none")) {
      try SampleUnlearningLiRA().attack(none)
    }
    none.shadows = shadows
    none.shadows?.isMember[0].removeLast()
    #expect(throws: AttackError.unlikeSamples(.forgetTrain)) { try SampleUnlearningLiRA().attack(none) }
    none.shadows = shadows
    none.shadows?.isForgotten = shadows.isForgotten.map { $0.map { _ in false } }
    #expect(throws: AttackError.self) { try SampleUnlearningLiRA().attack(none) }
  }
}

/// Every attack on single samples on models that are known.
@Suite("Power and null of every attack on single samples") struct SampleAttackPowerTests {
  static let attacks = LawTests.attacks.filter { $0.type is any SampleAttack.Type }
  private static let (models, samples, classes) = (24, 60, 4)

  /// Models that know the samples that they were trained on, and forget as if never trained, or not at all.
  private func values<A: SampleAttack>(of type: A.Type, forgets: Bool) throws -> [MeasuredValue] {
    var random = RandomSource(seed: 9)
    let isMember = (0..<Self.models).map { _ in (0..<Self.samples).map { _ in random.normal() > 0 } }
    let isForgotten = isMember.map { $0.map { $0 && random.normal() > 0 } }
    let labels = (0..<Self.samples).map { $0 % Self.classes }
    let difficulty = (0..<Self.samples).map { _ in random.normal() }
    func outputs(_ isKnown: [Bool]) -> ModelOutputs {
      func part(_ part: Part, knows: [Bool]?) -> Predictions {
        let logits = labels.enumerated().flatMap { sample, label in
          (0..<Self.classes).map { place -> Float in
            let own: Float = place == label ? 1 + difficulty[sample] + (knows?[sample] == true ? 3 : 0) : 0
            return own + 0.5 * random.normal()
          }
        }
        return AttackFixture.predictions(logits, labels, classCount: Self.classes, part: part)
      }
      let none = AttackFixture.predictions([], [], classCount: Self.classes, part: .forgetTest)
      return ModelOutputs([
        .forgetTrain: part(.forgetTrain, knows: isKnown), .retainTrain: none, .forgetTest: none,
        .retainTest: part(.retainTest, knows: nil),
      ])
    }
    let originals = isMember.map(outputs)
    let unlearned = zip(isMember, isForgotten).map { member, forgotten in
      outputs(zip(member, forgotten).map { $0 && !(forgets && $1) })
    }
    var evidence = Evidence(target: unlearned[0], context: AttackFixture.context([], Self.classes))
    evidence.shadows = ShadowBank(
      originals: ModelBank(originals), unlearned: ModelBank(unlearned), originalsOfUnlearned: Array(0..<Self.models),
      isMember: isMember, isForgotten: isForgotten)
    return try A(A()).attack(evidence)
  }

  @Test("finds samples that were not forgotten, and not those that were never trained on", arguments: attacks)
  func attack(_ attack: Named<any Attack.Type>) throws {
    let type = try #require(attack.type as? any SampleAttack.Type)
    let original = try values(of: type, forgets: false)
    let perfect = try values(of: type, forgets: true)
    for name in ["accuracy", "auc"] {
      let (power, null) = (original.named(name)?.value ?? 0, perfect.named(name)?.value ?? 0)
      // RMIA's threshold is the median of the population, whatever the attacked samples are.
      #expect(power > (name == "auc" ? 0.85 : 0.7), "\(attack.name).\(name) of models that forgot nothing: \(power)")
      #expect(abs(null - 0.5) < (name == "auc" ? 0.05 : 0.07), "\(attack.name).\(name) of perfect models: \(null)")
    }
    if let retained = perfect.named("retained_auc")?.value { #expect(retained > 0.9, "\(attack.name): \(retained)") }
    #expect(attacksAreListed)
  }

  private var attacksAreListed: Bool { Self.attacks.count == 4 }
}
