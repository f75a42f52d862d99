import ArgumentParser
import ConfigYAML
import Experiments
import Unlearning

/// The command `runner roc FILE`.
struct ROCCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "roc", abstract: "Prints the ROC curves of attacks as CSV, a line for each point; runs nothing.",
    discussion: """
      At each false positive rate the largest true positive rate of a threshold that has at most this false positive rate;
      of a score of a bank the mean over the attacked models, and one curve for all seeds.
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(help: "The measurement, such as sample-ulira.auc, or the attack; by default all that have curves.")
  var by: String?

  @OptionGroup var storeOptions: StoreOptions

  func run(in context: Context) throws -> ExitStatus {
    let plan = try Plan(try experiment.load(context.registry), registry: context.registry)
    let store = try storeOptions.open(mustExist: true)
    let curves = ROCCurves(of: try results(of: plan, store: store).rows)
    let chosen = curves.selecting(by)
    guard !chosen.isEmpty else {
      throw UsageError(
        curves.isEmpty
          ? "there are no ROC curves; attacks with an area under one have them, and steps of an older version get them "
            + "with: runner run \(experiment.words)\(storeOptions.words) --rerun ATTACK"
          : unknownName("measurement", by ?? "", known: curves.names))
    }
    try context.console.write(chosen.csv)
    return .done
  }
}
