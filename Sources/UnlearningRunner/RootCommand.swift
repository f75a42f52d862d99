import ArgumentParser
import Unlearning

/// What every command gets.
struct Context: Sendable {
  var registry: Registry
  var console: Console
}

/// A command that uses the registry.
protocol RunnerCommand: ParsableCommand {
  /// Executes the command.
  func run(in context: Context) async throws -> ExitStatus
}

/// The root command, which only has subcommands; without one it prints its help.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runner",
    abstract: "Removes data from trained image classifiers, and measures how well it worked.",
    discussion: """
      'runner FILE' is short for 'runner run FILE'.
      Results go to the standard output, progress and messages to the standard error.
      Exit status: 0 all done, 1 some cells failed, 2 bad usage or a bad file, 130 interrupted (state saved).
      """,
    version: ProgramVersion.line,
    subcommands: [
      RunCommand.self, AuditCommand.self, CheckCommand.self, PlanCommand.self, ListCommand.self, DescribeCommand.self,
      SchemaCommand.self, ResultsCommand.self, CompareCommand.self, ROCCommand.self, CiteCommand.self, DataCommand.self,
      NewCommand.self,
    ])

  /// The words that may come first on the command line.
  static let names = configuration.subcommands.map { $0._commandName } + ["help"]
}
