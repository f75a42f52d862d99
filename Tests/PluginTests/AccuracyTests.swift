import Accuracy
import Testing
import Unlearning

@Suite("accuracy") struct AccuracyTests {
  @Test("agrees with NumPy; parts without samples have no value", arguments: ["class_request", "sample_request"])
  func numPy(file: String) throws {
    let golden = try AttackFixture.golden(file)
    let expected = try #require(golden.accuracy)
    let found = try SplitAccuracy().measure(golden.evidence())
    let names = ["retain_train", "retain_test", "forget_train", "forget_test"]
    #expect(found.map(\.name) == (file == "class_request" ? names : Array(names.prefix(3))))
    for measurement in found {
      AttackFixture.expect(measurement.value, expected[measurement.name], measurement.name)
      #expect(measurement.direction == (measurement.name.hasPrefix("retain") ? .higher : .nearest))
      #expect(measurement.reference == .retrained && measurement.unit == .fraction)
    }
  }

  @Test("two of three") func byHand() throws {
    let labels: [Part: [Int]] = [.forgetTrain: [0], .retainTrain: [0, 1, 1], .forgetTest: [], .retainTest: [1]]
    let logits: [Part: [Float]] = [
      .forgetTrain: [0, 1], .retainTrain: [2, 1, 0, 1, 5, 4], .forgetTest: [], .retainTest: [0, 1],
    ]
    let model = ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map {
          ($0, AttackFixture.predictions(logits[$0] ?? [], labels[$0] ?? [], classCount: 2, part: $0))
        }))
    let evidence = Evidence(target: model, context: AttackFixture.context([], 2))
    let found = try SplitAccuracy().measure(evidence)
    AttackFixture.expect(found.named("retain_train")?.value, 2.0 / 3, "retain_train")
    #expect(found.named("retain_test")?.value == 1)
    #expect(found.named("forget_train")?.value == 0)
    var broken = evidence
    broken.target = AttackFixture.replacing(model, .retainTrain, row: 1, with: .nan)
    #expect(throws: AttackError.notFinite("logits on 'retain_train'", row: 1)) {
      try SplitAccuracy().measure(broken)
    }
  }
}
