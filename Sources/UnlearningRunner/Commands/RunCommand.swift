import ArgumentParser
import Dispatch
import Engine
import Experiments
import Unlearning

/// The command `runner run FILE`; `runner FILE` is the same.
struct RunCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs an experiment, and prints its results.",
    discussion: """
      Finished steps are kept in the store and never run again: not by this file, not by another one. A run that was \
      interrupted goes on where it was.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var storeOptions: StoreOptions
  @OptionGroup var workerOptions: WorkerOptions

  @Flag(help: "Show what would be run, as 'runner plan' does, and run nothing.")
  var dryRun = false

  @Option(
    name: .customLong("rerun"), parsing: .singleValue,
    help: ArgumentHelp(
      """
      Computes these steps and all that depend on them again, and says what changed: the name of a plugin, a label, a \
      kind of step or the beginning of a key, with '*' for any text; may be given several times.
      """,
      valueName: "pattern"))
  var rerun: [String] = []

  @OptionGroup var formatOptions: FormatOptions

  func run(in context: Context) async throws -> ExitStatus {
    let plan = try Plan(
      try experiment.load(context.registry), registry: context.registry, memory: MachineMemory.available)
    let store = try storeOptions.open()
    guard !dryRun else {
      try context.console.write(PlanText(plan: plan, store: store, workers: workerOptions.count).text())
      return .done
    }
    guard !plan.cells.isEmpty else {
      let reasons = PrunedCell.lines(plan.pruned).map { "\n  \($0)" }.joined()
      throw UsageError("every cell of '\(plan.experiment.name)' is left out:\(reasons)")
    }
    if let problem = Runtime.blasProblem ?? MachineMemory.problem(threads: Runtime.threadLimit) {
      context.console.report("error: \(problem)\n")
      return .failed
    }
    let summary = try await execute(plan, store: store, rerun: try steps(of: plan), context)
    if summary.wasCancelled {
      context.console.report("interrupted; finished steps are kept. Continue with: \(resumingCommand)\n")
      return .interrupted
    }
    var report = try Report(of: plan, store: store)
    // What failed just now is explained below, once for all results that are missing by it.
    let explained = Set(summary.failures.map { "failed: \($0.error)" })
    for place in report.missing.indices where report.missing[place].reason.map(explained.contains) == true {
      report.missing[place].reason = "failed"
    }
    try context.console.write(formatOptions.text(of: report, width: context.console.outputWidth))
    for change in summary.changes { context.console.report("\(change)\n") }
    guard summary.failed > 0 || summary.skipped > 0 else { return .done }
    context.console.report(failureText(summary))
    return .failed
  }

  /// The steps to compute again.
  private func steps(of plan: Plan) throws -> Rerun? {
    guard !rerun.isEmpty else { return nil }
    do throws(Rerun.Unmatched) {
      return try Rerun(rerun, in: plan)
    } catch {
      throw UsageError("--rerun: \(error)")
    }
  }

  private func execute(
    _ plan: Plan, store: Store, rerun: Rerun?, _ context: Context
  ) async throws -> ExecutionSummary {
    let console = context.console
    let pruned = plan.pruned.isEmpty ? "" : ", \(plan.pruned.count) left out"
    console.report("\(plan.experiment.name): \(plan.cells.count) cells\(pruned), \(plan.steps.count) steps\n")
    for note in plan.notes { console.report("note: \(note)\n") }
    let progress = ProgressReporter(plan, store: store, console: console)
    for note in plan.codeNotes(store: store, isReplacing: rerun != nil) { progress.say(note) }
    let executor = Executor(plan, store: store, workers: workerOptions.workers, observer: progress, rerun: rerun)
    let interrupt: @Sendable () -> Void = {
      progress.say("interrupted; running steps end soon, a second interrupt ends them at once")
      executor.cancel()
    }
    // The clock also updates the display while long steps report nothing; their threads are busy, so it has its own
    // queue.
    let clock = DispatchSource.makeTimerSource(queue: .global())
    clock.schedule(deadline: .now() + 1, repeating: 1)
    clock.setEventHandler { progress.tick() }
    clock.resume()
    defer {
      clock.cancel()
      progress.close()
    }
    let summary = try await Interruption.handled(by: interrupt) { try await executor.run() }
    if summary.finished > 0 { progress.say("\(summary.finished) steps in \(DurationText.short(progress.elapsed))") }
    return summary
  }

  private func failureText(_ summary: ExecutionSummary) -> String {
    let skipped = summary.skipped > 0 ? ", \(summary.skipped) that depend on them were skipped" : ""
    let failures = summary.failureLines.map { "  \($0)\n" }.joined()
    return "\(summary.failed) steps failed\(skipped):\n\(failures)run again with: \(resumingCommand)\n"
  }

  private var resumingCommand: String { "runner run \(experiment.words)\(storeOptions.words)" }
}
