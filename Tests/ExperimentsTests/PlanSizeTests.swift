import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

/// Cells that a plan skips or rejects because of sample counts, before any training.
@Suite("Sample counts of cells") struct PlanSizeTests {
  private let folder: StoreFolder
  init() throws { folder = try StoreFolder() }

  /// Three classes of pictures that are not decoded when a grid is planned; "anna" has none for tests.
  private func pictures(attacks: [String], metrics: [String]) throws -> Plan {
    for (part, label) in [("train", "anna"), ("train", "bob"), ("train", "cleo"), ("test", "bob"), ("test", "cleo")] {
      for number in 0..<8 {
        let url = folder.url.appending(path: "pictures/\(part)/\(label)/\(number).png")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([1]).write(to: url)
      }
    }
    return try SmallExperiment.tiny {
      $0.data = ["image-folder: {root: '\(folder.url.path)', folder: pictures, size: 8, framing: stretch}"]
      $0.forget = ["class: anna"]
      ($0.attacks, $0.metrics) = (attacks, metrics)
    }.plan()
  }

  @Test(
    "leave out what judges test samples of a forgotten class that has none, with the reason",
    arguments: [
      ("mia-nn", nil, "mia-nn needs test samples of class anna, which has none"),
      ("mia-logistic", nil, "mia-logistic needs test samples of class anna, which has none"),
      ("mia-forest", nil, "mia-forest needs test samples of class anna, which has none"),
      ("mia-svc: {variants: [kodge]}", nil, "mia-svc needs test samples of class anna, which has none"),
      (
        "mia-threshold: {variants: [loss, loss-auc]}", nil,
        "mia-threshold needs test samples of class anna, which has none; leave 'loss-auc' out of 'variants'"
      ),
      (
        "mia-svc", "total-variation",
        "total-variation needs test samples of class anna, which has none; "
          + "'parts: [forget_train]' measures training samples"
      ),
      (
        "mia-svc", "energy-gap: {parts: [forget_test]}",
        "energy-gap needs test samples of class anna, which has none; 'parts: [forget_train]' measures training samples"
      ),
      (
        "mia-svc", "average-gap: {terms: [accuracy.forget_test]}",
        "average-gap reads accuracy.forget_test, which is not measured here"
      ),
      (
        "mia-svc", "tow: {terms: [mia-svc.kodge]}", "tow reads mia-svc.kodge, which is not measured here"
      ),
    ] as [(String, String?, String)])
  func untested(attack: String, metric: String?, reason: String) throws {
    let plan = try pictures(attacks: [attack], metrics: ["accuracy"] + (metric.map { [$0] } ?? []))
    #expect(plan.pruned.map(\.reason) == [reason])
    let name = String(reason.prefix { $0 != " " })
    #expect(!plan.steps.contains { $0.label.contains(name) })
  }

  @Test("attacks and metrics for which training samples suffice are planned")
  func tested() throws {
    let plan = try pictures(
      attacks: ["mia-svc", "mia-threshold"],
      metrics: ["accuracy", "total-variation: {parts: [forget_train, forget_test]}"])
    #expect(plan.pruned.isEmpty, "\(plan.pruned)")
  }

  @Test(
    "leave out attacks and methods that the number of classes or samples does not allow",
    arguments: [
      (
        SmallExperiment { ($0.forget, $0.attacks) = (["class: [0, 1, 2, 3, 4, 5, 6, 7, 8]"], ["mia-nn"]) },
        "mia-nn needs test samples of two kept classes; one has some"
      ),
      (
        SmallExperiment {
          $0.data = ["shapes: {train_count: 300, test_count: 20}"]
          $0.attacks = ["mia-nn: {minimum_class_samples: 3}"]
        },
        "mia-nn needs 3 samples of class ellipse in 'retain_test', which has 2; "
          + "lower 'minimum_class_samples', or add samples"
      ),
      (
        SmallExperiment { ($0.forget, $0.attacks) = (["samples: {count: 1}"], ["mia-logistic"]) },
        "mia-logistic needs two forget and two unseen samples of the same classes; there is 1 of each"
      ),
      (
        SmallExperiment { ($0.architectures, $0.methods) = (["mlp: {hidden: [16, 3]}"], ["trw: {pca_rank: 4}"]) },
        "trw has a 'pca_rank' of 4, and at most 3 directions can be kept here"
      ),
      (
        SmallExperiment { $0.methods = ["trw: {pca_rank: 10}"] },
        "trw has a 'pca_rank' of 10, and at most 9 directions can be kept here"
      ),
    ])
  func tooFew(experiment: SmallExperiment, reason: String) throws {
    let reasons = try experiment.plan().pruned.map(\.reason)
    #expect(reasons.contains(reason), "\(reasons)")
  }

  @Test("pca_rank can be the full rank")
  func fullRank() throws {
    #expect(try SmallExperiment { $0.methods = ["trw: {pca_rank: 9}"] }.plan().pruned.isEmpty)
  }

  @Test("a class that the file gives by number has its name in labels, cells and exclusions, and the same keys")
  func names() throws {
    var byNumber = SmallExperiment { $0.forget = ["class: 0"] }
    let (named, numbered) = (try SmallExperiment().plan(), try byNumber.plan())
    #expect(numbered.steps.map(\.label) == named.steps.map(\.label))
    #expect(numbered.steps.map(\.key) == named.steps.map(\.key))
    #expect(numbered.cells.allSatisfy { $0.forget == "class circle" })
    #expect(named.steps.contains { $0.label == "shapes / mlp / class circle / rwft / seed 1" })
    for value in ["0", "class 0", "circle", "class circle"] {
      byNumber.exclude = ["{forget: \(value), method: rwft}"]
      #expect(!(try byNumber.plan()).cells.contains { $0.method == "rwft" }, "\(value)")
    }
  }

  @Test("one class by name and by number is one request")
  func sameRequest() {
    let experiment = SmallExperiment { $0.forget.append("class: 0") }
    let error = #expect(throws: DiagnosticList.self) { try experiment.load() }
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
    let experiment = SmallExperiment { $0.metrics.append(metric) }
    let error = #expect(throws: DiagnosticList.self) { try experiment.load() }
    let messages = error?.diagnostics.map(\.message) ?? []
    #expect(messages.count == 1)
    #expect(messages.first?.hasPrefix(message) == true, "\(messages)")
  }
}
