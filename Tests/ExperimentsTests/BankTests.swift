import BuiltIns
import ConfigYAML
import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

@testable import Experiments

@Suite("banks of models beside the seeds") struct BankTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private static let experiment = SmallExperiment.tiny {
    $0.seeds = "[1, 4]"
    $0.bank = "{size: 6}"
    $0.forget = ["class: circle"]
    $0.methods = ["fine-tune: {training: {epochs: 1}}", "gradient-ascent: {training: {epochs: 1}}"]
    $0.attacks = ["ulira"]
    $0.metrics = ["accuracy", "total-variation", "energy-gap"]
  }

  private func seeds(_ plan: Plan, _ kind: StepKind, _ text: String) -> [String] {
    plan.steps.filter { $0.kind == kind && $0.label.contains(text) }
      .compactMap { $0.label.split(separator: " / ").last.map(String.init) }
  }

  @Test("the seeds of the file are the first models; the others have the smallest free seeds, and no cells")
  func seeds() throws {
    let plan = try Self.experiment.plan()
    let expected = [1, 4, 2, 3, 5, 6].map { "seed \($0)" }
    #expect(seeds(plan, .train, "original") == expected)
    #expect(seeds(plan, .unlearn, "/ retrain") == expected)
    #expect(seeds(plan, .unlearn, "fine-tune") == expected)
    #expect(Set(plan.cells.map(\.seed)) == [1, 4])
    let small = try Self.experiment.plan(overrides: ["bank.size=2"])
    #expect(seeds(small, .train, "original") == ["seed 1", "seed 4"])
  }

  @Test("a score of the bank is one step for all seeds, and its row has the same value for each") func score()
    async throws
  {
    let plan = try Self.experiment.plan()
    // Original, retrained and two methods.
    #expect(plan.steps.count { $0.label.contains("ulira") } == 4)
    #expect(plan.steps.contains { $0.label.hasSuffix("/ fine-tune / ulira / 6 models") })
    let store = try Store(at: folder.url.appending(path: "store"))
    #expect(try await Executor(plan, store: store, workers: 2, observer: Witness()).run().failed == 0)
    let (rows, missing) = try results(of: plan, store: store)
    #expect(missing.isEmpty)
    for method in ["fine-tune", "gradient-ascent", "original"] {
      let own = rows.filter { $0.method == method && $0.name == "ulira.accuracy" }
      #expect(own.map(\.seed) == [1, 4])
      #expect(Set(own.map(\.value)).count == 1)
    }
    #expect(
      Set(rows.filter { $0.method == "retrain" && $0.name.hasPrefix("ulira") }.map(\.name))
        == ["ulira.accuracy_half", "ulira.auc_half"])
    let table = try #require(try Report(experiment: "bank", rows: rows).analysis.tables.first)
    let place = try #require(table.measurements.firstIndex { $0.name == "ulira.accuracy" })
    let estimates = table.models.filter { $0.role == .unlearned }.compactMap { $0.estimates[place] }
    #expect(estimates.count == 2)
    // Two seeds, but six models: t is 2.571 at five degrees of freedom.
    for estimate in estimates {
      if let (width, deviation) = estimate.halfWidth.flatMap({ w in estimate.deviation.map { (w, $0) } }) {
        #expect(abs(width / deviation - 2.5706 / 6.0.squareRoot()) < 1e-3)
      }
    }
    #expect(estimates.contains { $0.halfWidth != nil })
    // Rows for other programs have numbers with the standard error of the table: s/√6 there, over two seeds here.
    for (method, estimate) in zip(["fine-tune", "gradient-ascent"], estimates) {
      let numbers = rows.filter { $0.method == method && $0.name == "ulira.accuracy" }.compactMap(\.spreadNumber)
      guard numbers.count == 2, let deviation = estimate.deviation, deviation > 0 else { continue }
      #expect(abs(abs(numbers[0] - numbers[1]) / 2 - deviation / 6.0.squareRoot()) < 1e-9)
    }
  }

  @Test("a larger bank trains the new models alone, and files share them") func growing() throws {
    let small = Set(try Self.experiment.plan().steps.map(\.key))
    let large = try Self.experiment.plan(overrides: ["bank.size=8"])
    let kinds: Set<StepKind> = [.train, .unlearn, .predict]
    let added = large.steps.filter { kinds.contains($0.kind) && !small.contains($0.key) }
    #expect(Set(added.compactMap { $0.label.split(separator: " / ").last }) == ["seed 7", "seed 8"])
    // A file whose seeds are 1 to 6 has the same models.
    let other = try Self.experiment.plan(overrides: ["seeds=[1, 2, 3, 4, 5, 6]", "bank.size=6"])
    let models = Set(other.steps.filter { kinds.contains($0.kind) }.map(\.key))
    #expect(models == Set(try Self.experiment.plan().steps.filter { kinds.contains($0.kind) }.map(\.key)))
  }

  @Test("a bank score needs the models of all seeds; an excluded seed is in no bank") func exclusions() throws {
    var experiment = Self.experiment
    experiment.exclude = ["{method: fine-tune, seed: 4}"]
    let partial = try experiment.plan()
    #expect(!partial.steps.contains { $0.label.contains("fine-tune / ulira") })
    #expect(partial.steps.contains { $0.label.contains("gradient-ascent / ulira") })
    let reason = "ulira of fine-tune needs its models of all 6 seeds of the bank; exclusions leave 5"
    #expect(partial.pruned.contains { $0.reason == reason }, "\(partial.pruned.map(\.reason))")
    experiment.exclude = ["{seed: 3}"]
    let smaller = try experiment.plan()
    #expect(seeds(smaller, .train, "original") == [1, 4, 2, 5, 6].map { "seed \($0)" })
    #expect(smaller.steps.contains { $0.label.hasSuffix("/ fine-tune / ulira / 5 models") })
  }

  @Test("the pseudo-values of crossed unlearning seeds are averaged, and unlike ones are none") func crossed() {
    var row = ReportRows.all[0]
    func mean(_ lists: [[Double]?]) -> [Double]? {
      lists.map { list in
        row.bankPseudoValues = list
        return row
      }.mean(of: \.bankPseudoValues)
    }
    #expect(mean([[1, 2], [3, 6]]) == [2, 4])
    #expect(mean([[1, 2], nil]) == nil && mean([[1, 2], [1]]) == nil && mean([nil]) == nil)
  }

  @Test("stored labels that no class has, and features of other rows, are damage") func forged() throws {
    func outputs(label: Int, features: Int) -> ModelOutputs {
      let predictions = Predictions(
        logits: Tensor(zeros: [2, 3]), features: Tensor(zeros: [features, 4]), labels: [0, label], indices: [0, 1])
      return ModelOutputs(Dictionary(uniqueKeysWithValues: Part.allCases.map { ($0, predictions) }))
    }
    #expect(throws: Never.self) { try OutputsFile.decode(OutputsFile.encode(outputs(label: 2, features: 2))) }
    for (label, features) in [(3, 2), (77, 2), (2, 3)] {
      #expect(throws: ExecutionError.self) {
        try OutputsFile.decode(OutputsFile.encode(outputs(label: label, features: features)))
      }
    }
  }

  @Test("pseudo-values of another number than the bank's are damage") func forgedCount() throws {
    var expected = ExpectedMeasurements(declared: BankGame.measures)
    expected.bankGroups = 6
    func check(_ count: Int) throws {
      let kind = BankGame.measures[0]
      let value = kind.value(0.5, spread: .pseudoValues([Double](repeating: 0.5, count: count)))
      try MeasurementError.check([value], expected: expected)
    }
    #expect(throws: Never.self) { try check(6) }
    for count in [0, 2, 7] { #expect(throws: MeasurementError.self) { try check(count) } }
  }

  @Test("what no attack or metric reads is not trained") func unread() async throws {
    let plan = try Self.experiment.plan(overrides: ["attacks=[mia-threshold]", "metrics=[accuracy]"])
    let store = try Store(at: folder.url.appending(path: "unread"))
    #expect(try await Executor(plan, store: store, workers: 2, observer: Witness()).run().failed == 0)
    let stored = plan.steps.filter { store.contains($0.key) }
    #expect(stored.count { $0.kind == .train } == 2)
  }

  @Test(
    "a bank that cannot be is an error at its place",
    arguments: [
      ("{size: 1}", "3:14: error: the models of the 2 seeds are the first of the bank, whose size is 1"),
      ("{size: 5000}", "3:14: error: a bank has at most 4096 models, found 5000"),
      ("{}", "3:7: error: the key 'size' is missing"), ("{size: 4, halfs: true}", "3:17: error: unknown key 'halfs'"),
    ])
  func refused(_ bank: String, _ expected: String) throws {
    var experiment = Self.experiment
    experiment.bank = bank
    let error = #expect(throws: DiagnosticList.self) { try experiment.plan() }
    let messages = error.map { "\($0)" } ?? ""
    #expect(messages.contains(expected), "\(messages)")
  }

  @Test("three models are the fewest that a bank attack judges") func tooFew() throws {
    let plan = try Self.experiment.plan(overrides: ["bank.size=2"])
    #expect(!plan.steps.contains { $0.label.contains("ulira") })
    #expect(plan.pruned.contains { $0.reason.contains("ulira needs 3 retrained models") })
  }
}
