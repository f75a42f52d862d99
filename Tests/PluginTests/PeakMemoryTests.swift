import PeakMemory
import Testing
import Unlearning

@Suite("peak-memory") struct PeakMemoryTests {
  @Test("the cost of the call, and nothing without a call") func cost() throws {
    var evidence = Evidence(
      target: AverageGapTests.empty, context: AttackFixture.context([], 2),
      cost: Cost(seconds: 1.5, peakBytes: 4096))
    let found = try UnlearningMemory().measure(evidence)
    #expect(found == [MeasuredValue("call", 4096, unit: .bytes, direction: .lower)])
    evidence.cost = nil
    #expect(try UnlearningMemory().measure(evidence) == [])
  }
}
