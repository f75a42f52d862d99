import Engine
import LogisticMIA
import Testing
import Unlearning

@Suite("mia-logistic") struct LogisticMIATests {
  func attack(_ change: (inout LogisticAttack) -> Void = { _ in }) throws -> LogisticAttack {
    var parameters = LogisticAttack()
    parameters.variants = LogisticAttack.Variant.allCases
    change(&parameters)
    return try LogisticAttack(parameters)
  }

  @Test("agrees with scikit-learn on the same splits") func scikitLearn() throws {
    let golden = try #require(try AttackFixture.golden("class_request").miaLogistic)
    let splits = golden.splits.map {
      StratifiedSplit(
        members: .init(fitted: $0.membersFitted, held: $0.membersHeld),
        unseen: .init(fitted: $0.unseenFitted, held: $0.unseenHeld))
    }
    #expect(splits.count == 10)
    let found = try splits.map {
      try LogisticAttack.accuracy(members: golden.members, unseen: golden.unseen, splits: [$0], cost: 1).mean
    }
    AttackFixture.expect(found, golden.accuracies, "accuracy of each split")
    let mean = try LogisticAttack.accuracy(members: golden.members, unseen: golden.unseen, splits: splits, cost: 1)
    AttackFixture.expect(mean.mean, golden.accuracies.reduce(0, +) / 10, "mean accuracy")
  }

  @Test("splits are stratified partitions", arguments: [(10, 0.1), (7, 0.1), (2, 0.5), (50, 0.25), (33, 0.8)])
  func splits(size: Int, share: Double) throws {
    var random = RandomSource(seed: 3)
    let splits = try StratifiedSplit.draw(40, sizeOfEachSide: size, testShare: share, random: &random)
    #expect(splits.count == 40)
    let held = Int((share * Double(2 * size)).rounded(.up))
    for split in splits {
      for side in [split.members, split.unseen] {
        #expect((side.fitted + side.held).sorted() == Array(0..<size))
      }
      #expect(split.members.held.count + split.unseen.held.count == held)
      #expect(abs(split.members.held.count - split.unseen.held.count) <= 1)
    }
    #expect(Set(splits.map(\.members.held)).count > 1, "splits differ")
    if held % 2 == 1 {
      #expect(Set(splits.map(\.members.held.count)).count == 2, "the odd one falls to either side")
    }
    #expect { try StratifiedSplit.draw(1, sizeOfEachSide: 3, testShare: 0.9, random: &random) } throws: {
      "\($0)".contains("leaves none to fit to")
    }
  }

  /// Class 2 forgotten, or samples of all classes.
  func evidence(classRequest: Bool, seen: Float, unseen: Float) -> Evidence {
    let forgotten = classRequest ? [2] : [0, 1, 2]
    let kept = classRequest ? [0, 1] : [0, 1, 2]
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels(forgotten, 200), .retainTrain: AttackFixture.labels(kept, 200),
      .forgetTest: classRequest ? AttackFixture.labels([2], 150) : [], .retainTest: AttackFixture.labels(kept, 150),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 3, seed: 8) { part, label in
      // In class requests the kept classes are far off, which must not matter.
      if classRequest && label != 2 { return (9, nil) }
      return (part == .forgetTrain ? seen : unseen, nil)
    }
    return Evidence(target: model, context: AttackFixture.context(classRequest ? [2] : [], 3))
  }

  @Test("chance for a model that never saw the forget set, more for one that memorized it", arguments: [true, false])
  func leak(classRequest: Bool) throws {
    let clean = try attack().attack(evidence(classRequest: classRequest, seen: 1, unseen: 1))
    let leaky = try attack().attack(evidence(classRequest: classRequest, seen: 5, unseen: -1))
    #expect(clean.map(\.name) == ["starting_kit", "scrub"])
    for measurement in clean {
      // 300 losses, each judged about once: four standard deviations are .12.
      AttackFixture.expect(measurement.value, 0.5, tolerance: 0.12, measurement.name)
      #expect(measurement.direction == .nearest && measurement.reference == .retrained)
    }
    for measurement in leaky { #expect(measurement.value > 0.9 && measurement.value <= 1, "\(measurement.name)") }
  }

  @Test("the same seed gives the same value, another seed other splits") func seeds() throws {
    var evidence = evidence(classRequest: false, seen: 2, unseen: 1)
    let first = try attack().attack(evidence)
    #expect(try attack().attack(evidence) == first)
    evidence.context.random = RandomSource(seed: 99)
    #expect(try attack().attack(evidence) != first)
  }

  @Test("both sides have the same class counts") func classes() throws {
    // Class 0 has a tiny loss, class 1 a large one; members are mostly class 0, unseen samples mostly class 1.
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([0, 0, 0, 1], 160), .retainTrain: [0, 1], .forgetTest: [],
      .retainTest: AttackFixture.labels([0, 1, 1, 1], 160),
    ]
    let model = AttackFixture.model(labels: labels, classCount: 2, seed: 8) { _, label in (label == 0 ? 8 : -8, nil) }
    let found = try attack().attack(Evidence(target: model, context: AttackFixture.context([], 2)))
    // Forty of each class on either side.
    AttackFixture.expect(found.named("starting_kit")?.value, 0.5, tolerance: 0.16, "class gives nothing away")
    AttackFixture.expect(found.named("scrub")?.value, 0.5, tolerance: 0.16, "class gives nothing away")
  }

  @Test("equal losses give a caveat") func constant() throws {
    let labels: [Part: [Int]] = [
      .forgetTrain: AttackFixture.labels([0, 1], 60), .retainTrain: [0, 1], .forgetTest: [],
      .retainTest: AttackFixture.labels([0, 1], 60),
    ]
    let flat = ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map { part in
          let own = labels[part] ?? []
          let logits = own.flatMap { label -> [Float] in label == 0 ? [1, 0] : [0, 1] }
          return (part, AttackFixture.predictions(logits, own, classCount: 2, part: part))
        }))
    let found = try attack().attack(Evidence(target: flat, context: AttackFixture.context([], 2)))
    for measurement in found {
      #expect(measurement.caveat?.contains(DecisionCaveat.constant) == true, "\(measurement)")
    }
  }

  @Test("too few samples and logits that are not finite are errors") func refused() throws {
    let whole = evidence(classRequest: true, seen: 1, unseen: 1)
    var evidence = whole
    evidence.target = AttackFixture.emptying(whole.target, .forgetTest)
    #expect(throws: AttackError.emptyPart(.forgetTest)) { try attack().attack(evidence) }
    evidence.target = AttackFixture.replacing(whole.target, .forgetTrain, row: 5, with: -.infinity)
    #expect(throws: AttackError.notFinite("logits on 'forget_train'", row: 5)) { try attack().attack(evidence) }
    #expect { try attack { $0.testShare = 1 } } throws: {
      "\($0)" == "parameter 'test_share': must be in (0, 1), is 1"
    }
    #expect { try attack { $0.variants = [.scrub, .scrub] } } throws: {
      "\($0)" == "parameter 'variants': must name each variant once"
    }
  }
}
