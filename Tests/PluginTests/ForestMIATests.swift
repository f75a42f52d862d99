import Data
import Engine
import ForestMIA
import TestSupport
import Testing
import Unlearning

@Suite struct ForestMIATests {
  struct Golden: Decodable {
    struct Tree: Decodable {
      var positives: [Double], negatives: [Double], queries: [Double], shares: [Double]
    }
    struct Forest: Decodable {
      var members: [Double], non_members: [Double], judged: [Double]
      var value: Double, value_deviation: Double, area: Double, area_deviation: Double
    }
    struct Weighted: Decodable {
      var positives: [Double], negatives: [Double], weights: [Double]
      var area: Double
    }
    var tree: Tree
    var forest: Forest
    var weighted: Weighted
  }

  @Test func oneTreeIsThatOfScikitLearn() throws {
    let golden = try GoldenFile.read(Golden.self, "forest").tree
    let forest = try SingleFeatureForest(
      positives: golden.positives, negatives: golden.negatives, count: 1, bootstraps: false,
      random: RandomSource(seed: 1))
    expectNumbers(golden.queries.map { forest.share(of: $0) }, golden.shares, within: 1e-12)
  }

  /// Bootstraps are drawn by other random numbers, so forests agree as those of two seeds do.
  @Test func forestsAgreeInDistribution() throws {
    let golden = try GoldenFile.read(Golden.self, "forest").forest
    let forest = try SingleFeatureForest(
      positives: golden.members, negatives: golden.non_members, count: 100, random: RandomSource(seed: 1))
    let judged = golden.judged.map { forest.share(of: $0) }
    let value = Double(judged.count { $0 <= 0.5 }) / Double(judged.count)
    #expect(abs(value - golden.value) < 0.01 + 4 * golden.value_deviation, "\(value), scikit-learn \(golden.value)")
    let area = try ROCCurve(positives: judged, negatives: golden.non_members.map { forest.share(of: $0) }).area
    #expect(abs(area - golden.area) < 4 * golden.area_deviation, "\(area), scikit-learn \(golden.area)")
  }

