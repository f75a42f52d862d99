import Foundation
import TestSupport
import Testing

@Suite("A killed process", .enabled(if: builtRunner != nil, "the runner is not beside the tests"))
struct KillTests {
  private let folder: TemporaryFolder
  private let file: String
  /// An experiment whose first steps take hours.
  private let endless: String

  init() throws {
    folder = try TemporaryFolder()
    var experiment = SmallExperiment {
      $0.name = "killed"
      $0.data = ["shapes: {train_count: 1000, test_count: 100}"]
      ($0.architectures, $0.training, $0.attacks) = (["lenet5"], "epochs: 3, learning_rate: 0.05", ["mia-nn"])
    }
    file = try experiment.written(to: folder)
    (experiment.name, experiment.training) = ("endless", "epochs: 100000")
    endless = try experiment.written(to: folder)
  }

  private func start(_ file: String, store: String) throws -> (Process, Pipe) {
    let process = Process()
    process.executableURL = builtRunner
    process.arguments = ["run", file, "--store", folder.path(store), "--workers", "2"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return (process, output)
  }

  private func finish(store: String) throws -> (status: Int32, table: String) {
    let (process, output) = try start(file, store: store)
    let table = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, table)
  }

  /// Runs the endless experiment, and waits until the process has the store's lock and handles signals.
  private func startEndless(store: String) throws -> Process {
    let (process, _) = try start(endless, store: store)
    let lock = URL(filePath: folder.path("\(store)/lock"))
    while process.isRunning, (try? Foundation.Data(contentsOf: lock))?.isEmpty != false { usleep(5000) }
    return process
  }

  /// Every file of every finished step but the records, which have times in them.
  private func artifacts(store: String) throws -> [String: Foundation.Data] {
    let steps = URL(filePath: folder.path(store)).appending(path: "steps")
    var found: [String: Foundation.Data] = [:]
    guard let files = FileManager.default.enumerator(at: steps, includingPropertiesForKeys: nil) else { return [:] }
    for case let file as URL in files where ["safetensors", "json"].contains(file.pathExtension) {
      guard file.lastPathComponent != "step.json" else { continue }
      found[file.pathComponents.suffix(2).joined(separator: "/")] = try Foundation.Data(contentsOf: file)
    }
    return found
  }

  @Test("resumes to the same table and the same bytes", .timeLimit(.minutes(10)))
  func resumes() throws {
    let whole = try finish(store: "whole")
    #expect(whole.status == 0)
    #expect(whole.table.contains("rwft"))
    // Kill it wherever it happens to be, three times, each time after more results were stored.
    var stored = 0
    for _ in 0..<3 {
      let (process, _) = try start(file, store: "killed")
      while process.isRunning, try artifacts(store: "killed").count < stored + 3 { usleep(5000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      stored = try artifacts(store: "killed").count
    }
    let resumed = try finish(store: "killed")
    #expect(resumed.status == 0)
    #expect(resumed.table == whole.table)
    let (left, right) = (try artifacts(store: "whole"), try artifacts(store: "killed"))
    #expect(left.count > 20)
    #expect(Set(left.keys) == Set(right.keys))
    for (name, bytes) in left { #expect(right[name] == bytes, "\(name) differs") }
  }

  @Test(
    "ends within a moment when it is interrupted in the middle of long steps", .timeLimit(.minutes(10)),
    arguments: [SIGINT, SIGQUIT])
  func interruption(signal: Int32) throws {
    let process = try startEndless(store: "endless")
    // Long enough for the first steps to begin; on a slower machine the signal comes earlier, which ends the run, too.
    usleep(1_000_000)
    #expect(process.isRunning)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }

  @Test("is told apart from one that still runs: two processes cannot write one store", .timeLimit(.minutes(10)))
  func twoProcesses() throws {
    let first = try startEndless(store: "shared")
    let (second, _) = try start(file, store: "shared")
    second.waitUntilExit()
    kill(first.processIdentifier, SIGKILL)
    first.waitUntilExit()
    #expect(second.terminationStatus == 1)
  }
}
