import Synchronization

/// Ends what is under way when somebody asks for it.
package final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var action: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  /// Nothing is under way, and nobody has asked.
  package init() {}

  /// Whether somebody has asked.
  package var isCancelled: Bool { state.withLock(\.isCancelled) }

  /// Asks, once and for all.
  package func cancel() {
    let action = state.withLock { state in
      state.isCancelled = true
      return state.action
    }
    action?()
  }

  /// `action` ends what is under way now; it is called at once where somebody has asked before.
  func attach(_ action: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.action = action
      return state.isCancelled
    }
    if isLate { action() }
  }

  /// Nothing is under way any more.
  func detach() { state.withLock { $0.action = nil } }
}
