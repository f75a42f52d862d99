import ArgumentParser
import Experiments
import Unlearning

/// The command `runner results FILE`.
struct ResultsCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "results", abstract: "Prints the results of an experiment that are in the store; runs nothing.")

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var storeOptions: StoreOptions

  @OptionGroup var formatOptions: FormatOptions

  func run(in context: Context) throws -> ExitStatus {
    let plan = try Plan(try experiment.load(context.registry), registry: context.registry)
    let store = try storeOptions.open(mustExist: true)
    let report = try Report(of: plan, store: store)
    try context.console.write(formatOptions.text(of: report, width: context.console.outputWidth))
    for note in plan.codeNotes(store: store) { context.console.report("\(note)\n") }
    if !report.missing.isEmpty {
      if !formatOptions.format.namesMissing {
        for line in MissingResult.lines(report.missing) {
          context.console.report("\(line.visible.cappingLines(at: 1000))\n")
        }
      }
      context.console.report(
        "\(report.missing.count) results are missing; compute them with: "
          + "runner run \(experiment.words)\(storeOptions.words)\n")
    }
    return .done
  }
}

extension Report {
  /// The results of `plan` in `store`.
  init(of plan: Plan, store: Store) throws {
    let (rows, missing) = try results(of: plan, store: store)
    try self.init(
      experiment: plan.experiment.name, rows: rows, missing: missing,
      leftOut: plan.pruned)
  }
}
