import Engine
import MIASVC
import Testing
import Unlearning

@Suite("mia-svc") struct MIASVCTests {
  func attack(_ change: (inout SupportVectorMIA.Parameters) -> Void = { _ in }) throws -> SupportVectorMIA {
    var parameters = SupportVectorMIA.Parameters()
    change(&parameters)
    return try SupportVectorMIA(parameters)
  }

  /// All four variants on every feature.
  func everything(_ change: (inout SupportVectorMIA.Parameters) -> Void = { _ in }) throws -> SupportVectorMIA {
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
    let found = try everything().attack(golden.evidence())
    #expect(found.map(\.name).sorted() == expected.keys.filter { !$0.hasPrefix("salun_all") }.sorted())
    for measurement in found {
      AttackFixture.expect(measurement.value, expected[measurement.name], measurement.name)
      #expect(measurement.direction == .nearest && measurement.reference == .retrained)
      #expect(measurement.unit == .fraction)
    }
  }

  @Test("non-members of the forgotten class too, when asked for") func allNonMembers() throws {
    let golden = try AttackFixture.golden("class_request")
    let found = try everything { $0.nonMembers = .all }.attack(golden.evidence())
    for feature in SupportVectorMIA.Feature.allCases {
      let suffix = feature == .confidence ? "" : "_\(feature.rawValue.replacing("-", with: "_"))"
      AttackFixture.expect(
        found.named("salun" + suffix)?.value, golden.miaSvc?["salun_all" + suffix], "salun_all\(suffix)")
    }
  }

  @Test("by default three variants of the confidence, each with its verdicts") func defaults() throws {
    let golden = try AttackFixture.golden("class_request")
    let found = try attack().attack(golden.evidence())
    #expect(found.map(\.name) == ["salun", "kodge", "delete"])
    for measurement in found {
      let part = measurement.name == "kodge" ? Part.forgetTest : .forgetTrain
      let verdicts = try #require(measurement.perSample)
      #expect(verdicts.count == golden.targetOutputs[part].count)
      #expect(verdicts.allSatisfy { $0 == 0 || $0 == 1 })
      AttackFixture.expect(measurement.value, verdicts.reduce(0, +) / Double(verdicts.count), measurement.name)
    }
  }

  @Test("a sample request has no kodge, and kodge alone is an error") func sampleRequest() throws {
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

  @Test("finds a model that remembers, and passes one that never knew") func leak() throws {
    let leaky = try attack().attack(evidence(remembered: 6))
    let clean = try attack().attack(evidence(remembered: -2))
    #expect(try #require(leaky.named("salun")).value < 0.2)
    #expect(try #require(leaky.named("delete")).value > 0.8)
    #expect(try #require(clean.named("salun")).value > 0.9)
    #expect(try #require(clean.named("delete")).value < 0.1)
    #expect(try #require(clean.named("kodge")).value > 0.9)
  }

  @Test("members and non-members alike are told apart by chance", arguments: [UInt64(1), 2, 3])
  func chance(seed: UInt64) throws {
    let labels = Dictionary(
      uniqueKeysWithValues: Part.allCases.map { ($0, AttackFixture.labels([0, 1, 2], $0 == .forgetTest ? 0 : 300)) })
    let model = AttackFixture.model(labels: labels, classCount: 3, seed: seed) { _, _ in (2, nil) }
    let found = try attack { $0.variants = [.trainingPrivacy] }.attack(
      Evidence(target: model, context: AttackFixture.context([], 3)))
    // 300 verdicts: four standard deviations of a fair coin are .115.
    AttackFixture.expect(found.first?.value, 0.5, tolerance: 0.115, "seed \(seed)")
  }

  @Test("a retrained twin has the value of the retrained model") func twin() throws {
    let model = evidence(remembered: -2)
    #expect(try attack().attack(model) == attack().attack(model))
  }

  @Test("a bound on the samples draws evenly over classes and keeps the verdict") func bound() throws {
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

  @Test("random members are others than the first ones") func memberOrder() throws {
    let golden = try AttackFixture.golden("class_request")
    let parameters = { (change: (inout SupportVectorMIA.Parameters) -> Void) in
      try attack {
        $0.features = [.confidence, .entropy, .probabilities]
        change(&$0)
      }.attack(golden.evidence())
    }
    let random = try parameters { $0.memberOrder = .random }
    #expect(try parameters { $0.memberOrder = .random } == random)
    let first = try parameters { _ in }
    #expect(random.map(\.value) != first.map(\.value))
    #expect(random.named("kodge") == first.named("kodge"), "kodge takes every member")
    #expect(random.allSatisfy { $0.value >= 0 && $0.value <= 1 })
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
    func problem(_ change: (inout SupportVectorMIA.Parameters) -> Void) -> String {
      do { _ = try attack(change) } catch { return "\(error)" }
      return "none"
    }
    #expect(problem { $0.cost = 0 } == "parameter 'cost': must be > 0, is 0")
    #expect(problem { $0.gamma = -1 } == "parameter 'gamma': must be > 0, is -1")
    #expect(problem { $0.maximumSamples = 1 } == "parameter 'maximum_samples': must be ≥ 2, is 1")
    #expect(problem { $0.variants = [] } == "parameter 'variants': must name at least one variant")
    #expect(problem { $0.features = [] } == "parameter 'features': must name at least one feature")
    #expect(problem { $0.variants = [.salun, .salun] } == "parameter 'variants': must name each variant once")
    #expect(problem { _ in } == "none")
  }
}
