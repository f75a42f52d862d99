import Foundation
import TestSupport
import Testing

@Suite("A killed process", .enabled(if: builtRunner != nil, "the runner is not beside the tests"))
struct KillTests {
  private let folder: TemporaryFolder
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = try folder.write(
      """
      experiment: killed
      seeds: [1, 2]
      data: [{shapes: {train_count: 1000, test_count: 100}}]
      architectures: [lenet5]
      training: {epochs: 3, learning_rate: 0.05}
      forget: [{class: circle}]
      methods: [{fine-tune: {training: {epochs: 1}}}, {rwft: {training: {epochs: 1}}}]
      attacks: [mia-nn]
      metrics: [accuracy, total-variation]
      """, to: "killed.yaml")
  }

  private func start(store: String) throws -> (Process, Pipe) {
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
    let (process, output) = try start(store: store)
    let table = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, table)
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

  @Test("resumes to the same table and the same bytes", .timeLimit(.minutes(3)))
  func resumes() throws {
    let whole = try finish(store: "whole")
    #expect(whole.status == 0)
    #expect(whole.table.contains("rwft"))
    // Kill it wherever it happens to be, three times, each time after more results were stored.
    var stored = 0
    for _ in 0..<3 {
      let (process, _) = try start(store: "killed")
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
    "ends within a moment when it is interrupted in the middle of long steps", .timeLimit(.minutes(2)),
    arguments: [SIGINT, SIGQUIT])
  func interruption(signal: Int32) throws {
    let long = try folder.write(
      String(decoding: Foundation.Data(contentsOf: URL(filePath: file)), as: UTF8.self)
        .replacing("epochs: 3", with: "epochs: 100000"), to: "long.yaml")
    let process = Process()
    process.executableURL = builtRunner
    process.arguments = ["run", long, "--store", folder.path("long"), "--workers", "2"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    usleep(1_500_000)
    #expect(process.isRunning)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
  }

  @Test("is told apart from one that still runs: two processes cannot write one store", .timeLimit(.minutes(2)))
  func twoProcesses() throws {
    let (first, _) = try start(store: "shared")
    while first.isRunning, try artifacts(store: "shared").isEmpty { usleep(5000) }
    let (second, _) = try start(store: "shared")
    second.waitUntilExit()
    kill(first.processIdentifier, SIGKILL)
    first.waitUntilExit()
    #expect(second.terminationStatus == 1)
  }
}
