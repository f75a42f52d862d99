import BuiltIns
import ConfigYAML
import Engine
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

/// Names its values by what it was given, as metrics of groups do.
struct NamingMetric: Metric {
  @Parameter("the name") var name = ""
  @Parameter("the value") var value = 0.5
  @Parameter("the pseudo-value of values whose names end with '_each'") var spread = 0
  static let card = Card(
    name: "naming", title: "Naming", summary: "One value.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let reads: Set<EvidenceKind> = [.predictions]
  static let measures = [
    MeasurementKind("<name>", direction: .higher, reference: .none, meaning: "anything"),
    MeasurementKind("<name>_each", direction: .higher, reference: .none, spread: .ofModels, meaning: "anything"),
  ]
  init() {}
  func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let known: Spread? = name.hasSuffix("_each") || name == "wrong" ? .pseudoValue(Double(spread)) : nil
    return [Self.measures[0].named(name).value(value, spread: known)]
  }
}

/// Scores as many samples as it is given, and leaves out as many retrained models.
struct ScoringMetric: Metric {
  @Parameter("the number of scores") var scores = 30
  @Parameter("whether the last score is infinite") var isInfinite = false
  @Parameter("the number of retrained models") var models = 2
  static let card = Card(
    name: "scoring", title: "Scoring", summary: "One value.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels]
  static let measures = [
    MeasurementKind("x", direction: .higher, reference: .none, spread: .ofComparison, meaning: "anything")
  ]
  init() {}
  func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let perSample = Array(repeating: 0.5, count: scores - 1) + [isInfinite ? .infinity : 0.5]
    let isRetrained = evidence.targetPosition != nil
    let spread = isRetrained ? .unknown : Spread.withoutEach(Array(repeating: 0.5, count: models))
    return [Self.measures[0].value(0.5, perSample: perSample, spread: spread)]
  }
}

