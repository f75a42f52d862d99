import ArgumentParser
import Experiments

/// How many steps run in parallel.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Steps that run side by side; results do not depend on it. Without it as many as timed training steps are fastest \
      with, at most one for each core and 8.
      """,
      valueName: "number"))
  var workers: Int?

  /// The number used for estimates: at least 1.
  var count: Int { workers ?? WorkerChoice.greatest }

  func validate() throws {
    if let workers, workers < 1 { throw ValidationError("'--workers' must be at least 1, is \(workers)") }
  }
}
