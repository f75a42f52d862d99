import Foundation
import TestSupport
import Testing
import UnlearningRunner

/// Messages about files that cannot be used.
@Suite("Messages about files") struct PlainMessageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// How Foundation describes its errors; no message may contain it.
  private static let foreign = ["NSCocoaErrorDomain", "NSPOSIXErrorDomain", "Error Domain", "The operation couldn"]

  private func expectPlain(_ messages: String, _ what: String, says expected: String = "error") {
    for words in Self.foreign { #expect(!messages.contains(words), "\(what): \(messages)") }
    #expect(messages.contains(expected), "\(what): \(messages)")
  }

  /// Writes a file with a new name.
  private func experiment(_ change: (inout SmallExperiment) throws -> Void = { _ in }) throws -> String {
    try SmallExperiment.tiny {
      ($0.name, $0.seeds) = (UUID().uuidString, "[1]")
      try change(&$0)
    }.written(to: folder)
  }

  /// A folder of pictures that cannot be decoded.
  private func pictures(_ name: String) throws -> String {
    for part in ["train", "test"] {
      for label in ["a", "b"] { try folder.write("x", to: "\(name)/\(part)/\(label)/0.png") }
    }
    return folder.path(name)
  }

  /// Paths at which no file can be read, each with a word of its message.
  private func places() throws -> [(path: String, says: String)] {
    try folder.write("text", to: "file")
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder.path("loop"), withDestinationPath: folder.path("loop"))
    try FileManager.default.createSymbolicLink(atPath: folder.path("dangling"), withDestinationPath: "/nowhere")
    _ = mkfifo(folder.path("pipe"), 0o644)
    return [
      (folder.path("nothing"), "no"), (folder.path("folder"), "a directory"), (folder.path("file/inner"), "error"),
      (folder.path("loop"), "error"), (folder.path("dangling"), "error"), (folder.path("pipe"), "pipe"),
      ("/dev/zero", "device"),
      (folder.path(String(repeating: "x", count: 300)), "error"),
    ]
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["check", "plan", "run", "results"])
  func experimentFiles(command: String) async throws {
    for (path, says) in try places() {
      let result = await runner(command, path)
      #expect(result.status == .badUsage, "\(path)")
      expectPlain(result.messages, path, says: says)
      #expect(result.messages.contains(path), "\(result.messages)")
    }
  }

  @Test(.timeLimit(.minutes(10))) func filesThatExperimentsName() async throws {
    for (path, _) in try places() {
      let files = [
        try experiment { $0.forget = ["indices: '\(path)'"] },
        try experiment { $0.architectures = ["resnet18: {weights: '\(path)'}"] },
        try experiment { $0.data = ["image-folder: {folder: '\(path)', size: 8}"] },
        try experiment {
          let list = "attributes: '\(path)', sensitive: tone"
          $0.data = ["image-folder: {folder: '\(try pictures("good"))', size: 8, \(list)}"]
          $0.forget = ["class: a"]
        },
      ]
      for file in files {
        let result = await runner("check", file)
        expectPlain(result.messages + result.output, "\(path): \(file)", says: path)
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func stores() async throws {
    for (path, _) in try places() where !path.hasSuffix("folder") && !path.hasSuffix("nothing") {
      for command in ["plan", "run", "results"] {
        let result = await runner(command, try experiment(), "--store", path)
        // There is no store yet, so everything remains to be run.
        guard command != "plan" || !(path.hasSuffix("dangling") || path.hasSuffix("inner")) else { continue }
        #expect(result.status != .done, "\(command) \(path)")
        expectPlain(result.messages, "\(command) \(path)")
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func downloads() async throws {
    for (path, _) in try places() where !path.hasSuffix("folder") && !path.hasSuffix("nothing") {
      let result = await runner("data", "fetch", "mnist", "--root", path, "--from", "http://127.0.0.1:1")
      #expect(result.status == .failed, "\(path)")
      expectPlain(result.messages, path)
    }
  }

  @Test func aBadPictureIsExplainedOnce() async throws {
    let file = try experiment {
      $0.data = ["image-folder: {folder: '\(try pictures("bad"))', size: 8}"]
      $0.forget = ["class: a"]
    }
    let result = await runner(file, "--store", folder.path("store"))
    #expect(result.status == .failed)
    let reasons = (result.output + result.messages).split(separator: "\n").filter { $0.contains("bad/train/a/0.png: ") }
    #expect(reasons.count == 1, "\(result.messages)\(result.output)")
    // Which of the two steps that read the pictures fails first is up to the scheduler.
    let failures = result.messages.split(separator: "\n").filter { $0.hasPrefix("failed: ") }
    #expect(failures.count == 2, "\(result.messages)")
    #expect(failures.count { $0.hasSuffix(": 4 pictures cannot be decoded; see below") } == 1, "\(result.messages)")
    #expect(failures.count { $0.contains(": for the same reason as image-folder / mlp / ") } == 1, "\(result.messages)")
    // `results` has nothing else to explain it with.
    let results = await runner("results", file, "--store", folder.path("store"))
    #expect(results.output.contains("bad/train/a/0.png: "), "\(results.output)")
  }

  @Test(
    .enabled(if: getuid() == 0 && builtRunner != nil, "needs the right to become another user, and the built runner"))
  func withoutPermission() async throws {
    let hidden = try folder.write("text", to: "hidden")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: hidden)
    let closed = try pictures("closed")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: closed)
    let open = try pictures("open")
    func folderOf(_ path: String) throws -> String {
      try experiment {
        $0.data = ["image-folder: {folder: '\(path)', size: 8}"]
        $0.forget = ["class: a"]
      }
    }
    let store = folder.path("store")
    try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: store)
    let hiddenFolder = try folderOf(closed)
    let commands: [[String]] = [
      ["check", hidden], ["check", try experiment { $0.forget = ["indices: '\(hidden)'"] }],
      ["check", try experiment { $0.architectures = ["resnet18: {weights: '\(hidden)'}"] }],
      ["check", hiddenFolder], ["run", try folderOf(open), "--store", store],
      ["data", "fetch", "mnist", "--root", folder.path("no"), "--from", "http://127.0.0.1:1"],
    ]
    for command in commands {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "LACUNA_CACHE=\(folder.path("cache"))"]
        + [try #require(builtRunner).path] + command
      let messages = Pipe()
      process.standardOutput = FileHandle.nullDevice
      process.standardError = messages
      try process.run()
      let text = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus != 0, "\(command)")
      expectPlain(text, "\(command)", says: command[1] == hiddenFolder ? "cannot be read" : "ermission denied")
    }
  }
}
