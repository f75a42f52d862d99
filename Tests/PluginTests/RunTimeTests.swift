import RunTime
import Testing
import Unlearning

@Suite("run-time") struct RunTimeTests {
  @Test("the cost of the call, and nothing without a call") func cost() throws {
    var evidence = Evidence(
      target: AverageGapTests.empty, context: AttackFixture.context([], 2),
      cost: Cost(seconds: 1.5, peakBytes: 4096))
    let found = try UnlearningTime().measure(evidence)
    #expect(found == [MeasuredValue("call", 1.5, unit: .seconds, direction: .lower)])
    evidence.cost = nil
    #expect(try UnlearningTime().measure(evidence) == [])
  }
}
