import Data
import Engine
import Foundation
package import Logging
import Unlearning

/// Runs steps on threads of this process, which share data and predictions.
package final class ThreadHost: StepHost {
  private let workshop: Workshop
  private let environment: StepEnvironment

  package init(
    _ plan: Plan, store: Store, observer: any ExecutionObserver, log: Logger = Logger(label: "lacuna"),
    energyCounter: EnergyCounter? = EnergyCounter()
  ) {
    workshop = Workshop(plan, store: store, observer: observer, log: log, energyCounter: energyCounter)
    environment = StepEnvironment(plan)
  }

  package func forget(_ key: StepKey) { workshop.outputs.forget(key) }
  package func cancel() { workshop.cancel() }

  package func perform(_ step: Step) async throws -> StepOutcome {
    try await onOwnThread { [self] in
      let started = Date()
      let clock = ContinuousClock()
      let start = clock.now
      let artifact = try workshop.activity.running {
        try Runtime.asJob {
          try workshop.planned.checking { try step.body.run(on: Bench(workshop: workshop, step: step)) }
        }
      }
      let seconds = (clock.now - start).inSeconds
      let cost = artifact.cost ?? Cost(seconds: seconds, peakBytes: artifact.peakBytes)
      let record = environment.record(of: step, started: started, cost: cost, notes: artifact.notes)
      try workshop.store.write(record, files: artifact.files)
      return StepOutcome(seconds: seconds)
    }
  }

  package func workerChoice(for plan: Plan) async throws -> WorkerChoice? {
    try await onOwnThread { [workshop] in try plan.workerChoice(store: workshop.store, data: workshop.data) }
  }

  /// Runs `work` on its own thread: steps compute for minutes and would block Swift's task threads, including
  /// cancellation.
  private func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedContinuation { continuation in
      Thread.runStep(work) { continuation.resume(returning: $0) }
    }.get()
  }
}
