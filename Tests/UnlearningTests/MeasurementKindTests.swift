import Testing
import Unlearning

@Suite("kinds of measurements") struct MeasurementKindTests {
  private let kinds = ["<part>", "<part>_p", "worst", "<part>_within", "loss_<feature>_auc"].map {
    MeasurementKind($0, direction: .lower, meaning: "anything")
  }

  @Test(
    "a name belongs to the kind that fixes most of it",
    arguments: [
      ("forget_test", "<part>"), ("forget_test_p", "<part>_p"), ("a_within", "<part>_within"), ("worst", "worst"),
      ("worst_p", "<part>_p"), ("loss_entropy_auc", "loss_<feature>_auc"), ("loss_auc", "<part>"),
      // The placeholder matches at least one character, and a fixed end does not overlap a fixed start.
      ("_p", "<part>"), ("loss__auc", "<part>"),
    ])
  func kindOfName(name: String, kind: String) { #expect(kinds.kind(of: name)?.name == kind) }

  @Test func aNameOfNoKind() {
    #expect(kinds.dropFirst().kind(of: "best") == nil)
    #expect(kinds.kind(of: "") == nil)
  }

  @Test func valuesHaveTheFactsOfTheirKind() {
    let kind = MeasurementKind(
      "<part>_time", unit: .seconds, direction: .higher, reference: .none, meaning: "how long it takes")
    let value = kind.named("forget").value(2, perSample: [1, 3], spread: .unknown, caveat: "one machine")
    #expect(
      value
        == MeasuredValue(
          "forget_time", 2, unit: .seconds, direction: .higher, reference: .none, perSample: [1, 3], spread: .unknown,
          caveat: "one machine"))
    #expect(kind.describes(value))
    let changes: [(inout MeasuredValue) -> Void] = [
      { $0.unit = .bytes }, { $0.direction = .lower }, { $0.reference = .retrained },
    ]
    for change in changes {
      var other = value
      change(&other)
      #expect(!kind.describes(other))
    }
  }

  @Test func rangesFollowTheUnit() {
    #expect(MeasurementKind("a", direction: .lower, meaning: "a fraction").range == 0...1)
    #expect(MeasurementKind("a", unit: .bytes, direction: .lower, meaning: "bytes").range == 0...1e18)
    #expect(MeasurementKind("a", range: -1...1, direction: .lower, meaning: "a gap").range == -1...1)
  }
}
