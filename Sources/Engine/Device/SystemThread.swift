import CKernels

/// Threads of the operating system whose start can fail, which Foundation's do silently.
public enum SystemThread {
  private final class Body {
    let call: @Sendable () -> Void
    init(_ call: @escaping @Sendable () -> Void) { self.call = call }
  }

  /// Starts a thread with `stackBytes` of stack that runs `body` once.
  ///
  /// - Returns: false, without running `body`, where the system refuses a thread, as for lack of memory for its stack.
  public static func start(stackBytes: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(Body(body))
    let isStarted = lacuna_start_thread(
      stackBytes,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().call() }
        return nil
      }, box.toOpaque())
    if isStarted == 0 { box.release() }
    return isStarted != 0
  }
}
