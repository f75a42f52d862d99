import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import Testing
import Unlearning

@Suite("Requests of groups") struct GroupExperimentTests {
  static let text = """
    experiment: groups
    seeds: [1]
    data:
      - shapes: {train_count: 300, test_count: 100, tint_correlation: 0.8}
    architectures:
      - mlp: {hidden: [16]}
    training: {epochs: 2, learning_rate: 0.05}
    forget:
      - {group: {target: circle, sensitive: warm}, ratio: 0.5}
    methods:
      - fine-tune: {retain_sampling: reweight, training: {epochs: 1}}
      - rwft: {training: {epochs: 1}}
      - random-labels: {training: {epochs: 1}}
    metrics: [accuracy, group-accuracy, average-gap: {terms: [accuracy.retain_test, group-accuracy.forget_group]}]
    """

  private static let request = "{group: {target: circle, sensitive: warm}, ratio: 0.5}"

  private func messages(_ old: String, _ new: String) -> String {
    #expect(Self.text.contains(old), "the case is stale")
    do {
      _ = try SmallExperiment.load(Self.text.replacing(old, with: new, maxReplacements: 1))
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
    "say what is wrong and where",
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

  @Test("without groups in the data, what reads them is left out with the reason")
  func leftOut() throws {
    let text = Self.text.replacing(Self.request, with: "class: circle").replacing(", tint_correlation: 0.8", with: "")
      .replacing(", average-gap: {terms: [accuracy.retain_test, group-accuracy.forget_group]}", with: "")
    let plan = try SmallExperiment.plan(text)
    let reasons = plan.pruned.map(\.reason)
    #expect(reasons.contains("group-accuracy reads groups, and the data have no sensitive attribute"))
    #expect(reasons.contains("fine-tune reads groups, and the data have no sensitive attribute"))
  }

  @Test("the plan counts the groups before and after")
  func counts() throws {
    let lines = try SmallExperiment.plan(Self.text).groupCounts()
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    #expect(line.hasPrefix("group 0/0 0.5: training samples before → after: circle/warm "))
    let changes = line.split(separator: ": ").last?.split(separator: ", ") ?? []
    #expect(changes.count == 20)
    #expect(try SmallExperiment.plan().groupCounts().isEmpty)
  }

  @Test("a reweighting method is compared with reweighted retraining, others with plain retraining")
  func references() async throws {
    let folder = try StoreFolder()
    let plan = try SmallExperiment.plan(Self.text)
    let labels = plan.cells.map { "\($0.method) \($0.variedParameters)\($0.isReference ? " (reference)" : "")" }
    #expect(
      labels == [
        "retrain  (reference)", "original ", "retrain retain_sampling=reweight (reference)", "fine-tune ",
        "random-labels ",
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
    #expect(rows.count { $0.name == "group-accuracy.forget_group" } == 5)
    #expect(value("retrain", "retain_sampling=reweight", "average-gap.gap")?.value == 0)
  }
}
