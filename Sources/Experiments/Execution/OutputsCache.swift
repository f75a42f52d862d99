import Synchronization
import Unlearning

/// A cache of recently used predictions; those of retrained models are read by every attack.
final class OutputsCache: Sendable {
  private struct State {
    var outputs: [StepKey: ModelOutputs] = [:]
    /// Keys from least to most recently used.
    var order: [StepKey] = []
  }
  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func outputs(_ key: StepKey, load: () throws -> ModelOutputs) rethrows -> ModelOutputs {
    let known = state.withLock { state -> ModelOutputs? in
      guard let outputs = state.outputs[key] else { return nil }
      state.order.removeAll { $0 == key }
      state.order.append(key)
      return outputs
    }
    if let known { return known }
    let outputs = try load()
    state.withLock { state in
      state.outputs[key] = outputs
      state.order.removeAll { $0 == key }
      state.order.append(key)
      if state.order.count > limit { state.outputs[state.order.removeFirst()] = nil }
    }
    return outputs
  }

  func forget(_ key: StepKey) {
    state.withLock { state in
      state.outputs[key] = nil
      state.order.removeAll { $0 == key }
    }
  }
}
