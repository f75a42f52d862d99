import Foundation

extension Thread {
  /// Runs `work` on a new thread with the stack of a process's first one; other threads have as little as half a MiB.
  static func runStep(_ work: @escaping @Sendable () -> Void) {
    let thread = Thread(block: work)
    thread.stackSize = 8 << 20
    thread.start()
  }
}
