import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import Testing
import Unlearning

/// What a plan leaves out or refuses because of the sizes of a request's parts, before anything is trained.
@Suite("Sample counts of cells") struct PlanSizeTests {
  private let folder: StoreFolder
  init() throws { folder = try StoreFolder() }

  /// Three classes of pictures that are not decoded when a grid is planned; "anna" has none for tests.
  private func pictures(attacks: String, metrics: String) throws -> Plan {
    for (part, label) in [("train", "anna"), ("train", "bob"), ("train", "cleo"), ("test", "bob"), ("test", "cleo")] {
      for number in 0..<8 {
        let url = folder.url.appending(path: "pictures/\(part)/\(label)/\(number).png")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([1]).write(to: url)
      }
    }
    return try SmallExperiment.plan(
      """
      experiment: untested
      seeds: [1, 2]
      data:
        - image-folder: {root: '\(folder.url.path)', folder: pictures, size: 8, framing: stretch}
      architectures:
        - mlp: {hidden: [4]}
      training: {epochs: 1}
      forget: [class: anna]
      methods: [fine-tune]
      attacks: [\(attacks)]
      metrics: [\(metrics)]
      """)
  }

  @Test(
    "leave out what judges test samples of a forgotten class that has none, with the reason",
    arguments: [
      ("mia-nn", "accuracy", "mia-nn needs test samples of class anna, which has none"),
      ("mia-logistic", "accuracy", "mia-logistic needs test samples of class anna, which has none"),
      ("mia-forest", "accuracy", "mia-forest needs test samples of class anna, which has none"),
      ("mia-svc: {variants: [kodge]}", "accuracy", "mia-svc needs test samples of class anna, which has none"),
      (
        "mia-threshold: {variants: [loss, loss-auc]}", "accuracy",
        "mia-threshold needs test samples of class anna, which has none; leave 'loss-auc' out of 'variants'"
      ),
      (
        "mia-svc", "accuracy, total-variation",
        "total-variation needs test samples of class anna, which has none; "
          + "'parts: [forget_train]' measures training samples"
      ),
      (
        "mia-svc", "accuracy, energy-gap: {parts: [forget_test]}",
        "energy-gap needs test samples of class anna, which has none; 'parts: [forget_train]' measures training samples"
      ),
      (
        "mia-svc", "accuracy, average-gap: {terms: [accuracy.forget_test]}",
        "average-gap reads accuracy.forget_test, which is not measured here"
      ),
      (
        "mia-svc", "accuracy, tow: {terms: [mia-svc.kodge]}", "tow reads mia-svc.kodge, which is not measured here"
      ),
    ])
  func untested(attacks: String, metrics: String, reason: String) throws {
    let plan = try pictures(attacks: attacks, metrics: metrics)
    #expect(plan.pruned.map(\.reason) == [reason])
    let name = String(reason.prefix { $0 != " " })
    #expect(!plan.steps.contains { $0.label.contains(name) })
  }

  @Test("attacks and metrics for which training samples suffice are planned")
  func tested() throws {
    let plan = try pictures(
      attacks: "mia-svc, mia-threshold", metrics: "accuracy, total-variation: {parts: [forget_train, forget_test]}")
    #expect(plan.pruned.isEmpty, "\(plan.pruned)")
  }

  @Test(
    "leave out attacks and methods that the number of classes or samples does not allow",
    arguments: [
      (
        "- class: circle", "- class: [0, 1, 2, 3, 4, 5, 6, 7, 8]", "- mia-svc", "- mia-nn",
        "mia-nn needs test samples of two kept classes; one has some"
      ),
      (
        "test_count: 100", "test_count: 20", "- mia-svc", "- mia-nn: {minimum_class_samples: 3}",
        "mia-nn needs 3 samples of class ellipse in 'retain_test', which has 2; "
          + "lower 'minimum_class_samples', or add samples"
      ),
      (
        "- class: circle", "- samples: {count: 1}", "- mia-svc", "- mia-logistic",
        "mia-logistic needs two forget and two unseen samples of the same classes; there is 1 of each"
      ),
      (
        "hidden: [16]", "hidden: [16, 3]", "- rwft: {training: {epochs: 1}}", "- trw: {pca_rank: 4}",
        "trw has a 'pca_rank' of 4, and at most 3 directions can be kept here"
      ),
      (
        "hidden: [16]", "hidden: [16]", "- rwft: {training: {epochs: 1}}", "- trw: {pca_rank: 10}",
        "trw has a 'pca_rank' of 10, and at most 9 directions can be kept here"
      ),
    ])
  func tooFew(old: String, new: String, plugin: String, other: String, reason: String) throws {
    let text = SmallExperiment.text.replacing(old, with: new).replacing(plugin, with: other)
    let reasons = try SmallExperiment.plan(text).pruned.map(\.reason)
    #expect(reasons.contains(reason), "\(reasons)")
  }

  @Test("pca_rank can be the full rank")
  func fullRank() throws {
    let text = SmallExperiment.text.replacing("- rwft: {training: {epochs: 1}}", with: "- trw: {pca_rank: 9}")
    #expect(try SmallExperiment.plan(text).pruned.isEmpty)
  }

  @Test("a class that the file gives by number has its name in labels, cells and exclusions, and the same keys")
  func names() throws {
    let byNumber = SmallExperiment.text.replacing("class: circle", with: "class: 0")
    let (named, numbered) = (try SmallExperiment.plan(), try SmallExperiment.plan(byNumber))
    #expect(numbered.steps.map(\.label) == named.steps.map(\.label))
    #expect(numbered.steps.map(\.key) == named.steps.map(\.key))
    #expect(numbered.cells.allSatisfy { $0.forget == "class circle" })
    #expect(named.steps.contains { $0.label == "shapes / mlp / class circle / rwft / seed 1" })
    for value in ["0", "class 0", "circle", "class circle"] {
      let text = byNumber + "\nexclude:\n  - {forget: \(value), method: rwft}\n"
      #expect(!(try SmallExperiment.plan(text)).cells.contains { $0.method == "rwft" }, "\(value)")
    }
  }

  @Test("one class by name and by number is one request")
  func sameRequest() {
    let text = SmallExperiment.text.replacing("- class: circle", with: "- class: circle\n  - class: 0")
    let error = #expect(throws: DiagnosticList.self) { try SmallExperiment.load(text) }
    #expect(
      error?.diagnostics.map(\.message) == [
        "'class 0' and 'class circle' are the same forget request for 'shapes'"
      ])
  }

  @Test(
    "a term that nobody measures is found when the file is read, with the nearest name",
    arguments: [
      (
        "average-gap: {terms: [accuracy.retain_tset]}",
        "average-gap reads 'accuracy.retain_tset': accuracy: unknown measurement 'retain_tset' "
          + "(did you mean 'retain_test'?)"
      ),
      (
        "tow: {terms: [mia-svc.saluns]}",
        "tow reads 'mia-svc.saluns': mia-svc: unknown measurement 'saluns' (did you mean 'salun'?)"
      ),
      (
        "average-gap: {terms: [total-variation.forget_train]}",
        "average-gap reads 'total-variation.forget_train': total-variation: unknown measurement 'forget_train' "
      ),
    ])
  func unknownTerms(metric: String, message: String) {
    let text = SmallExperiment.text.replacing("total-variation]", with: "total-variation, \(metric)]")
    let error = #expect(throws: DiagnosticList.self) { try SmallExperiment.load(text) }
    let messages = error?.diagnostics.map(\.message) ?? []
    #expect(messages.count == 1)
    #expect(messages.first?.hasPrefix(message) == true, "\(messages)")
  }
}
