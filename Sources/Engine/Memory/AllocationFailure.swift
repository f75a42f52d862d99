import CKernels
import Dispatch
import Foundation

/// What happens when the system refuses memory for a tensor.
///
/// Swift cannot unwind the calls above an allocation: no frame could release what it holds. The thread that asked
/// therefore never continues. If it has a handler, the handler notifies whoever waits for the thread, which is then
/// parked for ever with all that it holds: its tensors and its locks. Without a handler the process ends.
///
/// A body that runs with a handler must therefore hold no lock that others wait for while it allocates tensors. A thread
/// of the pool passes its failure on to the thread whose work it does.
public enum AllocationFailure {
  private static let key = "lacuna.allocation-failure"

  private final class Handler: Sendable {
    let call: @Sendable (Int) -> Void
    init(_ call: @escaping @Sendable (Int) -> Void) { self.call = call }
  }

  /// Runs `body` on this thread; when memory for one of its tensors is refused, `handler` gets the number of bytes, at
  /// most once, and neither `body` nor this call returns.
  ///
  /// The thread's share of the pool is returned before that.
  public static func withHandler<Result>(
    _ handler: @escaping @Sendable (_ bytes: Int) -> Void, _ body: () throws -> Result
  ) rethrows -> Result {
    _ = kernels
    let outer = Thread.current.threadDictionary[key]
    Thread.current.threadDictionary[key] = Handler(handler)
    defer { Thread.current.threadDictionary[key] = outer }
    return try body()
  }

  /// Asks the system for `bytes` and returns them at once, so that memory that an array is about to take is refused here:
  /// an array that gets no memory ends the process.
  ///
  /// Small arrays need no such question. Another thread may take the memory in between.
  public static func probe(_ bytes: Int) {
    if bytes >= 1 << 20, lacuna_has_memory(bytes) == 0 { refuse(bytes) }
  }

  /// Appends `more` to an array that grows with what is read, as long as there is memory for the longer array.
  public static func append(_ more: some Collection<UInt8>, to bytes: inout [UInt8]) {
    let count = bytes.count + more.count
    // An array that has no room takes twice as much as before.
    if count > bytes.capacity { probe(max(count, 2 * bytes.capacity)) }
    bytes += more
  }

  /// Makes the kernels' scratch memory fail as tensors do; once a process.
  private static let kernels: Void = lacuna_set_refusal_handler { refuse(Int(clamping: $0)) }

  /// Never returns: parks the calling thread or ends the process.
  static func refuse(_ bytes: Int) -> Never {
    lacuna_leave_task(bytes)
    guard let handler = Thread.current.threadDictionary[key] as? Handler else {
      fatalError("out of memory: \(bytes) bytes for a tensor were refused; finished steps are kept")
    }
    // An allocation failure inside the handler must not call it again.
    Thread.current.threadDictionary[key] = nil
    lacuna_leave_pool()
    handler.call(bytes)
    let never = DispatchSemaphore(value: 0)
    while true { never.wait() }
  }
}
