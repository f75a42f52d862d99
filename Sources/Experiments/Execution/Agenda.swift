/// What remains to be done of a plan: steps whose results are missing and that a missing result needs.
struct Agenda {
  private enum Status { case done, pending, running, failed, skipped }
  private let steps: [StepKey: Step]
  private let order: [StepKey]
  private let store: Store
  private var status: [StepKey: Status] = [:]
  private var reasons: [StepKey: String] = [:]
  private var repaired: Set<StepKey> = []
  /// What was found damaged while looking.
  private(set) var repairs: [String] = []

  /// Results that people read are verified; what lies below them is only looked at when a step reads it.
  init(_ plan: Plan, store: Store) {
    self.store = store
    steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) })
    order = plan.steps.map(\.key)
    let results = Set(plan.cells.flatMap { $0.probes.map(\.key) })
    for key in order where results.contains(key) {
      if store.contains(key) {
        do throws(StoreError) {
          try store.verify(key)
        } catch {
          if let message = discard(key, because: error) { repairs.append(message) }
        }
      }
      demand(key)
    }
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

  /// Puts the damaged artefact aside and plans it anew before `step`; nil when that was tried before.
  mutating func repair(_ key: StepKey, for step: Step) -> String? {
    guard steps[key] != nil, !repaired.contains(key) else { return nil }
    guard let message = discard(key, because: nil) else { return nil }
    status[key] = nil
    demand(key)
    status[step.key] = .pending
    return message
  }

  private mutating func discard(_ key: StepKey, because error: StoreError?) -> String? {
    repaired.insert(key)
    do throws(StoreError) {
      _ = try store.discard(key)
    } catch {
      return nil
    }
    let label = steps[key]?.label ?? key.short
    return "the artefact of '\(label)' is damaged" + (error.map { " (\($0))" } ?? "") + "; it is made anew"
  }
}
