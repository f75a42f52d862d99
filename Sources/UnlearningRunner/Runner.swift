import ArgumentParser
import ConfigYAML
import Data
import Dispatch
import Experiments
import Foundation
import SystemErrors
public import Unlearning

/// The command line tool, independent of the list of plugins.
///
/// ```swift
/// Runner.main(Registry { Registry.builtIns; MyMethod.self })
/// ```
public enum Runner {
  /// Runs the command that the process was started with, and ends the process with its exit status.
  ///
  /// 0: success; 1: something failed; 2: bad usage or a bad file; 130: interrupted, with finished steps kept.
  public static func main(_ registry: Registry) -> Never {
    let arguments = Array(CommandLine.arguments.dropFirst())
    Task.detached {
      exit(await run(arguments, registry: registry, console: .standard).rawValue)
    }
    dispatchMain()
  }

  /// Runs the command given by `arguments`.
  package static func run(_ arguments: [String], registry: Registry, console: Console) async -> ExitStatus {
    do {
      let words = try CommandLineWords.rewritten(arguments, commands: RootCommand.names)
      var command = try RootCommand.parseAsRoot(words)
      if let command = command as? any RunnerCommand {
        return try await command.run(in: Context(registry: registry, console: console))
      }
      try command.run()
      return .done
    } catch {
      return report(error, console)
    }
  }

  /// Reports the error; requested help is not an error.
  private static func report(_ error: any Error, _ console: Console) -> ExitStatus {
    do {
      switch error {
      case let error as DiagnosticList:
        console.report("\(error.summary)\n")
        return .badUsage
      case StoreError.notAStore, StoreError.foreignMarker, StoreError.noStore, StoreError.notAFolder:
        console.report("error: \(error)\n")
        return .badUsage
      case is DataError, is UsageError:
        console.report("error: \(error)\n")
        return .badUsage
      case is CleanExit, is ValidationError, is ExitCode: break
      default:
        // The parser's own errors have no public type; for other errors it only prints their description.
        if RootCommand.exitCode(for: error) == .failure {
          console.report("error: \(error.plainText)\n")
          return .failed
        }
      }
      // The parser stops the process where its margin is wider than the line.
      let width = console.outputWidth.map { max($0, Console.narrowest) }
      let message = RootCommand.fullMessage(for: error, columns: width)
      guard RootCommand.exitCode(for: error).isSuccess else {
        // All errors start with "error:" in lower case.
        console.report((message.hasPrefix("Error: ") ? "e" + message.dropFirst() : message) + "\n")
        return .badUsage
      }
      try console.write(message + "\n")
      return .done
    } catch {
      console.report("error: \(error.plainText)\n")
      return .failed
    }
  }
}

/// The exit status of the process.
package enum ExitStatus: Int32, Sendable {
  /// Success.
  case done = 0
  /// Some cells failed, or the system refused something.
  case failed = 1
  /// Bad usage or a bad file; nothing was run.
  case badUsage = 2
  /// Interrupted, with finished steps kept.
  case interrupted = 130
}

/// An error in the use of a command.
struct UsageError: Error, CustomStringConvertible {
  /// What is wrong and what to do.
  var description: String

  init(_ description: String) { self.description = description }
}

extension DiagnosticList {
  /// The diagnostics, then their number and the file.
  var summary: String {
    let files = Set(diagnostics.map(\.file)).sorted().joined(separator: ", ")
    let total = diagnostics.count + more
    let count = total == 1 ? "1 error" : "\(total) errors"
    return "\(self)\n\(count) in \(files)"
  }
}
