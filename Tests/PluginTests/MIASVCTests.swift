import Engine
import MIASVC
import Testing
import Unlearning

@Suite("mia-svc") struct MIASVCTests {
  func attack(_ change: (inout SupportVectorMIA) -> Void = { _ in }) throws -> SupportVectorMIA {
    var parameters = SupportVectorMIA()
    change(&parameters)
    return try SupportVectorMIA(parameters)
  }

  /// All four variants on every feature.
  func everything(_ change: (inout SupportVectorMIA) -> Void = { _ in }) throws -> SupportVectorMIA {
    try attack {
      $0.variants = SupportVectorMIA.Variant.allCases
      $0.features = SupportVectorMIA.Feature.allCases
      change(&$0)
    }
  }

  @Test("agrees with scikit-learn", arguments: ["class_request", "sample_request"])
  func scikitLearn(file: String) throws {
    let golden = try AttackFixture.golden(file)
    let expected = try #require(golden.miaSvc)
    // Which members are drawn is this framework's own; the first ones are the same for both.
    var attack = try everything()
    attack.memberOrder = .first
    let found = try attack.attack(golden.evidence())
    #expect(found.map(\.name).sorted() == expected.keys.filter { !$0.hasPrefix("salun_all") }.sorted())
    for measurement in found {
      AttackFixture.expect(measurement.value, expected[measurement.name], measurement.name)
      #expect(measurement.direction == .nearest && measurement.reference == .retrained)
      #expect(measurement.unit == .fraction)
    }
  }

  @Test("non-members of the forgotten class too, when asked for") func allNonMembers() throws {
    let golden = try AttackFixture.golden("class_request")
    var attack = try everything { $0.nonMembers = .all }
    attack.memberOrder = .first
    let found = try attack.attack(golden.evidence())
    for feature in SupportVectorMIA.Feature.allCases {
      let suffix = feature == .confidence ? "" : "_\(feature.rawValue.replacing("-", with: "_"))"
      AttackFixture.expect(
        found.named("salun" + suffix)?.value, golden.miaSvc?["salun_all" + suffix], "salun_all\(suffix)")
    }
  }

  @Test("the default is three variants on the confidence, each with decisions per sample") func defaults() throws {
    let golden = try AttackFixture.golden("class_request")
    let found = try attack().attack(golden.evidence())
    #expect(found.map(\.name) == ["salun", "kodge", "delete"])
    for measurement in found {
      let part = measurement.name == "kodge" ? Part.forgetTest : .forgetTrain
      let verdicts = try #require(measurement.perSample)
      #expect(verdicts.count == golden.targetOutputs[part].count)
      // Shares of five draws; nothing of kodge is drawn.
      #expect(verdicts.allSatisfy { abs(5 * $0 - (5 * $0).rounded()) < 1e-9 && $0 >= 0 && $0 <= 1 })
      if measurement.name == "kodge" { #expect(verdicts.allSatisfy { $0 == 0 || $0 == 1 }) }
      AttackFixture.expect(measurement.value, verdicts.reduce(0, +) / Double(verdicts.count), measurement.name)
    }
  }

  @Test("kodge is skipped in sample requests, and an error as the only variant") func sampleRequest() throws {
    let evidence = try AttackFixture.golden("sample_request").evidence()
    #expect(try attack().attack(evidence).map(\.name) == ["salun", "delete"])
    #expect {
      try attack { $0.variants = [.kodge] }.attack(evidence)
    } throws: {
      "\($0)".contains("mia-svc.kodge judges test samples of forgotten classes")
    }
  }

