import BuiltIns
import Data
import Engine
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning
import UnlearningRunner

/// A method that never succeeds.
private struct Failing: UnlearningMethod {
  static let card = Card(
    name: "failing", title: "Failing", summary: "Fails.", source: Source(authors: "nobody", venue: "nowhere"))
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]

  init() {}

  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    throw UnlearningError.unsupportedRequest("it fails on purpose")
  }
}

/// A method that takes longer than the interval at which a terminal is redrawn.
private struct Slow: UnlearningMethod {
  static let card = Card(
    name: "slow", title: "Slow", summary: "Waits.", source: Source(authors: "nobody", venue: "nowhere"))
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]

  init() {}

  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    Thread.sleep(forTimeInterval: 0.2)
    return original
  }
}

@Suite("run")
struct RunTests {
  private let folder: TemporaryFolder
  private let file: String
  private let store: String

  init() throws {
    folder = try TemporaryFolder()
    store = folder.path("store")
    file = try SmallExperiment.tiny { $0.metrics.append("run-time") }.written(to: folder)
  }

  @Test func runsAndPrintsTheTable() async throws {
    let result = await runner(file, "--store", store, "--workers", "2")
    #expect(result.status == .done, "\(result.messages)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "shapes · mlp · class ellipse")
    let methods = lines.filter { $0.contains(" ± ") && !$0.hasPrefix("Mean") }.map { $0.prefix { $0 != " " } }
    #expect(methods == ["retrain", "original", "fine-tune"])
    #expect(result.messages.contains("tiny: 6 cells, "))
    #expect(result.messages.contains("] train shapes / mlp / original / seed 1: "))
    #expect(!result.messages.contains("\u{1B}"))

    let again = await runner("run", file, "--store", store)
    #expect(again.status == .done)
    #expect(again.output == result.output)
    #expect(again.messages.contains(" steps are in the store\n"))
    #expect(!again.messages.contains("] train"))
  }

  @Test func resultsComeInEveryFormat() async throws {
    let run = await runner(file, "--store", store, "--format", "csv")
    #expect(run.status == .done, "\(run.messages)")
    let lines = run.output.split(separator: "\n")
    #expect(String(lines[0]) == ResultRow.columns.joined(separator: ","))
    // A header, 4 accuracies of 3 models of 2 seeds, and the run time of all but the originals.
    #expect(lines.count == 29)
    let results = await runner("results", file, "--store", store, "--format", "csv")
    #expect(results.output == run.output)
    #expect(results.messages.isEmpty)
    for format in Report.writers {
      let result = await runner("results", file, "--store", store, "--format", format.name)
      #expect(result.status == .done && result.output.contains("fine-tune"), "\(format)")
    }
  }

  @Test func resultsThatAreMissingAreSaid() async throws {
    try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
    let result = await runner("results", file, "--store", store, "--format", "csv")
    #expect(result.status == .done)
    #expect(result.output.split(separator: "\n").count == 1)
    let lines = result.messages.split(separator: "\n")
    try #require(lines.count == 12)
    #expect(lines[0].hasPrefix("shapes / mlp / ") && lines[10] == "...")
    #expect(lines[11] == "12 results are missing; compute them with: runner run \(file) --store \(store)")
    let table = await runner("results", file, "--store", store)
    #expect(table.messages == "\(lines[11])\n", "the table itself names what is missing")
  }

  @Test(arguments: [["--dry-run"], []])
  func aPlanRunsNothing(flags: [String]) async throws {
    let result =
      flags.isEmpty
      ? await runner("plan", file, "--store", store) : await runner(file, "--store", store, flags[0])
    #expect(result.status == .done)
    #expect(result.output.hasPrefix("tiny: 6 cells, "))
    #expect(result.output.contains("\nshapes  mlp           class ellipse  fine-tune  1, 2\n"))
    #expect(result.output.contains("\ntrain    2      0       2\n"))
    #expect(folder.files == ["tiny.yaml"])
  }

