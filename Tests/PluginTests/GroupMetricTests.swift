import Data
import Engine
import EqualizedOdds
import GroupAccuracy
import TestSupport
import Testing
import TugOfWar
import Unlearning

@Suite struct GroupMetricTests {
  struct Golden: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      var classes: Int, values: Int
      var forgotten: [SampleGroup]
      var logits: [Float]
      var labels: [Int], sensitive: [Int]
      var groups: [String: Double]
      var worst: Double, forget_group: Double, equalized_odds: Double
      var testDescription: String { "\(classes) classes, \(values) values, \(forgotten.count) forgotten groups" }

      func evidence(test: [Int]? = nil, hasGroups: Bool = true, forgets: Bool = true) -> Evidence {
        let all = Predictions(
          logits: Tensor(logits, shape: [labels.count, classes]), features: nil, labels: labels,
          indices: Array(labels.indices))
        let kept = test.map(all.selecting) ?? all
        let outputs = ModelOutputs([
          .retainTrain: all, .forgetTrain: all, .retainTest: kept, .forgetTest: all.selecting([]),
        ])
        var context = AttackFixture.context([], classes)
        if hasGroups {
          context.groups = GroupContext(
            attribute: SensitiveAttribute(name: "value", valueNames: (0..<values).map { "V-\($0)" }),
            forgotten: forgets ? forgotten : [], train: sensitive, test: sensitive)
        }
        return Evidence(target: outputs, context: context)
      }
    }
    var cases: [Case]
  }

  private static func cases() throws -> [Golden.Case] { try GoldenFile.read(Golden.self, "groups").cases }

  @Test(arguments: try cases()) func agreesWithNumPy(golden: Golden.Case) throws {
    let found = try GroupwiseAccuracy().measure(golden.evidence())
    let values = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.value) })
    #expect(values.count == golden.classes * golden.values + 2)
    for (group, expected) in golden.groups {
      let parts = group.split(separator: "/")
      expectNumbers([values["class_\(parts[0])_v_\(parts[1])"] ?? .nan], [expected], within: 1e-12, group)
    }
    expectNumbers([values["worst"] ?? .nan], [golden.worst], within: 1e-12)
    expectNumbers([values["forget_group"] ?? .nan], [golden.forget_group], within: 1e-12)
    let gap = try EqualizedOddsGap().measure(golden.evidence())
    #expect(gap.map(\.name) == ["test"])
    expectNumbers(gap.map(\.value), [golden.equalized_odds], within: 1e-12)
  }

  @Test("groups whose names differ in signs or capitals alone have measurements of their own")
  func namesThatMeet() throws {
    var evidence = try Self.cases()[0].evidence()
    evidence.context.classNames = ["cat", "dog"]
    evidence.context.groups?.attribute = SensitiveAttribute(name: "status", valueNames: ["HER2+", "HER2-"])
    let metric = GroupwiseAccuracy()
    let expected = ["cat_her2_2b", "cat_her2_2d", "dog_her2_2b", "dog_her2_2d", "worst", "forget_group"]
    #expect(try metric.measure(evidence).map(\.name) == expected)
    evidence.context.groups?.attribute = SensitiveAttribute(name: "status", valueNames: ["Benign", "benign"])
    #expect(Set(try metric.measure(evidence).map(\.name)).count == 6)
  }

  @Test func needsGroupsAndAllCells() throws {
    let (binary, larger) = try (Self.cases()[0], Self.cases()[1])
    for metric: any Metric in [GroupwiseAccuracy(), EqualizedOddsGap()] {
      #expect(throws: AttackError.self) { try metric.measure(binary.evidence(hasGroups: false)) }
    }
    let odds = EqualizedOddsGap()
    #expect(throws: AttackError.self) { try odds.measure(larger.evidence(forgets: false)) }
    let oneValue = binary.labels.indices.filter { binary.sensitive[$0] == 0 }
    #expect(throws: AttackError.self) { try odds.measure(binary.evidence(test: oneValue)) }
    // Without a group request there is no forget group, and nothing else is missing.
    let names = try GroupwiseAccuracy().measure(binary.evidence(forgets: false)).map(\.name)
    #expect(names.count == 5 && !names.contains("forget_group"))
  }

  @Test func tugOfWarIsAProduct() throws {
    var evidence = try Self.cases()[0].evidence()
    evidence.measurements = ["accuracy.forget_train": 0.5, "accuracy.retain_train": 0.9, "accuracy.retain_test": 0.8]
    evidence.referenceMeasurements = [
      "accuracy.forget_train": 0.3, "accuracy.retain_train": 1, "accuracy.retain_test": 0.8,
    ]
    let metric = try TugOfWarScore(TugOfWarScore())
    expectNumbers(try metric.measure(evidence).map(\.value), [0.8 * 0.9], within: 1e-12)
    var retrained = evidence
    retrained.otherReferenceMeasurements = [evidence.referenceMeasurements, evidence.measurements]
    expectNumbers(try metric.measure(retrained).map(\.value), [(0.8 * 0.9 + 1) / 2], within: 1e-12)
    evidence.measurements["accuracy.retain_test"] = nil
    #expect(throws: AttackError.self) { try metric.measure(evidence) }
  }
}