  @Test func firstTreesAreASmallerForest() throws {
    let golden = try GoldenFile.read(Golden.self, "forest").tree
    func forest(_ count: Int) throws -> SingleFeatureForest {
      try SingleFeatureForest(
        positives: golden.positives, negatives: golden.negatives, count: count, random: RandomSource(seed: 2))
    }
    let (small, large) = (try forest(5), try forest(20))
    for query in golden.queries { #expect(small.share(of: query) == large.share(of: query, trees: 5)) }
  }

  @Test("negatives may count unequally, as in scikit-learn") func weightedArea() throws {
    let golden = try GoldenFile.read(Golden.self, "forest").weighted
    let curve = try ROCCurve(
      positives: golden.positives, negatives: golden.negatives, negativeWeights: golden.weights)
    AttackFixture.expect(curve.area, golden.area, "weighted area")
    let plain = try ROCCurve(positives: golden.positives, negatives: golden.negatives)
    #expect(abs(plain.area - golden.area) > 0.005, "the weights matter")
  }

  /// Forgotten samples that are exchangeable with test samples, for a model that knows its members.
  @Test("a model without the forget set has an AUC of 1/2", arguments: [UInt64(1), 2, 3, 4])
  func exchangeable(seed: UInt64) throws {
    // Classes 0 (low losses) and 1 (high losses); the forget set is composed otherwise than the test set.
    let labels: [Part: [Int]] = [
      .retainTrain: AttackFixture.labels([0, 1], 1200), .forgetTrain: AttackFixture.labels([0, 0, 0, 1], 400),
      .retainTest: AttackFixture.labels([0, 1], 800), .forgetTest: [],
    ]
    let model = AttackFixture.model(labels: labels, classCount: 2, seed: seed) { part, label in
      (part == .retainTrain ? 4 : label == 0 ? 2 : 0, nil)
    }
    let found = try ForestAttack(ForestAttack()).attack(
      Evidence(target: model, context: AttackFixture.context([], 2, seed: seed)))
    // 400 against 400, of which the 200 of class 0 have weight 1.5: four standard deviations of the area are .093.
    AttackFixture.expect(found.named("loss_auc")?.value, 0.5, tolerance: 0.093, "seed \(seed)")
    #expect(found.named("loss_auc")?.caveat == nil)
  }

  @Test("groups with test samples are matched, those without give a caveat") func groups() throws {
    let labels: [Part: [Int]] = [
      .retainTrain: AttackFixture.labels([0, 1], 1000), .forgetTrain: AttackFixture.labels([0], 300),
      .retainTest: AttackFixture.labels([0, 1], 1000), .forgetTest: [],
    ]
    // Group 1 of class 0 has high losses; it is a quarter of the class's test samples and all of the forget set.
    func sensitive(_ place: Int) -> Int { place % 8 == 0 ? 1 : 0 }
    let whole = AttackFixture.model(labels: labels, classCount: 2, seed: 6) { part, _ in
      (part == .retainTrain ? 5 : 3, nil)
    }
    var outputs = whole
    for (part, rows) in [(Part.retainTest, (0..<1000).filter { sensitive($0) == 1 }), (.forgetTrain, Array(0..<300))] {
      for row in rows {
        outputs = AttackFixture.replacing(outputs, part, row: row, with: whole[part].logits[row, 0] - 4)
      }
    }
    var context = AttackFixture.context([], 2)
    let train = (0..<100_300).map { $0 >= 100_000 ? 1 : 0 }
    context.groups = GroupContext(
      attribute: SensitiveAttribute(name: "hat", valueNames: ["no", "yes"]),
      forgotten: [SampleGroup(target: 0, sensitive: 1)],
      train: train, test: (0..<1000).map(sensitive))
    let attack = try ForestAttack(ForestAttack())
    let matched = try attack.attack(Evidence(target: outputs, context: context))
    // 300 against about 62 held-out samples of the group: four standard deviations are .16.
    AttackFixture.expect(matched.named("loss_auc")?.value, 0.5, tolerance: 0.16, "matched")
    context.groups = nil
    let unmatched = try attack.attack(Evidence(target: outputs, context: context))
    #expect(try #require(unmatched.named("loss_auc")).value < 0.3, "\(unmatched)")
  }

  @Test("losses outside the range of the fitted ones are counted and give a caveat") func beyond() throws {
    let labels: [Part: [Int]] = [
      .retainTrain: AttackFixture.labels([1, 2], 400), .forgetTrain: AttackFixture.labels([0], 100),
      .retainTest: AttackFixture.labels([1, 2], 200), .forgetTest: AttackFixture.labels([0], 100),
    ]
    // A retrained model gives the class that it never saw a probability of about e^-20.
    let model = AttackFixture.model(labels: labels, classCount: 3, seed: 3) { part, label in
      (label == 0 ? -20 : part == .retainTrain ? 5 : 3, nil)
    }
    let found = try ForestAttack(ForestAttack()).attack(
      Evidence(target: model, context: AttackFixture.context([0], 3)))
    #expect(found.named("loss_beyond")?.value == 1)
    for name in ["loss", "loss_auc"] {
      #expect(found.named(name)?.caveat?.contains("lie beyond all fitted ones") == true, "\(name)")
    }
    #expect(found.named("loss_auc")?.value == 0.5, "one constant for both sides")
  }

  @Test func tellsMembersFromOthers() throws {
    func outputs(forgetIsKnown: Bool) -> ModelOutputs {
      AttackFixture.model(
        labels: [
          .retainTrain: AttackFixture.labels([0, 1], 600), .forgetTrain: AttackFixture.labels([0, 1], 200),
          .retainTest: AttackFixture.labels([0, 1], 300), .forgetTest: [],
        ], classCount: 2, seed: 3
      ) { part, _ in
        (part == .retainTrain || (part == .forgetTrain && forgetIsKnown) ? 6 : 0, nil)
      }
    }
    func measure(_ outputs: ModelOutputs) throws -> [String: Double] {
      let evidence = Evidence(target: outputs, context: AttackFixture.context([], 2))
      let found = try ForestAttack(ForestAttack()).attack(evidence)
      return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.value) })
    }
    let known = try measure(outputs(forgetIsKnown: true)), unknown = try measure(outputs(forgetIsKnown: false))
    #expect(known["loss", default: 1] < 0.2 && unknown["loss", default: 0] > 0.7)
    #expect(known["loss_auc", default: 0] > 0.9 && abs(unknown["loss_auc", default: 0] - 0.5) < 0.14)
  }

  @Test func refusesToTryNoForest() {
    var parameters = ForestAttack()
    parameters.trees = []
    let error = #expect(throws: ParameterError.self) { try ForestAttack(parameters) }
    #expect(error?.problems.map(\.parameter) == ["trees"])
  }
}
