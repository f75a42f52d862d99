import Foundation

/// What remains to be done of a plan: steps whose results are missing and that a missing result needs.
struct Agenda {
  private enum Status { case done, pending, running, failed, skipped }
  private let steps: [StepKey: Step]
  private let order: [StepKey]
  private let store: Store
  private var status: [StepKey: Status] = [:]
  private var reasons: [StepKey: String] = [:]
  /// Which artefacts were made anew for which step: once each, so that a disk that always fails ends the step.
  private var repairsOf: [StepKey: Set<StepKey>] = [:]
  /// What was found damaged while looking.
  private(set) var repairs: [String] = []

  /// Results that people read are verified; what lies below them is only looked at when a step reads it.
  init(_ plan: Plan, store: Store) {
    self.store = store
    steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) })
    order = plan.steps.map(\.key)
    let results = Self.results(of: plan)
    for key in order where results.contains(key) {
      if store.contains(key) {
        do throws(StoreError) {
          try Self.verify(key, in: store)
        } catch {
          // Only what is damaged is made again: a result that cannot be read just now stays where it is.
          if case .damaged = error, let message = discard(key, because: error) { repairs.append(message) }
        }
      }
      demand(key)
    }
  }

  /// Whether all results that people read are there and whole, so that nothing is to be written.
  ///
  /// - Throws: `StoreError.notReadable`, when that cannot be told.
  static func isDone(_ plan: Plan, store: Store) throws(StoreError) -> Bool {
    let results = results(of: plan)
    for step in plan.steps where results.contains(step.key) {
      guard store.contains(step.key) else { return false }
      do throws(StoreError) {
        try verify(step.key, in: store)
      } catch {
        if case .damaged = error { return false }
        throw error
      }
    }
    return true
  }

  private static func results(of plan: Plan) -> Set<StepKey> { Set(plan.cells.flatMap { $0.probes.map(\.key) }) }

  private static func verify(_ key: StepKey, in store: Store) throws(StoreError) {
    try store.verify(key)
    _ = try StepRunner.measurements(of: key, in: store)
  }

  var pendingCount: Int { status.values.count { $0 == .pending } }
  /// Steps that are or were to be run.
  var totalToRun: Int {
    order.count { key in
      guard let state = status[key] else { return false }
      return state != .done || finished.contains(key)
    }
  }
  private var finished: Set<StepKey> = []

  /// Marks `key` and what it needs as pending, as far as results are missing.
  private mutating func demand(_ key: StepKey) {
    guard status[key] == nil else { return }
    if store.contains(key) {
      status[key] = .done
      return
    }
    status[key] = .pending
    for parent in steps[key]?.parents ?? [] { demand(parent) }
  }

  /// The next step, in the plan's order, all of whose parents are done.
  mutating func takeReady() -> Step? {
    for key in order where status[key] == .pending {
      guard let step = steps[key], step.parents.allSatisfy({ status[$0] == .done }) else { continue }
      status[key] = .running
      return step
    }
    return nil
  }

  /// Steps that cannot be run any more, each once, with the reason.
  mutating func takeSkipped() -> [(Step, String)] {
    var skipped: [(Step, String)] = []
    for key in order where status[key] == .pending {
      guard let step = steps[key] else { continue }
      let lost = step.parents.first { status[$0] == .failed || status[$0] == .skipped }
      guard let lost else { continue }
      status[key] = .skipped
      let reason = reasons[lost] ?? "a step that it needs failed"
      reasons[key] = reason
      skipped.append((step, reason))
    }
    return skipped
  }

  mutating func finish(_ key: StepKey) {
    status[key] = .done
    finished.insert(key)
  }

  mutating func fail(_ key: StepKey, _ reason: String) {
    status[key] = .failed
    reasons[key] = reason
  }

  /// What to do about an artefact that a step could not read.
  enum Repair: Equatable {
    /// It was put aside and is planned anew before the step.
    case planned(String)
    /// Another step found it first; this one waits for it, too.
    case underWay
    /// It was made anew before and cannot be read again, or it is no artefact of this plan.
    case impossible
  }

  /// Puts an artefact that is damaged or gone aside and plans it anew before `step`.
  mutating func repair(_ key: StepKey, for step: Step) -> Repair {
    guard steps[key] != nil, repairsOf[step.key, default: []].insert(key).inserted else { return .impossible }
    // A step that began before the repair may fail after it; then there is nothing left to put aside.
    if status[key] == .pending || status[key] == .running || finished.contains(key) {
      status[step.key] = .pending
      return .underWay
    }
    guard let message = discard(key, because: nil) else { return .impossible }
    status[key] = nil
    demand(key)
    status[step.key] = .pending
    return .planned(message)
  }

  private func discard(_ key: StepKey, because error: StoreError?) -> String? {
    var place = ""
    do throws(StoreError) {
      if store.contains(key) { place = "was moved to \(try store.discard(key).path) and " }
    } catch {
      return nil
    }
    let label = steps[key]?.label ?? key.short
    let reason = error.map { " (\($0))" } ?? ""
    return "the artefact of '\(label)' is damaged\(reason); it \(place)is computed again"
  }
}
