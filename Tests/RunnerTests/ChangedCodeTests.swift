import BuiltIns
import Data
import Engine
import Foundation
import Synchronization
import TestSupport
import Testing
import Unlearning
import UnlearningRunner

/// A method as a package outside of this repository brings it: its sources are elsewhere.
private struct Outside: UnlearningMethod {
  static let sources = Mutex("")
  static var card: Card {
    Card(
      name: "outside", title: "Outside", summary: "Does nothing.", source: Source(authors: "nobody", venue: "nowhere"),
      sourceFile: sources.withLock { $0 })
  }
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]
  init() {}
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier { original }
}

@Suite("Code of a package outside") struct ChangedCodeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes a source that is older than this program.
  private func write(_ text: String, to name: String) throws {
    let path = try folder.write(text, to: "package/Sources/\(name)")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
  }

  @Test("that has changed is named in one line by run and results, with the steps and the cure")
  func change() async throws {
    Outside.sources.withLock { $0 = folder.path("package/Sources/Outside.swift") }
    try write("let a = 1\n", to: "Outside.swift")
    try write("let b = 1\n", to: "Part.swift")
    let registry = Registry {
      Registry.builtIns
      Outside.self
    }
    let file = try SmallExperiment.tiny { ($0.seeds, $0.methods) = ("[1]", ["outside"]) }.written(to: folder)
    let store = folder.path("store")
    func notes(_ command: String) async throws -> [Substring] {
      let result = await runner(command, file, "--store", store, registry: registry)
      try #require(result.status == .done, "\(result.messages)")
      return result.messages.split(separator: "\n").filter { $0.contains("other code") }
    }
    for command in ["run", "run", "results"] { #expect(try await notes(command) == []) }
    try write("let b = 2\n", to: "Part.swift")
    for command in ["run", "results"] {
      let notes = try await notes(command)
      #expect(notes.count == 1, "\(command): \(notes)")
      #expect(notes.first?.contains("outside (1)") == true && notes.first?.contains("--rerun outside") == true)
    }
    #expect(await runner("run", file, "--store", store, "--rerun", "outside", registry: registry).status == .done)
    for command in ["run", "results"] { #expect(try await notes(command) == []) }
  }
}
