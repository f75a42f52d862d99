import ArgumentParser
import ConfigYAML
import Experiments
import JSON
import Unlearning

/// The command `runner compare FILE MEASUREMENT`.
struct CompareCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compares all methods with each other in one measurement; runs nothing.",
    discussion: """
      Differences are paired by training seed, over the models of the bank for a score of a whole bank. p is that of the
      exact sign-flip test of the mean, at least 2^(1 - models), and Holm's correction is over all pairs of a table.
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(help: "The measurement, such as total-variation.forget_test.")
  var by: String

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "Print JSON, with differences in the unit of the measurement.")
  var json = false

  func run(in context: Context) throws -> ExitStatus {
    let plan = try Plan(try experiment.load(context.registry), registry: context.registry)
    let store = try storeOptions.open(mustExist: true)
    let rows = try results(of: plan, store: store).rows
    let tables = PairwiseComparison.tables(of: rows, by: by)
    guard !tables.isEmpty else {
      let known = Set(rows.filter { $0.role == .unlearned }.map(\.name)).sorted()
      throw UsageError(
        known.isEmpty
          ? "there are no results of methods yet; compute them with: runner run \(experiment.words)\(storeOptions.words)"
          : unknownName("measurement", by, known: known))
    }
    try context.console.write(
      json
        ? try JSONValue(tables).description + "\n" : tables.map(\.text).joined(separator: "\n"))
    return .done
  }
}
