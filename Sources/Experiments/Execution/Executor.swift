import Foundation
public import Logging
import Synchronization
import SystemErrors
import Unlearning

/// Receives the events of an execution; called from several threads.
public protocol ExecutionObserver: Sendable {
  /// Step `index` (from 1) of `total` begins.
  func started(_ step: Step, index: Int, total: Int)
  /// A running step has reached `fraction`, in [0, 1].
  func progressed(_ step: Step, fraction: Double)
  /// A step succeeded after `seconds`.
  func finished(_ step: Step, seconds: Double)
  /// `count` steps already had results in the store.
  func reused(count: Int)
  /// A step failed; `skipping` steps that depend on it are skipped, each of which is reported next.
  func failed(_ step: Step, error: String, skipping: Int)
  /// A step was skipped because one of its ancestors failed.
  func skipped(_ step: Step, because reason: String)
  /// A damaged artifact was set aside and is recomputed.
  func repaired(_ message: String)
  /// A message about the data, such as the sizes of groups.
  func noted(_ message: String)
  /// `workers` steps run concurrently; where timing chose the number, `gain` is the speedup in images per second over
  /// one worker.
  func working(_ workers: Int, gain: Double?)
}

/// The counts and errors of an execution.
public struct ExecutionSummary: Sendable {
  /// Steps that were run and succeeded.
  public var finished = 0
  /// Steps with results already in the store.
  public var reused = 0
  /// Steps that failed.
  public var failed = 0
  /// Steps that were skipped because an ancestor failed.
  public var skipped = 0
  /// Whether the execution was cancelled.
  public var wasCancelled = false
  /// Every failed step with its error.
  public var failures: [(label: String, error: String)] = []

  /// One line per error: the first step that failed with it, and the number of others.
  public var failureLines: [String] {
    MissingResult.lines(failures.map { MissingResult($0.label, because: $0.error) })
  }
  /// One line per changed or unchanged result of steps that were recomputed on request.
  public var changes: [String] = []
}

/// Runs the steps of a plan whose results are not in the store.
public final class Executor: Sendable {
  private let plan: Plan
  private let store: Store
  private let workers: Int?
  private let observer: any ExecutionObserver
  private let host: any StepHost
  private let isCancelled = Atomic<Bool>(false)
  private let rerun: Rerun?

  /// An execution by up to `workers` concurrent steps; results do not depend on the number.
  ///
  /// Without a number, the fastest one is found by timing a few training steps first: at most one per core, and 8. The
  /// steps of `rerun` are recomputed even if they have results.
  public convenience init(
    _ plan: Plan, store: Store, workers: Int?, observer: any ExecutionObserver, rerun: Rerun? = nil,
    log: Logger = Logger(label: "lacuna")
  ) {
    let host = ThreadHost(plan, store: store, observer: observer, log: log)
    self.init(plan, store: store, workers: workers, observer: observer, rerun: rerun, host: host)
  }

  /// An execution on `host`, which writes the results to `store`.
  package init(
    _ plan: Plan, store: Store, workers: Int?, observer: any ExecutionObserver, rerun: Rerun? = nil,
    host: any StepHost
  ) {
    precondition(workers ?? 1 >= 1, "at least one worker is needed")
    self.plan = plan
    self.store = store
    self.workers = workers
    self.observer = observer
    self.rerun = rerun
    self.host = host
  }

  /// Cancels the execution: running steps stop at their next checkpoint, finished results are kept.
  public func cancel() {
    isCancelled.store(true, ordering: .relaxed)
    host.cancel()
  }

  private var wasCancelled: Bool { isCancelled.load(ordering: .relaxed) }

