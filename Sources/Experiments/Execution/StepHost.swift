import Foundation
import Unlearning

/// Where steps are done: threads of this process, or other processes and machines.
package protocol StepHost: Sendable {
  /// Does a step and stores its result.
  ///
  /// - Throws: What stopped it; `StoreError.damaged` and `.missing` where the result of a parent could not be read.
  func perform(_ step: Step) async throws -> StepOutcome
  /// How many steps side by side are fastest, by timing some; nil where that is not worth it.
  func workerChoice(for plan: Plan) async throws -> WorkerChoice?
  /// Drops what is kept in memory of a result that is made again.
  func forget(_ key: StepKey)
  /// Ends running steps soon, which then fail.
  func cancel()
}

/// How a step ended well.
package struct StepOutcome: Sendable {
  /// How long it took.
  package var seconds: Double

  package init(seconds: Double) { self.seconds = seconds }
}

extension Duration {
  /// The duration as a number of seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
