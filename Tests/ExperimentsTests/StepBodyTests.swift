import BuiltIns
import ConfigYAML
import Data
import Experiments
import Foundation
import JSON
import TestSupport
import Testing
import Unlearning

/// A kind of step that the program does not have: counts the samples that an original would learn from.
private struct CountStep: StepBody {
  static let kind = StepKind(rawValue: "count")
  var setting: StepSetting
  var subset: TrainingSubset
  var inputs: [StepKey] { [] }

  func run(on bench: Bench) throws -> Artifact {
    let samples = try bench.trainingSet(setting, subset)
    return Artifact([("samples.json", Array(try canonicalJSON(samples.indices).utf8))])
  }
}

/// Writes every step down and reads it back before it is done, as another process would.
private struct WritingHost: StepHost {
  var host: any StepHost
  func perform(_ step: Step) async throws -> StepOutcome {
    let text = try canonicalJSON(try step.written())
    let read = try JSONValue(parsing: text, file: "step").decode(WrittenStep.self)
    return try await host.perform(try Step(read, bodies: Step.bodies + [CountStep.self]))
  }
  func workerChoice(for plan: Plan) async throws -> WorkerChoice? { try await host.workerChoice(for: plan) }
  func forget(_ key: StepKey) { host.forget(key) }
  func cancel() { host.cancel() }
}

@Suite("Steps as values") struct StepBodyTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private static let subsets: [TrainingSubset] = [.all, .retained, .half(seed: 1), .half(seed: 2)]

  /// The small experiment; besides, the samples of every subset are counted once, and a model learns from each.
  private func plan() throws -> Plan {
    let rule = PlanningRule { builder, group in
      let setting = group.settings[0]
      for subset in Self.subsets {
        _ = try builder.addResult(
          CountStep(setting: setting.values, subset: subset), "count", setting,
          configuration: ["subset": try JSONValue(subset)])
        builder.results.insert(try builder.addTraining(setting, on: subset))
      }
    }
    return try Plan(try SmallExperiment().load(), registry: .builtIns, rules: PlanningRule.grid + [rule])
  }

  /// The record of each step, with the checksums of its files and without times and memory.
  private func records(_ plan: Plan, _ store: Store) throws -> [StepRecord] {
    try plan.steps.map { step in
      var record = try store.record(of: step.key)
      (record.started, record.seconds, record.peakBytes) = ("", 0, 0)
      return record
    }
  }

  @Test("a new step kind is one type and one rule; its results are stored and reused")
  func anotherKind() async throws {
    let plan = try plan()
    #expect(plan.kinds.map(\.rawValue) == ["train", "predict", "unlearn", "attack", "measure", "count"])
    let store = try Store(at: folder.url)
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(summary.failures.isEmpty)
    let counts = plan.steps.filter { $0.kind.rawValue == "count" }
    try #require(counts.count == Self.subsets.count)
    let samples = try counts.map { step in
      try JSONValue(parsing: String(decoding: try store.read("samples.json", of: step.key), as: UTF8.self), file: "")
        .decode([Int].self)
    }
    #expect(samples[0] == Array(0..<300))
    // A tenth of the samples are circles.
    #expect(samples[1].count == 270 && Set(samples[1]).isSubset(of: samples[0]))
    for half in samples[2...] {
      #expect(half.count == 150 && half == half.sorted() && Set(half).count == 150)
    }
    #expect(samples[2] != samples[3])
    let again = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(again.finished == 0 && again.reused == plan.steps.count)
  }

  @Test("models are trained on the subset of their step")
  func subsets() async throws {
    let plan = try plan()
    let store = try Store(at: folder.url)
    _ = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    // The grid has two seeds; the rule's training on all samples is the first one of the grid.
    let trainings = plan.steps.filter { $0.kind == .train }
    #expect(
      trainings.map { $0.label.split(separator: " / ")[2] } == [
        "original", "original", "original of retained samples", "original of a half", "original of a half",
      ])
    let models = try trainings.map { try store.record(of: $0.key).files["model.safetensors"]?.sha256 }
    #expect(Set(models).count == 5)
  }

  @Test("an encoded and decoded step has the same result")
  func written() async throws {
    let plan = try plan()
    let (plain, read) = (
      try Store(at: folder.url.appending(path: "plain")), try Store(at: folder.url.appending(path: "read"))
    )
    _ = try await Executor(plan, store: plain, workers: 1, observer: Witness()).run()
    let host = WritingHost(host: ThreadHost(plan, store: read, observer: Witness()))
    let summary = try await Executor(plan, store: read, workers: 1, observer: Witness(), host: host).run()
    #expect(summary.failures.isEmpty && summary.finished == plan.steps.count)
    let records = try records(plan, plain)
    #expect(try self.records(plan, read) == records)
    // Equal records say nothing where both lack a part.
    for (step, record) in zip(plan.steps, records) {
      #expect(record.parents == step.parents && record.plugins == step.plugins && !record.plugins.isEmpty)
    }
    #expect(records.contains { !$0.notes.isEmpty })
  }

  @Test("without a finished step, training is expected to take longest, then unlearning, attacks, predictions, metrics")
  func weights() throws {
    let steps = try SmallExperiment().plan().steps
    let weights = try [StepKind.train, .unlearn, .attack, .predict, .measure].map { kind in
      try #require(steps.first { $0.kind == kind }).weight
    }
    #expect(Set(weights).count == weights.count && weights == weights.sorted(by: >))
  }

  @Test("a step of another program is rejected")
  func foreign() async throws {
    let step = try #require(try SmallExperiment().plan().steps.first { $0.kind == .unlearn })
    var written = try step.written()
    written.kind = CountStep.kind
    #expect(throws: ConfiguredError.unknown(role: "kind of step", name: "count")) { try Step(written) }

    let maker = PluginMaker(Registry { Registry.builtIns.datasets })
    let unlearn = try #require(step.body as? UnlearnStep)
    #expect(throws: ConfiguredError.unknown(role: "architecture", name: "mlp")) {
      try maker.architecture(unlearn.setting.architecture)
    }
    let old = Configured(name: "mlp", version: 99, parameters: unlearn.setting.architecture.parameters)
    #expect(throws: ConfiguredError.otherVersion(name: "mlp", version: 99, known: 1)) {
      try PluginMaker(.builtIns).architecture(old)
    }
  }
}
