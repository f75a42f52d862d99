import Engine
import Foundation
import Synchronization

/// The system refused memory for a tensor of a step, or for its thread.
struct OutOfMemory: Error, CustomStringConvertible {
  /// The size of the refused allocation.
  var bytes: Int
  /// What the memory was for.
  var purpose = "a tensor"

  var description: String {
    "out of memory: \(bytes) bytes for \(purpose) were refused; finished steps are kept, fewer steps side by side "
      + "(--workers) or a smaller batch_size take less"
  }
}

extension Thread {
  /// Runs `work` on a new thread with the stack of a process's first one; other threads have as little as half a MiB.
  ///
  /// `ended` gets its result, exactly once. When memory for a tensor is refused, that is `OutOfMemory`, and the thread
  /// is parked for ever, since Swift cannot unwind it: its memory and locks are held until the process ends. So `work`
  /// must not allocate tensors while it holds a lock that others wait for; `wait(for:)` allocates them on a thread that
  /// holds none.
  static func runStep<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value, ended: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    let isStarted = SystemThread.start(stackBytes: stackBytes) {
      ended(AllocationFailure.withHandler({ ended(.failure(OutOfMemory(bytes: $0))) }, { Result(catching: work) }))
    }
    if !isStarted { ended(.failure(OutOfMemory(bytes: stackBytes, purpose: "a thread"))) }
  }

  private static let stackBytes = 8 << 20

  /// Runs `work` on its own thread while this one waits, so that running out of memory is an error here and locks are
  /// released.
  ///
  /// - Throws: `OutOfMemory`, or what `work` throws.
  static func wait<Value: Sendable>(for work: @escaping @Sendable () throws -> Value) throws -> Value {
    let result = Mutex<Result<Value, any Error>?>(nil)
    let end = DispatchSemaphore(value: 0)
    runStep(work) { found in
      result.withLock { $0 = found }
      end.signal()
    }
    end.wait()
    guard let found = result.withLock({ $0 }) else { preconditionFailure("a thread ends with a result") }
    return try found.get()
  }
}