  /// 2 + 2·2 trainings of tiny models: more than nothing, less than a minute, and nothing stored.
  @Test func aPlanCanBeTimed() async {
    let untimed = await runner("plan", file, "--store", store)
    #expect(untimed.output.contains("--timed estimates by timing a few steps of each architecture\n"))
    let result = await runner("plan", file, "--store", store, "--timed")
    #expect(result.status == .done)
    #expect(result.output.contains(/trainings and methods about [0-9.]+ (ms|s), predictions about [0-9.]+ (ms|s);/))
    #expect(folder.files == ["tiny.yaml"])
  }

  @Test func aPlanKnowsWhatIsStored() async {
    _ = await runner(file, "--store", store)
    let done = await runner("plan", file, "--store", store)
    #expect(done.output.contains("all results are in the store; nothing to run\n"))
    let more = await runner("plan", file, "--store", store, "--set", "training.epochs=2", "--workers", "1")
    #expect(more.output.contains("estimated from finished steps of the same kind: about "))
    #expect(more.output.contains(" with one worker, "))
  }

  @Test func valuesCanBeSet() async {
    let result = await runner(file, "--store", store, "--set", "seeds=[7]", "--set", "training.epochs=0")
    #expect(result.status == .done, "\(result.messages)")
    #expect(result.output.contains("One seed"))
    let bad = await runner(file, "--store", store, "--set", "training.epocs=2")
    #expect(bad.status == .badUsage)
    #expect(bad.messages.contains("epocs"))
  }

  @Test func aTerminalSeesOneLine() async throws {
    let slow = try SmallExperiment.tiny { $0.methods = ["slow"] }.written(to: folder)
    let registry = Registry {
      Registry.builtIns
      Slow.self
    }
    let result = await runner(slow, "--store", store, registry: registry, outputWidth: 80, progressWidth: 60)
    #expect(result.status == .done, "\(result.messages)")
    let drawn = result.messages.components(separatedBy: "\r\u{1B}[2K").dropFirst()
    #expect(!drawn.isEmpty)
    #expect(drawn.contains { $0.hasPrefix("█") || $0.hasPrefix("░") })
    for line in drawn.flatMap({ $0.split(separator: "\n") }) { #expect(line.displayWidth <= 59, "\(line)") }
  }

  @Test func aFailedCellIsReportedAndTheRestIsRun() async throws {
    let mixed = try SmallExperiment.tiny {
      $0.methods.append("failing")
      $0.metrics.append("run-time")
    }.written(to: folder)
    let registry = Registry {
      Registry.builtIns
      Failing.self
    }
    let result = await runner(mixed, "--store", store, registry: registry)
    #expect(result.status == .failed)
    #expect(result.output.contains("fine-tune"))
    #expect(result.output.contains("Missing (4):"))
    // The reason appears once, whichever seed fails first, and again with the number of steps at the end.
    let failed = result.messages.split(separator: "\n").filter {
      $0.contains("failed: unlearn shapes / mlp / class ellipse / ")
    }
    let loss = " (3 steps after it skipped)"
    #expect(failed.count { $0.hasSuffix("\(loss): it fails on purpose") } == 1, "\(failed)")
    #expect(
      failed.count { $0.contains("\(loss): for the same reason as shapes / mlp / class ellipse / failing / seed ") }
        == 1,
      "\(failed)")
    #expect(!result.messages.contains("skipped: "), "\(result.messages)")
    #expect(result.messages.contains(" and 1 other: it fails on purpose"), "\(result.messages)")
    #expect(result.messages.contains("2 steps failed, 6 that depend on them were skipped:"))
    #expect(result.messages.hasSuffix("run again with: runner run \(mixed) --store \(store)\n"))
  }

  @Test func aBadFileSaysEverythingAtOnce() async throws {
    let text = SmallExperiment.tiny { $0.methods = ["fine-tun", "trw: {tilt: -1}"] }.yaml
    let bad = try folder.write(text + "excludes: []\n", to: "bad.yaml")
    for command in ["run", "check", "plan", "results"] {
      let result = await runner(command, bad)
      #expect(result.status == .badUsage, "\(command)")
      #expect(result.output.isEmpty, "\(command)")
      #expect(result.messages.contains("bad.yaml:11:5: error: unknown method 'fine-tun' (did you mean 'fine-tune'?)\n"))
      #expect(result.messages.contains("'tilt' must be in [0, 1000000000], is -1"))
      #expect(result.messages.contains("unknown key 'excludes' (did you mean 'exclude'?)"))
      #expect(result.messages.hasSuffix("\n3 errors in \(bad)\n"), "\(result.messages)")
    }
  }

