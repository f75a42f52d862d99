import Accuracy
import Data
import ForgetConfusion
import TestSupport
import Testing
import Unlearning

@Suite("forget-confusion") struct ForgetConfusionTests {
  struct Golden: Decodable {
    var target: [Double]
    var retrained: [[Double]]
  }

  private let metric = ForgottenClassConfusion()

  @Test("of two samples one is predicted as each of two other classes") func byHand() throws {
    let outputs = ModelOutputs(
      Dictionary(
        uniqueKeysWithValues: Part.allCases.map {
          ($0, AttackFixture.predictions([0, 3, 1, 0, 2, 5], [0, 0], classCount: 3, part: $0))
        }))
    var context = AttackFixture.context([0], 3)
    context.classNames = ["Cat V-1", "dog", "Cat V+1"]
    let found = try metric.measure(Evidence(target: outputs, context: context))
    #expect(found.map(\.name) == ["cat_v_2d1", "dog", "cat_v_2b1"])
    #expect(found.map(\.value) == [0, 0.5, 0.5])
    #expect(found.allSatisfy { $0.direction == .nearest && $0.reference == .retrained })
    var cell = CellSizes.everything
    cell.classNames = context.classNames
    #expect(metric.measurementNames(in: cell) == Set(found.map(\.name)))
  }

  @Test("agrees with scikit-learn, and with the accuracy of the forgotten class") func scikitLearn() throws {
    let golden = try GoldenFile.read(Golden.self, "forget-confusion")
    let bank = try AttackFixture.golden("class_request")
    let evidence = [bank.evidence()] + bank.retrained.indices.map { bank.evidence(ofRetrained: $0) }
    for (evidence, expected) in zip(evidence, [golden.target] + golden.retrained) {
      let found = try metric.measure(evidence)
      AttackFixture.expect(found.map(\.value), expected, tolerance: 1e-12, "row")
      let accuracy = try SplitAccuracy().measure(evidence).named("forget_test")
      #expect(found[bank.forgottenClasses[0]].value == accuracy?.value)
    }
  }

  @Test("is for one class that has test samples") func served() throws {
    #expect(RequestKind.allCases.filter(metric.serves) == [.oneClass])
    var cell = CellSizes.everything
    #expect(metric.obstacle(in: cell) == nil)
    cell.counts[.forgetTest] = [0, 0, 0]
    #expect(metric.obstacle(in: cell) == "needs test samples of class a, which has none")
    var evidence = try AttackFixture.golden("class_request").evidence()
    evidence.target = AttackFixture.emptying(evidence.target, .forgetTest)
    #expect(throws: AttackError.emptyPart(.forgetTest)) { try metric.measure(evidence) }
  }
}
