import JSON
import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("Group requests") struct GroupExperimentTests {
  /// The small experiment with one seed, groups, and a method that needs them.
  private static func groups(_ change: (inout SmallExperiment) -> Void = { _ in }) -> SmallExperiment {
    SmallExperiment {
      $0.seeds = "[1]"
      $0.data = ["shapes: {train_count: 300, test_count: 100, tint_correlation: 0.8}"]
      $0.forget = [request]
      $0.methods[0] = "fine-tune: {retain_sampling: reweight, training: {epochs: 1}}"
      $0.methods.append("random-labels: {training: {epochs: 1}}")
      $0.attacks = []
      $0.metrics = [
        "accuracy", "group-accuracy", "average-gap: {terms: [accuracy.retain_test, group-accuracy.forget_group]}",
      ]
      change(&$0)
    }
  }

  private static let request = "{group: {target: circle, sensitive: warm}, ratio: 0.5}"

  private func messages(_ old: String, _ new: String) -> String {
    let text = Self.groups().yaml
    #expect(text.contains(old), "the case is stale")
    do {
      _ = try SmallExperiment.load(text.replacing(old, with: new, maxReplacements: 1))
      return ""
    } catch {
      return error.description
    }
  }

  @Test(
    "are read in every form",
    arguments: [
      "{group: {target: 0, sensitive: 1}, ratio: 1}", "{group: {target: circle, sensitive: cool}, seed: 3}",
      "{group: [{target: circle, sensitive: warm}, {target: 3, sensitive: cool}], ratio: 0.1}",
      "{group: {target: [circle, star], sensitive: [warm, cool]}, ratio: 0.5}",
    ])
  func forms(request: String) { #expect(messages(Self.request, request) == "") }

  @Test(
    "errors name the problem and its position",
    arguments: [
      ("target: circle", "target: cirkle", "9:22: error: unknown class 'cirkle' (did you mean 'circle'?)"),
      ("sensitive: warm", "sensitive: worm", "9:41: error: unknown value of 'tint' 'worm' (did you mean 'warm'?)"),
      ("target: circle", "target: 10", "9:22: error: class 10 does not exist; classes are 0 to 9"),
      ("sensitive: warm", "sensitive: 2", "9:41: error: value of 'tint' 2 does not exist; values are 0 to 1"),
      ("ratio: 0.5", "ratio: 0", "9:55: error: 'ratio' must be in (0, 1], is 0"),
      ("ratio: 0.5", "rate: 0.5", "9:48: error: unknown key 'rate'; known: group, ratio, seed"),
      ("ratio: 0.5", "ratio: 0.5, seed: -1", "9:66: error: a seed is in [0, 9007199254740991], found -1"),
      ("target: circle, ", "", "9:13: error: a group is given by 'target' and 'sensitive'"),
      ("sensitive: warm", "sensitive: [warm, warm]", "error: value of 'tint' 'warm' is named twice"),
    ])
  func errors(old: String, new: String, message: String) {
    let found = messages(old, new)
    #expect(found.contains(message), "\(found)")
  }

  @Test("without groups in the data, probes that read them are skipped with the reason")
  func leftOut() throws {
    let plan = try Self.groups {
      $0.data = ["shapes: {train_count: 300, test_count: 100}"]
      $0.forget = ["class: circle"]
      $0.metrics.removeLast()
    }.plan()
    let reasons = plan.pruned.map(\.reason)
    #expect(reasons.contains("group-accuracy reads groups, and the data have no sensitive attribute"))
    #expect(reasons.contains("fine-tune reads groups, and the data have no sensitive attribute"))
  }

  @Test("the plan gives the group sizes before and after the request")
  func counts() throws {
    let lines = try Self.groups().plan().groupCounts()
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    #expect(line.hasPrefix("group circle/warm 0.5: training samples before → after: circle/warm "))
    let changes = line.split(separator: ": ").last?.split(separator: ", ") ?? []
    #expect(changes.count == 20)
    #expect(try SmallExperiment().plan().groupCounts().isEmpty)
  }

  @Test("a reweighting method is compared with reweighted retraining, others with plain retraining")
  func references() async throws {
    let folder = try StoreFolder()
    let plan = try Self.groups().plan()
    let labels = plan.cells.map { "\($0.method) \($0.variedParameters)\($0.role == .reference ? " (reference)" : "")" }
    #expect(
      labels == [
        "retrain  (reference)", "original ", "retrain retain_sampling=reweight (reference)",
        "original reference=reweight", "fine-tune ", "random-labels ",
      ])
    let store = try Store(at: folder.url.appending(path: "store"))
    let summary = try await Executor(
      plan, store: store, workers: 1, observer: Witness()
    ).run()
    #expect(summary.failed == 0, "\(summary.failures)")
    let rows = try results(of: plan, store: store).rows
    func value(_ method: String, _ varied: String = "", _ name: String = "accuracy.retain_test") -> ResultRow? {
      rows.first { $0.method == method && $0.variedParameters == varied && $0.name == name }
    }
    let plain = try #require(value("retrain")?.value)
    let reweighted = try #require(value("retrain", "retain_sampling=reweight")?.value)
    #expect(value("fine-tune")?.reference == reweighted)
    #expect(value("random-labels")?.reference == plain && value("original")?.reference == plain)
    #expect(value("original", "reference=reweight")?.reference == reweighted)
    #expect(value("original", "reference=reweight")?.value == value("original")?.value)
    #expect(rows.count { $0.name == "group-accuracy.forget_group" } == 6)
    #expect(value("retrain", "retain_sampling=reweight", "average-gap.gap") == nil, "one seed has no floor")
  }

  @Test("a file can set a method's reference without a second run of the method")
  func reference() throws {
    let plan = try Self.groups {
      $0.methods[0] = "fine-tune: {training: {epochs: 1}, reference: {sweep: [shuffle, reweight]}}"
    }.plan()
    let cells = plan.cells.filter { $0.method == "fine-tune" }
    #expect(cells.map(\.variedParameters) == ["", "reference=reweight"])
    #expect(cells.map { $0.parameters["reference"] } == [nil, "reweight"])
    let runs = plan.steps.filter { $0.kind == .unlearn && $0.label.contains("fine-tune") }
    #expect(runs.count == 1, "\(runs.map(\.label))")
    #expect(runs.first?.configuration["method"]?["parameters"]?["reference"] == nil)
    // Without the key, the step is the same.
    let plain = try Self.groups { $0.methods[0] = "fine-tune: {training: {epochs: 1}}" }.plan()
    #expect(plain.steps.map(\.key).contains(runs[0].key))
  }

  @Test("reweighted retraining can be compared with plain retraining, in a row of its own")
  func comparedRetraining() throws {
    let plan = try Self.groups { $0.methods[0] = "retrain: {retain_sampling: reweight, reference: shuffle}" }.plan()
    let cells = plan.cells.filter { $0.method == "retrain" }
    #expect(cells.map(\.variedParameters) == ["", "reference=shuffle"])
    #expect(cells.map(\.role) == [.reference, .unlearned])
  }

  @Test("an unknown reference is reported at its position")
  func unknownReference() {
    let found = messages("retain_sampling: reweight, ", "reference: reweigth, ")
    #expect(found.contains("11:28: error: unknown reference 'reweigth' (did you mean 'reweight'?)"), "\(found)")
  }

  @Test(
    "a draw with every seed of the grid",
    arguments: [
      (Self.request, "{group: {target: circle, sensitive: warm}, ratio: 0.5, seed: each}"),
      ("samples: {fraction: 0.2}", "samples: {fraction: 0.2, seed: each}"),
      ("samples: {count: 9}", "samples: {count: 9, seed: each}"),
    ])
  func eachSeed(request: String, each: String) throws {
    func settings(_ request: String) throws -> [Int: Int] {
      let plan = try Self.groups {
        ($0.seeds, $0.forget) = ("[4, 7]", [request])
        $0.metrics.removeLast()
      }.plan()
      var draws: [Int: Int] = [:]
      for step in plan.steps {
        guard step.kind == .unlearn, let seed = step.configuration["seed"]?.int else { continue }
        draws[seed] = step.configuration["forget_seed"]?.int
      }
      return draws
    }
    #expect(try settings(request) == [4: 0, 7: 0])
    #expect(try settings(each) == [4: 4, 7: 7])
  }

  @Test("probes that compare models on the same samples are skipped with one draw per seed")
  func eachSeedLeavesOut() throws {
    let plan = try Self.groups {
      $0.seeds = "[1, 2]"
      $0.forget = ["{group: {target: circle, sensitive: warm}, ratio: 0.5, seed: each}"]
      $0.metrics.append("total-variation")
    }.plan()
    let reason = "total-variation compares models on the same samples, and 'seed: each' forgets others with every seed"
    #expect(plan.pruned.filter { $0.reason == reason }.count == 1, "\(plan.pruned)")
    #expect(plan.cells.allSatisfy { !$0.probes.contains { $0.name == "total-variation" } })
    #expect(plan.cells.allSatisfy { $0.forget.hasSuffix(" seed each") })
    // The counts are the same for every draw, so there is one line.
    #expect(try plan.groupCounts().count == 1)
  }

  @Test("a seed is a number or 'each'", arguments: [("every", "9:66: error: 'seed' is an integer ≥ 0, or 'each'")])
  func badSeed(word: String, message: String) {
    let found = messages("ratio: 0.5", "ratio: 0.5, seed: \(word)")
    #expect(found.contains(message), "\(found)")
  }
}
