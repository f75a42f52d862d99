import Synchronization

/// Cancels running work on request.
package final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var action: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  /// Not cancelled, without running work.
  package init() {}

  /// Whether cancellation was requested.
  package var isCancelled: Bool { state.withLock(\.isCancelled) }

  /// Requests cancellation; it cannot be withdrawn.
  package func cancel() {
    let action = state.withLock { state in
      state.isCancelled = true
      return state.action
    }
    action?()
  }

  /// Sets the action that cancels the running work; it is called immediately if cancellation was requested before.
  func attach(_ action: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.action = action
      return state.isCancelled
    }
    if isLate { action() }
  }

  /// Ends the scope of the last action.
  func detach() { state.withLock { $0.action = nil } }
}