  @Test func anErrorOfAnOverrideNamesItAndTheFile() async throws {
    for command in ["run", "check", "plan", "results"] {
      let result = await runner(command, file, "--set", "metrics.0.accuracy.foo=3")
      #expect(result.status == .badUsage, "\(command)")
      #expect(
        result.messages
          == "--set metrics.0.accuracy.foo=3: error: unknown key 'foo': none is expected here\n1 error in \(file)\n")
    }
  }

  @Test func checkLooksAtEveryFile() async throws {
    let bad = try folder.write("experiment: x\n", to: "bad.yaml")
    let result = await runner("check", bad, file)
    #expect(result.status == .badUsage)
    #expect(result.output == "\(file): valid; 6 cells, 24 steps\n")
    #expect(result.messages.contains("errors in \(bad)"))
    #expect(await runner("check", file).status == .done)
  }

  @Test func cellsThatCannotBeAreListed() async throws {
    let sampled = try SmallExperiment.tiny {
      ($0.forget, $0.methods) = (["samples: {count: 5}"], ["trw", "fine-tune"])
    }.written(to: folder)
    let result = await runner("plan", sampled, "--store", store)
    #expect(result.status == .done, "\(result.messages)")
    #expect(result.output.contains("left out (1):\n  shapes / mlp / samples 5 / trw: trw serves requests of class"))
  }

  @Test("where no cell can be, nothing is called finished") func noCellIsLeft() async throws {
    let layers = Array(repeating: "65536", count: 16).joined(separator: ", ")
    // Some 770 GB to train.
    let huge = try SmallExperiment.tiny { $0.architectures = ["mlp: {hidden: [\(layers)]}"] }.written(to: folder)
    let plan = await runner("plan", huge, "--store", store)
    #expect(plan.output.contains("every cell is left out; nothing to run\n"), "\(plan.output)")
    let run = await runner("run", huge, "--store", store)
    #expect(run.status == .badUsage)
    #expect(run.messages.contains("is left out:\n  shapes / mlp"), "\(run.messages)")
    #expect(run.messages.contains(" of memory to train by batches of "), "\(run.messages)")
  }

  @Test func manyCellsThatCannotBeAreGroupedByReason() async throws {
    let tilts = (1...300).map(String.init).joined(separator: ", ")
    let sampled = try SmallExperiment.tiny {
      ($0.forget, $0.methods) = (["samples: {count: 5}"], ["trw: {tilt: {sweep: [\(tilts)]}}", "fine-tune"])
    }.written(to: folder)
    let result = await runner("plan", sampled, "--store", store)
    let lines = result.output.split(separator: "\n").filter { $0.contains("trw serves requests of class") }
    #expect(result.output.contains("left out (300):\n  shapes / mlp / samples 5 / trw(tilt=1): trw serves"))
    #expect(lines.count == 3, "\(result.output)")
    #expect(lines.last?.hasPrefix("  shapes / mlp / samples 5 / trw(tilt=3) and 297 more: trw serves") == true)
  }

  @Test func crossedSeedsAreNamedInPairs() async throws {
    let crossed = ["--set", "seeds={training: [1], unlearning: [1, 2, 3]}"]
    let plan = await runner("plan", file, "--store", store, crossed[0], crossed[1])
    #expect(plan.output.contains("\nshapes  mlp           class ellipse  fine-tune  1/1, 1/2, 1/3\n"), "\(plan.output)")
    #expect(plan.output.contains("\nshapes  mlp           class ellipse  retrain    1\n"), "\(plan.output)")
    let run = await runner(file, "--store", store, crossed[0], crossed[1])
    #expect(run.output.contains("\nOne training seed: models unlearned from one original are not independent, so"))
  }
}
