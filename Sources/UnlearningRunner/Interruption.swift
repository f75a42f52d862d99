import Dispatch
import Foundation
import Synchronization

/// Handles SIGINT, SIGTERM and SIGQUIT: the first signal calls a handler, the second one ends the process immediately.
package enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGQUIT]

  /// Runs `body`; `handler` is called on another thread if a signal arrives meanwhile.
  package static func handled<Result>(
    by handler: @escaping @Sendable () -> Void, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let counter = Counter()
    var sources: [any DispatchSourceSignal] = []
    for number in signals {
      // The default action would end the process before the source gets the signal.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if counter.next() == 1 { handler() } else { _exit(ExitStatus.interrupted.rawValue) }
      }
      // A signal that arrives before the source is registered would be lost.
      await withCheckedContinuation { continuation in
        source.setRegistrationHandler { continuation.resume() }
        source.resume()
      }
      sources.append(source)
    }
    defer {
      for source in sources { source.cancel() }
      for number in signals { signal(number, SIG_DFL) }
    }
    return try await body()
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }
}