@Suite("Missing results and their reasons") struct MissingResultTests {
  @Test("one line per reason, with the number of missing results")
  func lines() throws {
    let missing = [
      MissingResult("a / accuracy", because: "failed: no memory"),
      MissingResult("a / tow", because: "failed: no memory"),
      MissingResult("b / accuracy"), MissingResult("c / accuracy", because: "damaged"), MissingResult("d / accuracy"),
      MissingResult("e / tow", because: "failed: no memory"),
    ]
    let text = try Report(experiment: "some", rows: [], missing: missing).text(.table)
    #expect(
      text.hasSuffix(
        """
        Missing (6):
          a / accuracy and 2 others: failed: no memory
          b / accuracy
          c / accuracy: damaged
          d / accuracy

        """), "\(text)")
  }

  @Test("measurements of a name that is no plain text fail their step", arguments: ["\u{1B}[31mred", "a\nb", "", "x"])
  func names(name: String) async throws {
    let folder = try StoreFolder()
    let registry = Registry {
      Registry.builtIns
      NamingMetric.self
    }
    let escaped = name.replacing("\u{1B}", with: "\\e").replacing("\n", with: "\\n")
    let plan = try SmallExperiment { $0.metrics.append("naming: {name: \"\(escaped)\"}") }.plan(registry: registry)
    let store = try Store(at: folder.url)
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(summary.failed == (name == "x" ? 0 : 8))
    #expect(summary.failures.allSatisfy { $0.error.contains("not of one line of plain text") })
    #expect(try !results(of: plan, store: store).rows.contains { $0.name.contains("\u{1B}") })
  }

  @Test("fractions outside [0, 1] fail their step", arguments: [(7.5, 8), (-3, 8), (1.001, 8), (1.000001, 0), (0, 0)])
  func impossibleFractions(value: Double, failed: Int) async throws {
    let folder = try StoreFolder()
    let registry = Registry {
      Registry.builtIns
      NamingMetric.self
    }
    let plan = try SmallExperiment { $0.metrics.append("naming: {name: x, value: \(value)}") }.plan(registry: registry)
    let store = try Store(at: folder.url)
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(summary.failed == failed)
    #expect(summary.failures.allSatisfy { $0.error == "the measurement 'x' is \(value), which is not in [0.0, 1.0]" })
  }

  @Test(
    "spreads far outside the range of fractions, and of another form than declared, fail their step",
    arguments: [
      ("x_each", 2_000_000, 8, "the measurement 'x_each' has the impossible spread 2000000.0"),
      ("x_each", -2_000_000, 8, "the measurement 'x_each' has the impossible spread -2000000.0"), ("x_each", -3, 0, ""),
      ("wrong", 0, 8, "the spread of 'wrong' is not absent"),
    ])
  func impossibleSpreads(name: String, spread: Int, failed: Int, reason: String) async throws {
    let folder = try StoreFolder()
    let registry = Registry {
      Registry.builtIns
      NamingMetric.self
    }
    let plan = try SmallExperiment { $0.metrics.append("naming: {name: \(name), spread: \(spread)}") }.plan(
      registry: registry)
    let summary = try await Executor(plan, store: Store(at: folder.url), workers: 1, observer: Witness()).run()
    #expect(summary.failed == failed)
    #expect(summary.failures.allSatisfy { $0.error == reason }, "\(summary.failures)")
  }

  @Test(
    "scores of other samples than a part's, and spreads of other models than the retrained ones, fail their step",
    arguments: [
      ("scores: 30", 0, ""), ("scores: 90", 0, ""),
      ("scores: 31", 8, "the measurement 'x' has scores of 31 samples; the parts have 10, 30, 90, 270"),
      ("is_infinite: true", 8, "the measurement 'x' has the score inf of a sample"),
      ("models: 3", 6, "the spread of 'x' has 3 values, one for each model that is left out; expected 2"),
    ])
  func impossibleScores(parameters: String, failed: Int, reason: String) async throws {
    let folder = try StoreFolder()
    let registry = Registry {
      Registry.builtIns
      ScoringMetric.self
    }
    let plan = try SmallExperiment { $0.metrics = ["scoring: {\(parameters)}"] }.plan(registry: registry)
    let summary = try await Executor(plan, store: Store(at: folder.url), workers: 1, observer: Witness()).run()
    #expect(summary.failed == failed, "\(summary.failures)")
    #expect(summary.failures.allSatisfy { $0.error == reason }, "\(summary.failures)")
  }

  @Test(
    "a note that is not in its record, or impossible, is missing, although the record's checksum is right",
    arguments: ["", "\"target_entropy\": -2", "\"target_entropy\": \".nan\"", "\"target_entropy\": \".inf\""])
  func impossibleNotes(notes: String) async throws {
    let folder = try StoreFolder()
    let plan = try SmallExperiment().plan()
    let store = try Store(at: folder.url)
    _ = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    let whole = try results(of: plan, store: store)
    let call = try #require(plan.steps.first { $0.kind == .unlearn && $0.label.contains("rwft") })
    try folder.forge(call.key) { $0.replacing(/"notes" : \{[^}]*\}/, with: "\"notes\" : {\(notes)}") }
    let (rows, missing) = try results(of: plan, store: store)
    #expect(rows == whole.rows.filter { $0.kind != .note || $0.seed != 1 })
    #expect(missing.map(\.label) == ["shapes / mlp / class circle / rwft / seed 1 / notes.target_entropy"])
    #expect(missing.first?.reason?.contains("expected the note 'target_entropy' in nats, found ") == true)
  }

  @Test(
    "a spread of another form than the metric's is damage, set aside and computed again",
    arguments: [
      ("total-variation", #""spread":0.5"#), ("total-variation", #""spread":"unknown""#), ("total-variation", ""),
      ("energy-gap", #""spread":[0.5,0.5]"#), ("average-gap", #""spread":[]"#), ("accuracy", #""spread":"unknown""#),
    ])
  func spreadsOfAnotherForm(metric: String, spread: String) async throws {
    let folder = try StoreFolder()
    let plan = try SmallExperiment {
      $0.attacks = []
      $0.metrics = ["accuracy", "total-variation", "energy-gap", "average-gap: {terms: [accuracy.retain_test]}"]
    }.plan()
    let store = try Store(at: folder.url)
    _ = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    let whole = try results(of: plan, store: store)
    #expect(whole.missing.isEmpty)
    let step = try #require(plan.steps.first { $0.label.contains("fine-tune / \(metric)") })
    try folder.forge("measurements.json", of: step.key) { text in
      let bare = text.replacing(/"spread":(\[[^\]]*\]|"unknown"|[-0-9.e]+),?/, with: "")
      return spread.isEmpty ? bare : bare.replacing("{\"", with: "{\(spread),\"")
    }
    let missing = try results(of: plan, store: store).missing
    let file = folder.artifact(step.key).appending(path: "measurements.json").path
    #expect(missing.count == 1 && missing.first?.reason?.hasPrefix("\(file): ") == true, "\(missing)")
    #expect(missing.first?.reason?.contains("found something else (the spread of '") == true, "\(missing)")
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(summary.finished == 1 && summary.failed == 0)
    #expect(try results(of: plan, store: store).rows == whole.rows)
    #expect(folder.names("damaged") == ["\(step.key)-1"])
  }

  @Test("a call of an impossible duration is damage, set aside and run again", arguments: ["-1", "1e300"])
  func impossibleDurations(seconds: String) async throws {
    let folder = try StoreFolder()
    let plan = try SmallExperiment.tiny { $0.metrics = ["run-time"] }.plan()
    let store = try Store(at: folder.url)
    _ = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    let call = try #require(plan.steps.first { $0.kind == .unlearn && $0.label.contains("fine-tune") })
    let measured = try #require(plan.steps.first { $0.label.contains("fine-tune / run-time") })
    try folder.forge(call.key) { $0.replacing(/"seconds" : [-0-9.e]+/, with: "\"seconds\" : \(seconds)") }
    try FileManager.default.removeItem(at: folder.artifact(measured.key))
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(summary.failures.isEmpty && summary.finished == 2, "\(summary)")
    #expect(folder.names("damaged") == ["\(call.key)-1"])
  }

  @Test("notes of a missing or damaged call are missing, and a run recomputes them", arguments: [true, false])
  func lostNotes(isDamaged: Bool) async throws {
    let folder = try StoreFolder()
    let plan = try SmallExperiment().plan()
    let store = try Store(at: folder.url)
    _ = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    let whole = try results(of: plan, store: store)
    #expect(whole.missing.isEmpty)
    let call = try #require(plan.steps.first { $0.kind == .unlearn && $0.label.contains("rwft") })
    let place = folder.artifact(call.key)
    if isDamaged {
      try Data("{}".utf8).write(to: place.appending(path: "step.json"))
    } else {
      try FileManager.default.removeItem(at: place)
    }
    let (rows, missing) = try results(of: plan, store: store)
    #expect(rows == whole.rows.filter { $0.kind != .note || $0.seed != 1 })
    #expect(missing.map(\.label) == ["shapes / mlp / class circle / rwft / seed 1 / notes.target_entropy"])
    #expect(missing.first?.reason?.contains("step.json: the result of step") == (isDamaged ? true : nil))
    let summary = try await Executor(plan, store: store, workers: 1, observer: Witness()).run()
    #expect(summary.finished == 1 && summary.reused == plan.steps.count - 1)
    let again = try results(of: plan, store: store)
    #expect(again.rows == whole.rows && again.missing.isEmpty)
  }

  @Test("terms without a value for retrained models are rejected before anything runs")
  func terms() {
    let experiment = SmallExperiment {
      $0.metrics = ["accuracy", "energy-gap", "average-gap: {terms: [accuracy.retain_test, energy-gap.forget_test]}"]
    }
    #expect {
      try experiment.load()
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.message) == [
        "average-gap compares models with retrained ones, and reads 'energy-gap.forget_test', of which a retrained model has "
          + "no value; choose other terms, such as 'energy-gap.forget_test_within', "
          + "'energy-gap.retain_test_within'"
      ]
    }
  }
}
