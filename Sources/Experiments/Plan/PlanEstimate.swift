import Unlearning

/// The remaining cost of a plan, estimated from finished steps of the same kind in the store.
public struct PlanEstimate: Sendable {
  /// Steps whose results are in the store.
  public var cachedSteps = 0
  /// Steps that must still run.
  public var remainingSteps = 0
  /// Seconds of work on one worker; nil while some remaining kind of step has never been run.
  public var seconds: Double?
  /// Bytes of the remaining results on disk; nil as for `seconds`.
  public var bytes: Int?
  /// The peak tensor memory of one step in bytes; nil as for `seconds`.
  public var memory: Int?
}

extension Plan {
  /// Estimates the rest by the median of finished steps of the same method or attack, else of the same kind.
  public func estimate(store: Store) -> PlanEstimate {
    var estimate = PlanEstimate()
    var known: [String: [(seconds: Double, bytes: Double, memory: Double)]] = [:]
    for case let record? in store.parts(StepRecord.Costs.self, of: store.keys) {
      // Sums of Double cannot overflow, whatever a record says.
      let cost = (record.seconds, record.files.values.reduce(0) { $0 + Double($1.size) }, Double(record.peakBytes))
      guard [cost.0, cost.1, cost.2].allSatisfy(Self.possibleCosts.contains) else { continue }
      known[record.kind, default: []].append(cost)
      known[record.kind + Self.peers(record.plugins), default: []].append(cost)
    }
    var total = (seconds: 0.0, bytes: 0.0, memory: 0.0)
    var isKnown = true
    for step in steps {
      if store.contains(step.key) {
        estimate.cachedSteps += 1
        continue
      }
      estimate.remainingSteps += 1
      let peers = known[step.kind.rawValue + Self.peers(step.plugins)] ?? known[step.kind.rawValue] ?? []
      guard !peers.isEmpty else {
        isKnown = false
        continue
      }
      total.seconds += peers.map(\.seconds).median ?? 0
      total.bytes += peers.map(\.bytes).median ?? 0
      total.memory = max(total.memory, peers.map(\.memory).median ?? 0)
    }
    if isKnown {
      let bytes = Int(min(total.bytes, 1e18))
      (estimate.seconds, estimate.bytes, estimate.memory) = (total.seconds, bytes, Int(total.memory))
    }
    return estimate
  }

  /// Seconds or bytes of one step; a record with others is damaged, although its checksum may match.
  private static let possibleCosts = 0...1e12

  private static func peers(_ plugins: [String: Int]) -> String { plugins.keys.sorted().joined(separator: "+") }
}
