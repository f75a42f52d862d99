import BuiltIns
import Foundation
import Synchronization
import Unlearning
import UnlearningRunner

/// The built runner, beside the test bundle.
let builtRunner: URL? = {
  let file = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "runner")
  return FileManager.default.isExecutableFile(atPath: file.path) ? file : nil
}()

/// The output and the exit status of a command.
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

/// Records text from any thread.
final class Recorder: Sendable {
  private let stored = Mutex("")
  var text: String { stored.withLock { $0 } }
  func append(_ more: String) { stored.withLock { $0 += more } }
}
