import CKernels
import Dispatch
import Foundation

/// What happens when the system refuses memory for a tensor.
///
/// Swift has no way to unwind the calls above an allocation: no frame could release what it holds. So the thread that
/// asked never goes on. Where it has a handler, that says so to whoever waits for the thread, which then is parked for ever
/// with all that it holds: its tensors, and its locks. Without a handler the process ends.
///
/// Whoever sets a handler must therefore see to it that its body holds no lock that others wait for while it makes tensors.
/// Threads of the pool have no handler.
public enum AllocationFailure {
  private static let key = "lacuna.allocation-failure"

  private final class Handler: Sendable {
    let call: @Sendable (Int) -> Void
    init(_ call: @escaping @Sendable (Int) -> Void) { self.call = call }
  }

  /// Runs `body` on this thread; when memory for one of its tensors is refused, `handler` gets the number of bytes, at most
  /// once, and neither `body` nor this call returns.
  ///
  /// The thread's part of the pool is given back before that.
  public static func withHandler<Result>(
    _ handler: @escaping @Sendable (_ bytes: Int) -> Void, _ body: () throws -> Result
  ) rethrows -> Result {
    let outer = Thread.current.threadDictionary[key]
    Thread.current.threadDictionary[key] = Handler(handler)
    defer { Thread.current.threadDictionary[key] = outer }
    return try body()
  }

  /// Ends what the calling thread does.
  static func refuse(_ bytes: Int) -> Never {
    guard let handler = Thread.current.threadDictionary[key] as? Handler else {
      fatalError("out of memory: \(bytes) bytes for a tensor were refused; finished steps are kept")
    }
    // A handler that makes tensors itself must not come back here.
    Thread.current.threadDictionary[key] = nil
    lacuna_leave_pool()
    handler.call(bytes)
    let never = DispatchSemaphore(value: 0)
    while true { never.wait() }
  }
}
