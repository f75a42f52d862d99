import ArgumentParser
import Foundation

/// How many steps run side by side.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Steps that run side by side; results do not depend on it. Without it one for each core, at most 8.",
      valueName: "number"))
  var workers: Int?

  /// At least 1.
  var count: Int { workers ?? min(ProcessInfo.processInfo.activeProcessorCount, 8) }

  func validate() throws {
    if let workers, workers < 1 { throw ValidationError("'--workers' must be at least 1, is \(workers)") }
  }
}
