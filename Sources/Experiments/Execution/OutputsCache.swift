import Engine
import Synchronization
import Unlearning

/// A cache of recently used predictions; those of retrained models are read by every attack.
final class OutputsCache: Sendable {
  private struct State {
    var outputs: [StepKey: ModelOutputs] = [:]
    /// Keys from least to most recently used.
    var order: [StepKey] = []
    var bytes = 0

    mutating func remove(_ key: StepKey) {
      order.removeAll { $0 == key }
      if let outputs = outputs.removeValue(forKey: key) { bytes -= outputs.bytes }
    }
  }
  private let state = Mutex(State())
  private let limit: Int

  /// A cache of up to `limit` bytes, whatever the size of the banks that are read.
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
      state.remove(key)
      state.outputs[key] = outputs
      state.order.append(key)
      state.bytes += outputs.bytes
      while state.bytes > limit, let oldest = state.order.first { state.remove(oldest) }
    }
    return outputs
  }

  func forget(_ key: StepKey) { state.withLock { $0.remove(key) } }
}

extension ModelOutputs {
  /// The memory of logits, features, labels and indices, in bytes.
  fileprivate var bytes: Int {
    Part.allCases.reduce(0) { sum, part in
      let predictions = self[part]
      // A margin has two numbers of single precision.
      let answers = predictions.hasMarginsAlone ? 2 * predictions.count : predictions.logits.count
      let numbers = answers + (predictions.features?.count ?? 0)
      return sum + MemoryLayout<Float>.size * numbers + 2 * MemoryLayout<Int>.size * predictions.count
    }
  }
}
