import CKernels
import Foundation
import Synchronization

/// Values computed ahead of time, in order, on a background thread; a caller who needs them earlier helps.
///
/// A value must not depend on the thread that computes it. `MemoryMeter` counts its tensors for the thread that takes
/// the value.
public final class PartsAhead<Part: Sendable>: Sendable {
  private struct State {
    var parts: [Part?]
    var begun = 0, made = 0
    /// Tensor memory of the parts that no thread has taken yet.
    var bytes: Int64 = 0
    /// Bytes of the allocation that was refused on the background thread.
    var refused: Int?
  }
  private let state: Mutex<State>
  private let allMade = DispatchSemaphore(value: 0)
  private let count: Int
  private let make: @Sendable (Int) -> Part

  /// Starts to compute `count` parts; `make` gets the index of each.
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

  /// Makes `parts()` report that the background thread ran out of memory.
  private func fail(_ bytes: Int) {
    state.withLock { $0.refused = bytes }
    allMade.signal()
  }

  deinit {
    // The meter counted no thread for these parts; the thread that releases them does so now.
    lacuna_meter_add(state.withLock { $0.bytes })
  }

  /// All parts in order, when they are computed; the remaining ones are computed on this thread and on idle threads of
  /// the pool.
  ///
  /// Transfers ownership: a second call computes them again.
  public func parts() -> [Part] {
    _ = Runtime.concurrentMap(Runtime.threadShare) { [self] _ in work() }
    allMade.wait()
    allMade.signal()
    // The part that failed is lost, so the failure is reported on the calling thread.
    if let bytes = state.withLock(\.refused) { AllocationFailure.refuse(bytes) }
    let taken = state.withLock { state in
      defer { (state.parts, state.bytes) = ([], 0) }
      lacuna_meter_add(state.bytes)
      return state.parts.compactMap { $0 }
    }
    return taken.count == count ? taken : (0..<count).map(make)
  }

  /// Computes parts until all are claimed.
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
