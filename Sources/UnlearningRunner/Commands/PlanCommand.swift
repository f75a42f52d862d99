import ArgumentParser
import Experiments
import Unlearning

/// The command `runner plan FILE`.
struct PlanCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows the cells and steps of an experiment, what is in the store, and the estimated cost of the rest.")

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var storeOptions: StoreOptions
  @OptionGroup var workerOptions: WorkerOptions

  @Flag(help: "Also estimate the cost by timing a few training steps of each architecture.")
  var timed = false

  func run(in context: Context) throws -> ExitStatus {
    let plan = try Plan(
      try experiment.load(context.registry), registry: context.registry, memory: MachineMemory.available)
    let text = try PlanText(
      plan: plan, store: try storeOptions.open(), workers: workerOptions.count, isTimed: timed
    ).text()
    try context.console.write(text)
    return .done
  }
}