  /// Runs all steps with missing results, holding the lock of the store.
  ///
  /// Where nothing is missing, nothing is written, and the store may be read-only.
  /// - Throws: `StoreError` when another process writes the store, or the store is full or cannot be written, at the
  ///   beginning or later: no result can be kept then, so the first such error ends the execution. Other errors of
  ///   single steps are part of the summary.
  public func run() async throws -> ExecutionSummary {
    if try rerun == nil && Agenda.isDone(plan, store: store) {
      observer.reused(count: plan.steps.count)
      return ExecutionSummary(reused: plan.steps.count)
    }
    let lock = try store.lock()
    let replacement = try rerun.map { rerun throws(StoreError) in try Replacement(rerun, plan, store: store) }
    for note in replacement?.notes ?? [] { observer.noted(note) }
    var (summary, obstacle) = await runSteps()
    if let obstacle { throw obstacle }
    summary.changes = try replacement?.changes() ?? []
    withExtendedLifetime(lock) {}
    return summary
  }

  /// The summary, and the store error that ended the execution, if any.
  private func runSteps() async -> (ExecutionSummary, StoreError?) {
    var obstacle: StoreError?
    var agenda = Agenda(plan, store: store)
    var summary = ExecutionSummary()
    for message in agenda.repairs { observer.repaired(message) }
    summary.reused = plan.steps.count - agenda.pendingCount
    observer.reused(count: summary.reused)
    let workers = agenda.pendingCount == 0 ? 1 : await workersToUse()
    var started = 0
    await withTaskGroup(of: (Step, Result<StepOutcome, any Error>).self) { group in
      var running = 0
      while true {
        while running < workers, !wasCancelled, let step = agenda.takeReady() {
          started += 1
          running += 1
          observer.started(step, index: started, total: agenda.totalToRun)
          group.addTask { [host] in
            do {
              return (step, .success(try await host.perform(step)))
            } catch {
              return (step, .failure(error))
            }
          }
        }
        report(agenda.takeSkipped(), in: &summary)
        guard let (step, result) = await group.next() else { break }
        running -= 1
        switch result {
        case .success(let outcome):
          agenda.finish(step.key)
          do throws(StoreError) {
            try store.removeFailure(of: step.key)
          } catch {
            observer.repaired("an old note of why the step failed could not be removed: \(error)")
          }
          summary.finished += 1
          observer.finished(step, seconds: outcome.seconds)
        case .failure(let error):
          if obstacle == nil, let error = error as? StoreError, error.endsWriting {
            obstacle = error
            cancel()
          }
          if wasCancelled { continue }
          if let key = Self.unreadableKey(error) {
            let repair = agenda.repair(key, for: step)
            if case .planned(let message) = repair {
              host.forget(key)
              observer.repaired(message)
            }
            if repair != .impossible {
              started -= 1
              continue
            }
          }
          let reason = error.plainText
          agenda.fail(step.key, "\(step.label) failed")
          summary.failed += 1
          summary.failures.append((step.label, reason))
          let skipped = agenda.takeSkipped()
          observer.failed(step, error: reason, skipping: skipped.count)
          report(skipped, in: &summary)
          do throws(StoreError) {
            try store.keepFailure(of: step.key, "\(step.label): \(reason)")
          } catch {
            observer.repaired("why a step failed could not be noted: \(error)")
            if error.endsWriting {
              obstacle = obstacle ?? error
              cancel()
            }
          }
        }
      }
    }
    summary.wasCancelled = wasCancelled
    return (summary, obstacle)
  }

  private func report(_ skipped: [(Step, String)], in summary: inout ExecutionSummary) {
    summary.skipped += skipped.count
    for (step, reason) in skipped { observer.skipped(step, because: reason) }
  }

  /// The requested number of workers, or the fastest one.
  private func workersToUse() async -> Int {
    if let workers {
      observer.working(workers, gain: nil)
      return workers
    }
    var (choice, count): (WorkerChoice?, Int) = (nil, WorkerChoice.greatest)
    do {
      choice = try await host.workerChoice(for: plan)
      if let choice { count = choice.workers }
    } catch is OutOfMemory {
      count = 1
    } catch {
      // An error here occurs again in the step that needs the data, which reports it.
    }
    observer.working(count, gain: choice?.gain)
    return count
  }

  /// The damaged or missing artifact that made a step fail; nil for other errors.
  private static func unreadableKey(_ error: any Error) -> StepKey? {
    switch error as? StoreError {
    case .damaged(let key, _, _, _), .missing(let key, _): key
    default: nil
    }
  }
}
