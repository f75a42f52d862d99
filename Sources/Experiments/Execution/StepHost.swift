import Foundation
import Unlearning

/// Executes steps: on threads of this process, or in other processes and on other machines.
package protocol StepHost: Sendable {
  /// Runs a step and stores its result.
  ///
  /// - Throws: The error of the step; `StoreError.damaged` and `.missing` where the result of a parent could not be
  ///   read.
  func perform(_ step: Step) async throws -> StepOutcome
  /// The fastest number of concurrent steps, by timing some; nil where timing is not worthwhile.
  func workerChoice(for plan: Plan) async throws -> WorkerChoice?
  /// Removes a result that is recomputed from caches in memory.
  func forget(_ key: StepKey)
  /// Cancels running steps, which then fail.
  func cancel()
}

/// The outcome of a successful step.
package struct StepOutcome: Sendable {
  /// The run time in seconds.
  package var seconds: Double

  package init(seconds: Double) { self.seconds = seconds }
}
