import Testing
import Unlearning

@Suite("membership threshold") struct ThresholdClassifierTests {
  @Test("the best threshold by hand") func byHand() {
    #expect(MembershipThreshold.best(members: [0.9, 0.8, 0.3], nonMembers: [0.1, 0.2, 0.85]) == 0.3)
    #expect(MembershipThreshold.best(members: [2], nonMembers: [1]) == 2)
    #expect(MembershipThreshold.best(members: [-1, -2], nonMembers: [-3]) == -2)
  }

  @Test("of equally good thresholds the first score in the order members, non-members") func ties() {
    // 5 keeps one of two members and refuses both others; 1 keeps both and refuses one of two.
    #expect(MembershipThreshold.best(members: [5, 1], nonMembers: [0, 2]) == 5)
    #expect(MembershipThreshold.best(members: [1, 5], nonMembers: [0, 2]) == 1)
    #expect(MembershipThreshold.best(members: [1, 1], nonMembers: [1, 1]) == 1)
  }

  @Test("a side without samples has no threshold") func empty() {
    #expect(MembershipThreshold.best(members: [], nonMembers: [1]) == nil)
    #expect(MembershipThreshold.best(members: [1], nonMembers: []) == nil)
  }

  @Test("is as good as trying every score", arguments: 0..<20) func exhaustive(seed: Int) throws {
    // A small congruential sequence with many equal numbers.
    var state = UInt64(seed) &* 7919 &+ 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 60)
    }
    let members = (0..<12).map { _ in next() + 2 }
    let others = (0..<9).map { _ in next() }
    let accuracy = { (threshold: Double) in
      0.5 * (Double(members.count { $0 >= threshold }) / 12 + Double(others.count { $0 < threshold }) / 9)
    }
    let threshold = try #require(MembershipThreshold.best(members: members, nonMembers: others))
    let best = (members + others).map(accuracy).max()
    #expect(accuracy(threshold) == best)
    #expect((members + others).first { accuracy($0) == best } == threshold)
  }
}
