package import Experiments

/// Estimates the time of the remaining steps from those that have ended.
package struct RemainingTime {
  private var remaining: [StepKind: Int]
  private var seconds: [StepKind: (total: Double, count: Int)] = [:]

  /// Relative durations of the kinds before one of them has ended: trainings are long, measurements short.
  private let weights: [StepKind: Double]

  /// `steps` are the kinds of the steps to be run, with what they take in proportion to others.
  package init(steps: [(kind: StepKind, weight: Double)]) {
    remaining = steps.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
    weights = Dictionary(steps.map { ($0.kind, $0.weight) }, uniquingKeysWith: { first, _ in first })
  }

  /// Records that a step ended, successfully or not; `seconds` is nil if it was not executed.
  package mutating func end(_ kind: StepKind, seconds: Double?) {
    remaining[kind, default: 0] -= 1
    if let seconds {
      let old = self.seconds[kind] ?? (0, 0)
      self.seconds[kind] = (old.total + seconds, old.count + 1)
    }
  }

  /// Seconds until `workers` have finished all steps; `running` are the kinds of the running steps with their fractions
  /// done.
  ///
  /// nil before the first step has ended.
  package func estimate(workers: Int, running: [(kind: StepKind, fraction: Double)]) -> Double? {
    let known = seconds.filter { $0.value.total > 0 }
    guard !known.isEmpty else { return nil }
    let observed = known.values.reduce(0) { $0 + $1.total }
    let weighted = known.reduce(0) { $0 + Double($1.value.count) * (weights[$1.key] ?? 1) }
    func mean(_ kind: StepKind) -> Double {
      known[kind].map { $0.total / Double($0.count) } ?? (weights[kind] ?? 1) * observed / weighted
    }
    let all = remaining.reduce(0) { $0 + Double(max(0, $1.value)) * mean($1.key) }
    let done = running.reduce(0) { $0 + $1.fraction * mean($1.kind) }
    // The last steps cannot use more workers than there are steps.
    let steps = remaining.values.reduce(0) { $0 + max(0, $1) }
    return max(0, all - done) / Double(max(1, min(workers, steps)))
  }
}
