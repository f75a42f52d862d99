import Engine
import ForestMIA
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
    var tree: Tree
    var forest: Forest
  }

  @Test func oneTreeIsThatOfScikitLearn() throws {
    let golden = try golden(Golden.self, topic: "forest").tree
    let forest = try SingleFeatureForest(
      positives: golden.positives, negatives: golden.negatives, count: 1, bootstraps: false,
      random: RandomSource(seed: 1))
    expectNumbers(golden.queries.map { forest.share(of: $0) }, golden.shares, within: 1e-12)
  }

  /// Bootstraps are drawn by other random numbers, so forests agree as those of two seeds do.
  @Test func forestsAgreeInDistribution() throws {
    let golden = try golden(Golden.self, topic: "forest").forest
    let forest = try SingleFeatureForest(
      positives: golden.members, negatives: golden.non_members, count: 100, random: RandomSource(seed: 1))
    let judged = golden.judged.map { forest.share(of: $0) }
    let value = Double(judged.count { $0 <= 0.5 }) / Double(judged.count)
    #expect(abs(value - golden.value) < 0.01 + 4 * golden.value_deviation, "\(value), scikit-learn \(golden.value)")
    let area = try ROCCurve(positives: judged, negatives: golden.non_members.map { forest.share(of: $0) }).area
    #expect(abs(area - golden.area) < 4 * golden.area_deviation, "\(area), scikit-learn \(golden.area)")
  }

  @Test func firstTreesAreASmallerForest() throws {
    let golden = try golden(Golden.self, topic: "forest").tree
    func forest(_ count: Int) throws -> SingleFeatureForest {
      try SingleFeatureForest(
        positives: golden.positives, negatives: golden.negatives, count: count, random: RandomSource(seed: 2))
    }
    let (small, large) = (try forest(5), try forest(20))
    for query in golden.queries { #expect(small.share(of: query) == large.share(of: query, trees: 5)) }
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
      let found = try ForestAttack(ForestAttack.Parameters()).attack(evidence)
      return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.value) })
    }
    let known = try measure(outputs(forgetIsKnown: true)), unknown = try measure(outputs(forgetIsKnown: false))
    #expect(known["loss", default: 1] < 0.2 && unknown["loss", default: 0] > 0.7)
    #expect(known["loss_auc", default: 0] > 0.9 && abs(unknown["loss_auc", default: 0] - 0.5) < 0.3)
  }
}
