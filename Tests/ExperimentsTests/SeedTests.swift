import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("seeds of training, unlearning and draws") struct SeedTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private static let crossed = SmallExperiment { $0.seeds = "{training: [1, 2, 3], unlearning: [1, 7]}" }

  private func count(_ plan: Plan, _ kind: StepKind, _ text: String) -> Int {
    plan.steps.count { $0.kind == kind && $0.label.contains(text) }
  }

  @Test("seeds of unlearning are crossed with those of training, and cost no original and no retrained model")
  func crossing() throws {
    let plan = try Self.crossed.plan()
    #expect(count(plan, .train, "original") == 3)
    #expect(count(plan, .unlearn, "retrain") == 3)
    #expect(count(plan, .unlearn, "rwft") == 6)
    let seeds = plan.cells.filter { $0.method == "rwft" }.map(\.seeds)
    #expect(
      seeds == [(1, 1), (2, 1), (3, 1), (1, 7), (2, 7), (3, 7)].map { ModelSeeds(training: $0, unlearning: $1) })
    #expect(
      plan.cells.filter { $0.role != .unlearned }.allSatisfy {
        $0.seeds.unlearning == nil
      })
    #expect(Set(plan.cells.map(\.label)).count == plan.cells.count, "labels tell all cells apart")
    let labels = plan.cells.map(\.label) + plan.steps.map(\.label)
    #expect(labels.contains { $0.hasSuffix(" / rwft / seed 1, unlearning seed 1") })
    #expect(labels.filter { $0.contains("rwft") }.allSatisfy { $0.contains(", unlearning seed ") })
    #expect(labels.filter { $0.contains("/ retrain") }.allSatisfy { !$0.contains("unlearning seed") })
    #expect(!(try SmallExperiment().plan()).steps.contains { $0.label.contains("unlearning seed") })
  }

  @Test("a list of seeds unlearns each original with its training seed: the same steps as the explicit form")
  func list() throws {
    let list = try SmallExperiment().plan(overrides: ["seeds=[1]"])
    let crossed = try SmallExperiment().plan(overrides: ["seeds={training: [1], unlearning: [1]}"])
    #expect(list.steps.map(\.key) == crossed.steps.map(\.key))
    let other = try SmallExperiment().plan(overrides: ["seeds={training: [1], unlearning: [2]}"])
    let shared = Set(list.steps.map(\.key)).intersection(other.steps.map(\.key))
    #expect(list.steps.filter { [.train, .calibrate].contains($0.kind) }.allSatisfy { shared.contains($0.key) })
    #expect(!other.steps.contains { $0.label.contains("rwft") && shared.contains($0.key) })
  }

  @Test("models of both seeds differ, and rows contain their seeds") func rows() async throws {
    let plan = try SmallExperiment {
      $0.seeds = "{training: [1, 2], unlearning: [1, 7]}"
      $0.forget = ["samples: {fraction: 0.1, seed: {sweep: [0, 4]}}"]
      $0.methods = ["fine-tune: {training: {epochs: 1}}"]
      $0.metrics = ["accuracy"]
    }.plan()
    let store = try Store(at: folder.url.appending(path: "store"))
    let executor = Executor(plan, store: store, workers: 2, observer: Witness())
    #expect(try await executor.run().failed == 0)
    let rows = try results(of: plan, store: store).rows.filter { $0.name == "accuracy.retain_train" }
    #expect(Set(rows.map(\.forget)) == ["samples 0.1", "samples 0.1 seed 4"])
    let tuned = rows.filter { $0.method == "fine-tune" && $0.forget == "samples 0.1 seed 4" }
    #expect(tuned.map(\.seed) == [1, 2, 1, 2] && tuned.map(\.unlearningSeed) == [1, 1, 7, 7])
    #expect(tuned.allSatisfy { $0.forgetSeed == 4 })
    #expect(rows.filter { $0.forget == "samples 0.1" }.allSatisfy { $0.forgetSeed == 0 })
    #expect(Set(tuned.map(\.value)).count > 2, "another seed of unlearning is another model")
    let line = try Report(experiment: "demo", rows: rows).text(.csv).split(separator: "\n").first {
      $0.contains("fine-tune")
    }
    #expect(try #require(line).contains(",1,1,0,metric,"))
  }

  @Test("models from one original count as one observation in tables") func clusters() throws {
    func row(_ seed: Int, _ unlearning: Int, _ value: Double) -> ResultRow {
      ResultRow(
        experiment: "demo", data: "shapes", architecture: "mlp", forget: "class circle", method: "rwft",
        parameters: "{}", seeds: ModelSeeds(training: seed, unlearning: unlearning), kind: .metric,
        name: "accuracy.retain_test", value: value, unit: .fraction, direction: .higher)
    }
    let rows = [row(1, 1, 0.10), row(1, 2, 0.30), row(2, 1, 0.40), row(2, 2, 0.60)]
    // Means of 20 and 50 %: a deviation of 30/√2 = 21.21 over two seeds; over four rows it would be 20.82.
    let text = try Report(experiment: "demo", rows: rows).text(.markdown)
    #expect(text.contains("| 35 ± 21 |"), "\(text)")
    #expect(text.contains("over 2 seeds"))
  }

  @Test("an exclusion can name a seed of unlearning") func exclusion() throws {
    var experiment = Self.crossed
    experiment.exclude = ["{method: rwft, unlearning_seed: 7}"]
    let plan = try experiment.plan()
    #expect(plan.cells.filter { $0.method == "rwft" }.compactMap(\.seeds.unlearning) == [1, 1, 1])
    #expect(plan.cells.filter { $0.method == "fine-tune" }.count == 6)
  }

  @Test(
    "what cannot be is refused with its place",
    arguments: [
      ("{training: [1, 2], unlearning: []}", "2:39: error: at least one seed is needed"),
      ("{unlearning: [1]}", "2:8: error: the key 'training' is missing"),
      ("{training: [1], unlearn: [1]}", "2:24: error: unknown key 'unlearn'"),
      ("{training: [1], unlearning: [2, 2]}", "2:40: error: seed 2 is listed twice"),
      ("{training: [1], unlearning: 3}", "2:36: error: expected a sequence, found '3'"),
    ])
  func refused(seeds: String, message: String) throws {
    let experiment = SmallExperiment { $0.seeds = seeds }
    let error = try #require(throws: DiagnosticList.self) { try experiment.load() }
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test(
    "what only originals have is refused in a method's recipe",
    arguments: ["keep: last", "group_robust: true", "group_step: 0.1"])
  func recipes(entry: String) throws {
    let original = SmallExperiment { $0.training += ", \(entry)" }
    #expect(throws: Never.self) { try original.load() }
    let method = SmallExperiment { $0.methods[0] = "fine-tune: {training: {\(entry)}}" }
    let error = try #require(throws: DiagnosticList.self) { try method.load() }
    let key = entry.prefix { $0 != ":" }
    #expect("\(error)".contains("11:28: error: unknown key '\(key)'"), "\(error)")
  }
}
