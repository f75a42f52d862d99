import Engine
import Testing
import Unlearning
import UnlearningTesting
import WeightShrinking

@Suite struct WeightShrinkingTests {
  /// Same seed, same bits; finite; needs declared; stops when cancelled; and so on.
  @Test func obeysTheLawsOfEveryPluginAndMethod() throws {
    let problem = try TinyProblem()
    #expect(PluginLaws.violations(of: WeightShrinking.self).isEmpty)
    #expect(try MethodLaws.violations(of: WeightShrinking.self, on: problem).isEmpty)
  }
}
