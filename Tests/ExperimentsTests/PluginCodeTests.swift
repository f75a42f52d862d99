import BuiltIns
import ConfigYAML
import Data
import Engine
import Experiments
import Foundation
import Synchronization
import TestSupport
import Testing
import Unlearning

/// A method whose sources are in a folder of the test, and which scales all parameters by a number that the test sets.
private struct Changing: UnlearningMethod {
  struct State {
    var sources = ""
    var scale: Float = 1
  }
  static let state = Mutex(State())
  @Parameter("a file", isFile: true) var teacher = ""
  @Parameter("files", isFile: true) var lists: [String] = []
  static var card: Card {
    Card(
      name: "changing", title: "Changing", summary: "Changes.", source: Source(authors: "nobody", venue: "nowhere"),
      sourceFile: state.withLock(\.sources))
  }
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]
  init() {}
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    var model = original
    let scale = Self.state.withLock(\.scale)
    model.parameters = model.parameters.mapValues { scale * $0 }
    return model
  }
}

@Suite("Digests of plugin code", .serialized) struct PluginCodeTests {
  private let folder: StoreFolder
  private let registry = Registry {
    Registry.builtIns
    Changing.self
  }

  init() throws {
    folder = try StoreFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "sources"), withIntermediateDirectories: true)
    Changing.state.withLock { [path = folder.url.appending(path: "sources/Method.swift").path] in
      $0 = Changing.State(sources: path)
    }
    try write("let a = 1\n", to: "sources/Method.swift")
    try write("let b = 1\n", to: "sources/Part.swift")
  }

  /// Writes a file that is older than this program.
  private func write(_ text: String, to name: String, changed: Date = Date(timeIntervalSince1970: 1_000_000)) throws {
    let file = folder.url.appending(path: name)
    try Foundation.Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.modificationDate: changed], ofItemAtPath: file.path)
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func plan(_ method: String = "changing") throws -> Plan {
    try SmallExperiment { $0.methods[1] = method }.plan(registry: registry)
  }

  private func execute(_ plan: Plan, rerun: Rerun? = nil) async throws -> (ExecutionSummary, Store, Witness) {
    let store = try Store(at: folder.url.appending(path: "store"))
    let witness = Witness()
    return (try await Executor(plan, store: store, workers: 1, observer: witness, rerun: rerun).run(), store, witness)
  }

  @Test("the digest is written into every record, with that of the program") func records() async throws {
    let plan = try plan()
    let (summary, store, _) = try await execute(plan)
    #expect(summary.failed == 0, "\(summary.failures)")
    for step in plan.steps {
      let record = try store.record(of: step.key)
      #expect(record.build?.count == 64)
      #expect(record.gitRevision == nil, "nothing is read from the working folder")
      #expect((record.pluginSources?["changing"] != nil) == step.label.contains("changing") || step.kind != .unlearn)
    }
    #expect(plan.codeNotes(store: store).filter { $0.contains("changing") } == [])
  }

  @Test("changed code of the same version gives a warning with the reused steps and a remedy")
  func change() async throws {
    let plan = try plan()
    let (_, store, _) = try await execute(plan)
    try write("let b = 2\n", to: "sources/Part.swift")
    let notes = plan.codeNotes(store: store).filter { $0.contains("changing") }
    try #require(notes.count == 1, "\(notes)")
    // Two seeds.
    #expect(notes[0].contains("changing (2)") && notes[0].contains("'version'"))
    #expect(notes[0].contains("--rerun changing"))
    try write("let b = 1\n", to: "sources/Part.swift")
    #expect(plan.codeNotes(store: store).filter { $0.contains("changing") } == [])
  }

  @Test("sources newer than the program are not taken for those of the program") func notBuilt() async throws {
    let plan = try plan()
    let (_, store, _) = try await execute(plan)
    try write("let b = 2\n", to: "sources/Part.swift", changed: .distantFuture)
    let notes = plan.codeNotes(store: store).filter { $0.contains("changing") }
    try #require(notes.count == 1, "\(notes)")
    #expect(notes[0].contains("were changed after this program was built"))
  }

  @Test("the stored results of a program that is older than its sources give a warning") func unknownCode() async throws
  {
    let plan = try plan()
    try write("let b = 2\n", to: "sources/Part.swift", changed: .distantFuture)
    let (_, store, _) = try await execute(plan)
    try write("let b = 2\n", to: "sources/Part.swift")
    #expect(plan.codeNotes(store: store).filter { $0.contains("changing") } == [], "it is the same program")
    // The same results by another program.
    let other = try Store(at: folder.url.appending(path: "other"))
    for step in plan.steps {
      var record = try store.record(of: step.key)
      record.build = String(repeating: "0", count: 64)
      try other.write(record, files: try record.files.keys.map { ($0, try store.read($0, of: step.key)) })
    }
    let notes = plan.codeNotes(store: other)
    #expect(notes.contains { $0.contains("changing (2)") }, "\(notes)")
  }

  @Test("a recomputation reports changes, and includes descendants") func rerun() async throws {
    let plan = try plan()
    let (first, store, _) = try await execute(plan)
    let before = try results(of: plan, store: store).rows
    let rerun = try Rerun(["changing"], in: plan)

    let (same, _, _) = try await execute(plan, rerun: rerun)
    // Two seeds: model, predictions, one attack and two metrics.
    #expect(same.finished == 10 && same.reused == first.finished - 10)
    #expect(
      same.changes == [
        "computed again: predict: 0 changed, 2 identical; unlearn: 0 changed, 2 identical; "
          + "attack: 0 changed, 2 identical; measure: 0 changed, 4 identical"
      ])
    #expect(folder.names("store/replaced") == [])
    #expect(try results(of: plan, store: store).rows == before)

    Changing.state.withLock { $0.scale = -1 }
    let (changed, _, _) = try await execute(plan, rerun: rerun)
    #expect(changed.changes[0].contains("unlearn: 2 changed, 0 identical"), "\(changed.changes)")
    #expect(changed.changes[0].contains(folder.url.appending(path: "store/replaced").path))
    let after = try results(of: plan, store: store).rows
    #expect(after.count == before.count)
    for (old, new) in zip(before, after) where old.value != new.value {
      let line = changed.changes.first { line in
        line.contains("seed \(new.seed):") && line.contains(" \(String(new.name.split(separator: ".")[1])) ")
          && line.contains(String(format: "%.6g → %.6g", old.value, new.value))
      }
      #expect(line != nil, "\(new.name) \(old.value) \(new.value)")
    }
    #expect(zip(before, after).contains { $0.value != $1.value })
    #expect(folder.names("store/replaced").count >= 4)
  }

  @Test("a result that an interrupted rerun set aside is computed by the next run")
  func interruptedRerun() async throws {
    let plan = try plan()
    _ = try await execute(plan)
    let store = try Store(at: folder.url.appending(path: "store"))
    let executor = Executor(
      plan, store: store, workers: 1, observer: Witness(), rerun: try Rerun(["changing"], in: plan))
    executor.cancel()
    #expect(try await executor.run().wasCancelled)
    // Nothing is left that belongs to what was put aside.
    #expect(plan.steps.count { !store.contains($0.key) } == 10)
    let (next, _, _) = try await execute(plan)
    #expect(next.finished == 10)
  }

  /// 44 steps: 2 originals, 6 models of methods, 8 predictions, 8 attacks, 8 accuracies and 12 total variations (4 of them of
  /// answers without a model), of which
  /// all read the retrained models of both seeds.
  @Test(
    "is named by plugin, kind, label or key, and brings what depends on it",
    arguments: [
      ("changing", 10), ("chang*", 10), ("*/ changing / seed 1", 5), ("mia-?vc", 8), ("accuracy", 8), ("attack", 8),
      ("train", 30), ("*seed 1", 28), ("*", 44),
    ])
  func patterns(pattern: String, count: Int) throws {
    #expect(try Rerun([pattern], in: try plan()).count == count)
  }

  @Test("a step can be named by the first digits of its key") func keyPattern() throws {
    let plan = try plan()
    let measure = try #require(plan.steps.last { $0.kind == .measure })
    #expect(try Rerun([measure.key.short], in: plan).count == 1)
    #expect(try Rerun([measure.key.short, "changing"], in: plan).count == 10)
    let error = #expect(throws: Rerun.Unmatched.self) { try Rerun(["changing", "nothing"], in: plan) }
    let text = "\(try #require(error))"
    #expect(text.contains("'nothing'") && text.contains("fine-tune"))
  }

  @Test("files named by parameters are identified by content, not by path") func files() throws {
    try write("one", to: "one.txt")
    try write("one", to: "same.txt")
    try write("two", to: "two.txt")
    func keys(_ parameters: String) throws -> Set<StepKey> {
      Set(try plan("changing: {\(parameters)}").steps.filter { $0.kind == .unlearn }.map(\.key))
    }
    let (one, same, two) = (path("one.txt"), path("same.txt"), path("two.txt"))
    let first = try keys("teacher: '\(one)'")
    #expect(try keys("teacher: '\(same)'") == first, "the path does not count")
    #expect(try keys("teacher: '\(two)'") != first)
    #expect(try keys("lists: ['\(one)']") != first)
    #expect(try keys("lists: ['\(one)', '\(two)']") != keys("lists: ['\(two)', '\(one)']"))
    try write("changed", to: "one.txt")
    #expect(try keys("teacher: '\(one)'") != first)
    let error = #expect(throws: DataError.self) { try keys("teacher: '/nowhere/file'") }
    #expect("\(try #require(error))".contains("/nowhere/file"))
  }
}
