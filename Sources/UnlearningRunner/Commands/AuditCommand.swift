import ArgumentParser
import Experiments
import Unlearning

/// The command `runner audit FILE`.
struct AuditCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Attacks and measures models whose predictions another program saved.",
    discussion: """
      The file names arrays in npy, npz or safetensors files, and the attacks and metrics to run; nothing is trained.
      'results', 'compare', 'plan', 'check' and 'cite' take such a file, too.
      """)

  @OptionGroup var command: RunCommand

  func run(in context: Context) async throws -> ExitStatus {
    let experiment = try command.experiment.load(context.registry)
    guard experiment.isAudit else {
      throw UsageError(
        "\(experiment.file) is an experiment, without the key 'audit'; run it by 'runner run \(command.experiment.words)'"
      )
    }
    return try await command.run(in: context)
  }
}
