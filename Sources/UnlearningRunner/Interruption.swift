import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGQUIT into a polite end: the first one calls a handler, the second one ends the process at
/// once.
package enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGQUIT]

  /// Runs `body`; `handler` is called on another thread when the process is asked to end meanwhile.
  package static func handled<Result>(
    by handler: @escaping @Sendable () -> Void, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let counter = Counter()
    var sources: [any DispatchSourceSignal] = []
    for number in signals {
      // The default action would end the process before the source is told.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if counter.next() == 1 { handler() } else { _exit(ExitStatus.interrupted.rawValue) }
      }
      // Before it is registered, a signal would be ignored.
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