  /// Three classes, the last one forgotten; `remembered` is what training adds to the forget set's own logit.
  func evidence(remembered: Float, seed: UInt64 = 5) -> Evidence {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([2], 80), .retainTrain: AttackFixture.labels([0, 1], 240),
      .forgetTest: AttackFixture.labels([2], 60), .retainTest: AttackFixture.labels([0, 1], 120),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 3, seed: seed) { part, _ in
      switch part {
      case .retainTrain: (6, nil)
      case .retainTest: (2, nil)
      case .forgetTrain: (remembered, nil)
      case .forgetTest: (-2, nil)
      }
    }
    return Evidence(target: model, context: AttackFixture.context([2], 3))
  }

  @Test("detects a model that memorized the forget set, and passes one that never saw it") func leak() throws {
    let leaky = try attack().attack(evidence(remembered: 6))
    let clean = try attack().attack(evidence(remembered: -2))
    #expect(try #require(leaky.named("salun")).value < 0.2)
    #expect(try #require(leaky.named("delete")).value > 0.8)
    #expect(try #require(clean.named("salun")).value > 0.9)
    #expect(try #require(clean.named("delete")).value < 0.1)
    #expect(try #require(clean.named("kodge")).value > 0.9)
  }

  @Test("indistinguishable members and non-members give chance", arguments: [UInt64(1), 2, 3])
  func chance(seed: UInt64) throws {
    let labels = Dictionary(
      uniqueKeysWithValues: Part.allCases.map { ($0, AttackFixture.labels([0, 1, 2], $0 == .forgetTest ? 0 : 300)) })
    let model = AttackFixture.model(labels: labels, classCount: 3, seed: seed) { _, _ in (2, nil) }
    let found = try attack { $0.variants = [.trainingPrivacy] }.attack(
      Evidence(target: model, context: AttackFixture.context([], 3)))
    // 300 verdicts: four standard deviations of a fair coin are .115.
    AttackFixture.expect(found.first?.value, 0.5, tolerance: 0.115, "seed \(seed)")
  }

  @Test("the value of a model does not depend on whether it is a retrained model") func twin() throws {
    let other = evidence(remembered: 6)
    var retrained = evidence(remembered: -2)
    (retrained.retrained, retrained.targetPosition) = ([retrained.target, other.target], 0)
    let value = try attack().attack(retrained)
    #expect(try value == attack().attack(evidence(remembered: -2)))
    #expect(try value != attack().attack(other))
  }

  @Test("maximum_samples subsamples evenly over classes and keeps the verdict") func bound() throws {
    let leaky = try attack { $0.maximumSamples = 50 }.attack(evidence(remembered: 6))
    #expect(try #require(leaky.named("salun")).value < 0.25)
    let whole = try attack().attack(evidence(remembered: 6))
    #expect(try attack { $0.maximumSamples = 1000 }.attack(evidence(remembered: 6)) == whole)
    var other = evidence(remembered: 6)
    other.context.random = RandomSource(seed: 2)
    let bounded = try attack { $0.maximumSamples = 50 }
    #expect(try bounded.attack(evidence(remembered: 6)) == bounded.attack(evidence(remembered: 6)))
    // Other seeds draw other samples, which moves some verdicts on the border.
    other.target = evidence(remembered: 3).target
    var same = other
    same.context.random = RandomSource(seed: 1)
    let values = try (bounded.attack(other).map(\.value), bounded.attack(same).map(\.value))
    #expect(values.0 != values.1)
  }

  @Test("random members differ from the first ones") func memberOrder() throws {
    let golden = try AttackFixture.golden("class_request")
    let parameters = { (change: (inout SupportVectorMIA) -> Void) in
      try attack {
        $0.features = [.confidence, .entropy, .probabilities]
        change(&$0)
      }.attack(golden.evidence())
    }
    let random = try parameters { $0.memberOrder = .random }
    #expect(try parameters { $0.memberOrder = .random } == random)
    #expect(try parameters { _ in } == random, "the default")
    let first = try parameters { $0.asReleased = true }
    #expect(
      try parameters {
        $0.asReleased = true
        $0.memberOrder = .first
      } == first)
    #expect(random.map(\.value) != first.map(\.value))
    #expect(random.named("kodge") == first.named("kodge"), "kodge takes every member")
    #expect(random.allSatisfy { $0.value >= 0 && $0.value <= 1 })
  }

  /// Four classes, the last one forgotten; training adds 1 to a member's own logit, class 0 is easy and class 2 hard.
  func sortedEvidence(forgetKnown: Bool, seed: UInt64, rows: ([Int]) -> [Int] = { $0 }) -> Evidence {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([3], 150), .retainTrain: (0..<3).flatMap { AttackFixture.labels([$0], 500) },
      .forgetTest: AttackFixture.labels([3], 60), .retainTest: AttackFixture.labels([0, 1, 2], 300),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 4, seed: seed) { part, label in
      if label == 3 { return (part == .forgetTrain && forgetKnown ? 4 : -2, nil) }
      return ([7, 3, 1][label] + (part == .retainTrain ? 1 : 0), nil)
    }
    return Evidence(
      target: AttackFixture.ordering(model, .retainTrain, rows(Array(0..<1500))),
      context: AttackFixture.context([3], 4))
  }

  @Test("data sorted by class give the answer of shuffled data", arguments: [UInt64(1), 2]) func sorted(
    seed: UInt64
  ) throws {
    let attack = try attack { $0.variants = [.salun, .delete, .trainingPrivacy] }
    let sorted = try attack.attack(sortedEvidence(forgetKnown: true, seed: seed))
    let shuffled = try attack.attack(
      sortedEvidence(forgetKnown: true, seed: seed) { rows in
        var random = RandomSource(seed: 77)
        return random.sample(rows.count, of: rows).enumerated().sorted {
          $0.offset * 733 % 1499 < $1.offset * 733 % 1499
        }
        .map(\.element)
      })
    for (left, right) in zip(sorted, shuffled) {
      // Means of five draws of 300 members each.
      AttackFixture.expect(left.value, right.value, tolerance: 0.1, left.name)
      #expect(left.caveat == nil && right.caveat == nil)
    }
  }

  @Test("the first members of sorted data separate classes, and the value has a caveat") func firstOfSorted() throws {
    let first = try attack {
      $0.asReleased = true
      $0.variants = [.salun, .delete, .trainingPrivacy, .kodge]
    }
    let found = try first.attack(sortedEvidence(forgetKnown: false, seed: 1))
    for name in ["salun", "delete", "training_privacy"] {
      #expect(found.named(name)?.caveat?.contains("data sorted by class") == true, "\(name)")
    }
    #expect(found.named("kodge")?.caveat?.contains("sorted") != true, "kodge takes all members")
    let mixedRows = { (rows: [Int]) in rows.map { $0 % 3 * 500 + $0 / 3 } }
    let mixed = try first.attack(sortedEvidence(forgetKnown: true, seed: 1, rows: mixedRows))
    #expect(mixed.allSatisfy { $0.caveat?.contains("sorted") != true })
    // Members of class 0 alone are easy: what the model knows as well as its other members counts as unknown.
    let sorted = try first.attack(sortedEvidence(forgetKnown: true, seed: 1))
    let values = [sorted, mixed].map { $0.named("salun")?.value ?? 0 }
    #expect(values[0] - values[1] > 0.2, "sorted \(values[0]), mixed \(values[1])")
  }

  /// Three kept classes with 20 test samples each, and one that is forgotten.
  private func smallEvidence(_ classOf: (Int) -> Int) -> Evidence {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([3], 30), .retainTrain: (0..<90).map(classOf),
      .forgetTest: AttackFixture.labels([3], 20), .retainTest: AttackFixture.labels([0, 1, 2], 60),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 4, seed: 1) { _, _ in (2, nil) }
    return Evidence(target: model, context: AttackFixture.context([3], 4))
  }

  @Test("small sets have a caveat, too: sorted by class, in any order, or with a class without members")
  func firstOfFewSamples() throws {
    let attack = try attack {
      $0.asReleased = true
      $0.variants = [.salun, .delete]
    }
    func marks(_ classOf: (Int) -> Int) throws -> [Bool] {
      try attack.attack(smallEvidence(classOf)).map { $0.caveat?.contains("classes are told apart") == true }
    }
    #expect(try marks { $0 / 30 } == [true, true], "one class has no member")
    #expect(try marks { $0 < 50 ? 0 : $0 < 55 ? 2 : 1 } == [true, true], "every class has one")
    #expect(try marks { $0 < 60 ? $0 % 2 : 2 } == [true, true], "mixed, and one class has no member")
    #expect(try marks { $0 % 3 } == [false, false])
  }

  @Test("members have the class counts of the non-members") func composition() throws {
    var random = RandomSource(seed: 4)
    // Class 2 is short of members, class 3 has none, class 4 no non-members.
    let left =
      AttackFixture.labels([0], 40) + AttackFixture.labels([1], 30) + AttackFixture.labels([2], 5)
      + AttackFixture.labels([4], 50)
    let right = AttackFixture.labels([0], 20) + AttackFixture.labels([1], 10) + AttackFixture.labels([2], 15)
    func counts(_ rows: [Int], _ labels: [Int]) -> [Int] { (0..<5).map { label in rows.count { labels[$0] == label } } }
    let both = random.matchedByClass(left: left, right: right)
    #expect(counts(both.left, left) == [20, 10, 5, 0, 0] && counts(both.right, right) == [20, 10, 5, 0, 0])
    #expect(both.left == both.left.sorted() && Set(both.left).count == 35)
    let more = right + AttackFixture.labels([3], 9)
    let filled = random.matchedByClass(left: left, right: more)
    #expect(counts(filled.right, more) == [20, 10, 5, 9, 0])
    #expect(filled.left.count == filled.right.count)
    #expect(counts(filled.left, left)[0] >= 20 && counts(filled.left, left)[4] > 0, "others fill up")
    let halves = random.stratifiedHalves(more)
    #expect((halves.first + halves.second).sorted() == Array(more.indices) && halves.first.count == more.count / 2)
    for label in 0..<4 {
      #expect(abs(halves.first.count { more[$0] == label } - halves.second.count { more[$0] == label }) <= 1)
    }
  }

  /// Nine kept classes that are as confident as the forgotten one: a machine with nine members to a non-member.
  func kodgeEvidence(_ memory: Float, count: Int = 40) -> Evidence {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([9], count), .retainTrain: AttackFixture.labels(Array(0..<9), 9 * count),
      .forgetTest: AttackFixture.labels([9], count), .retainTest: AttackFixture.labels(Array(0..<9), 90),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 10, seed: 3) { part, label in
      (label == 9 ? memory : 4, nil)
    }
    return Evidence(target: model, context: AttackFixture.context([9], 10))
  }

  @Test("kodge has a caveat where every decision is member, and none with balance") func constantKodge() throws {
    let kodge = try attack { $0.variants = [.kodge] }
    let constant = try #require(try kodge.attack(kodgeEvidence(4)).first)
    #expect(constant.value == 0 && constant.caveat == DecisionCaveat.constant)
    let balanced = try attack {
      $0.variants = [.kodge]
      $0.balance = true
    }
    let even = try #require(try balanced.attack(kodgeEvidence(4)).first)
    #expect(even.value > 0.1 && even.caveat != DecisionCaveat.constant, "\(even.value) \(even.caveat ?? "")")
    let forgotten = try #require(try kodge.attack(kodgeEvidence(-3)).first)
    #expect(forgotten.value > 0.9 && forgotten.caveat == nil)
  }

  @Test("a value is the mean over draws") func draws() throws {
    func value(_ draws: Int, seed: UInt64 = 1) throws -> Double {
      let attack = try attack {
        $0.variants = [.kodge]
        $0.balance = true
        $0.draws = draws
      }
      var evidence = kodgeEvidence(3.6, count: 60)
      evidence.context.random = RandomSource(seed: seed)
      return try #require(try attack.attack(evidence).first).value
    }
    func spread(_ draws: Int) throws -> Double {
      let values = try (0..<12).map { try value(draws, seed: $0) }
      let mean = values.reduce(0, +) / 12
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 11).squareRoot()
    }
    let (one, nine) = (try spread(1), try spread(9))
    #expect(one > 0 && nine < 0.7 * one, "one draw \(one), nine draws \(nine)")
  }

  @Test("empty parts and logits that are not finite are errors") func refused() throws {
    let whole = evidence(remembered: 0)
    for part in [Part.forgetTrain, .retainTrain, .retainTest] {
      var evidence = whole
      evidence.target = AttackFixture.emptying(whole.target, part)
      #expect(throws: AttackError.emptyPart(part)) { try attack().attack(evidence) }
      evidence.target = AttackFixture.replacing(whole.target, part, row: 7, with: .nan)
      #expect(throws: AttackError.notFinite("logits on '\(part.rawValue)'", row: 7)) {
        try attack().attack(evidence)
      }
    }
  }

  @Test("parameters out of range are named") func parameters() {
    func problem(_ change: (inout SupportVectorMIA) -> Void) -> String {
      do { _ = try attack(change) } catch { return "\(error)" }
      return "none"
    }
    #expect(problem { $0.cost = 0 } == "parameter 'cost': must be in (0, 1000000000], is 0")
    #expect(problem { $0.gamma = -1 } == "parameter 'gamma': must be in (0, 1000000000], is -1")
    #expect(problem { $0.maximumSamples = 1 } == "parameter 'maximum_samples': must be in [2, 1000000], is 1")
    #expect(problem { $0.variants = [] } == "parameter 'variants': must name at least one variant")
    #expect(problem { $0.features = [] } == "parameter 'features': must name at least one feature")
    #expect(problem { $0.variants = [.salun, .salun] } == "parameter 'variants': must name each variant once")
    #expect(problem { $0.features = [.entropy, .entropy] } == "parameter 'features': must name each feature once")
    #expect(
      problem { $0.memberOrder = .first }
        == "parameter 'member_order': 'first' tells classes apart where data are sorted by class; "
        + "it needs 'as_released: true'")
    #expect(problem { $0.draws = 0 } == "parameter 'draws': must be in [1, 1000], is 0")
    #expect(problem { _ in } == "none")
  }
}
