import CKernels
import Foundation
import Synchronization

/// Values that a thread in the background makes ahead, one after another; who needs them early helps.
///
/// They must not depend on who makes them. Their tensor memory belongs, for `MemoryMeter`, to the thread that takes them,
/// from then on.
public final class PartsAhead<Part: Sendable>: Sendable {
  private struct State {
    var parts: [Part?]
    var begun = 0, made = 0
    /// Tensor memory of the parts, as long as it belongs to no thread.
    var bytes: Int64 = 0
    /// Tensor memory that the thread in the background asked for and did not get.
    var refused: Int?
  }
  private let state: Mutex<State>
  private let allMade = DispatchSemaphore(value: 0)
  private let count: Int
  private let make: @Sendable (Int) -> Part

  /// Begins to make `count` parts; `make` gets their numbers.
  public init(_ count: Int, make: @escaping @Sendable (Int) -> Part) {
    state = Mutex(State(parts: Array(repeating: nil, count: count)))
    self.count = count
    self.make = make
    if count == 0 { allMade.signal() }
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      AllocationFailure.withHandler { [self] in
        fail($0)
      } _: {
        Runtime.runningInline { work() }
      }
    }
  }

  /// Lets whoever asks for the parts find that the thread in the background ran out of memory.
  private func fail(_ bytes: Int) {
    state.withLock { $0.refused = bytes }
    allMade.signal()
  }

  deinit {
    // What nobody took goes with this thread.
    lacuna_meter_add(state.withLock { $0.bytes })
  }

  /// All parts in order, once they are made; makes what is left on this thread and on idle ones of the pool.
  ///
  /// Hands them over: a second call makes them anew.
  public func parts() -> [Part] {
    _ = Runtime.concurrentMap(Runtime.threadShare) { [self] _ in work() }
    allMade.wait()
    allMade.signal()
    // The part in question is lost, so it is this thread's failure now.
    if let bytes = state.withLock(\.refused) { AllocationFailure.refuse(bytes) }
    let taken = state.withLock { state in
      defer { (state.parts, state.bytes) = ([], 0) }
      lacuna_meter_add(state.bytes)
      return state.parts.compactMap { $0 }
    }
    return taken.count == count ? taken : (0..<count).map(make)
  }

  /// Makes parts until none is left to begin.
  private func work() {
    while let number = begin() {
      let before = lacuna_meter_current()
      let part = make(number)
      let bytes = lacuna_meter_current() - before
      lacuna_meter_add(-bytes)
      let isLast = state.withLock { state in
        state.parts[number] = part
        state.bytes += bytes
        state.made += 1
        return state.made == count
      }
      if isLast { allMade.signal() }
    }
  }

  private func begin() -> Int? {
    state.withLock { state in
      guard state.begun < count else { return nil }
      state.begun += 1
      return state.begun - 1
    }
  }
}
