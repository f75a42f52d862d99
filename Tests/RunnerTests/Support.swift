import BuiltIns
import Foundation
import Synchronization
import Unlearning
import UnlearningRunner

/// The root of the package.
let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The built runner, beside the test bundle.
let builtRunner: URL? = {
  let file = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "runner")
  return FileManager.default.isExecutableFile(atPath: file.path) ? file : nil
}()

/// What a command wrote, and how it ended.
struct CommandResult {
  var status: ExitStatus
  var output: String
  var messages: String
}

/// Runs a command as the process would.
func runner(
  _ arguments: String..., registry: Registry = .builtIns, outputWidth: Int? = nil, progressWidth: Int? = nil
) async -> CommandResult {
  let output = Recorder()
  let messages = Recorder()
  let console = Console(
    outputWidth: outputWidth, progressWidth: progressWidth, write: { output.append($0) },
    report: { messages.append($0) })
  let status = await Runner.run(arguments, registry: registry, console: console)
  return CommandResult(status: status, output: output.text, messages: messages.text)
}

/// Keeps what is written to it; from any thread.
final class Recorder: Sendable {
  private let stored = Mutex("")
  var text: String { stored.withLock { $0 } }
  func append(_ more: String) { stored.withLock { $0 += more } }
}

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "lacuna-runner-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// The paths of all files below the folder, sorted.
  var files: [String] {
    let all = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    return all.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }
}
