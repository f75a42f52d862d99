import Foundation
import HeapModule

/// The steps of a plan that must still run: those with missing results, and the parents that they need.
///
/// Each step has a count of unfinished parents, so that finding the next step does not scan all steps.
struct Agenda {
  private enum Status { case done, pending, running, failed, skipped }
  private let steps: [StepKey: Step]
  private let order: [StepKey]
  private let place: [StepKey: Int]
  private let children: [StepKey: [StepKey]]
  private let store: Store
  private var status: [StepKey: Status] = [:]
  /// The number of distinct unfinished parents of each pending step.
  private var openParents: [StepKey: Int] = [:]
  /// Plan indices of steps that were ready when added; some may no longer be.
  private var ready = Heap<Int>()
  private var skippedSince: [StepKey] = []
  private var reasons: [StepKey: String] = [:]
  /// The artifacts recomputed for each step: at most once each, so that a persistent disk error fails the step.
  private var repairsOf: [StepKey: Set<StepKey>] = [:]
  /// Messages about damaged results found while scanning the store.
  private(set) var repairs: [String] = []
  private(set) var pendingCount = 0
  /// The number of steps that have been planned to run so far.
  private(set) var totalToRun = 0
  private var finished: Set<StepKey> = []

  /// Scans the store: results that users read are verified; their ancestors are checked only when a step reads them.
  init(_ plan: Plan, store: Store) {
    self.store = store
    steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) })
    order = plan.steps.map(\.key)
    place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    var children: [StepKey: [StepKey]] = [:]
    for step in plan.steps {
      for parent in Set(step.parents) { children[parent, default: []].append(step.key) }
    }
    self.children = children
    for key in order where plan.results.contains(key) {
      if store.contains(key) {
        do throws(StoreError) {
          try steps[key]?.verify(in: store)
        } catch {
          // Only damaged results are recomputed: one that is temporarily unreadable is kept.
          if case .damaged = error, let message = discard(key, because: error) { repairs.append(message) }
        }
      }
      demand(key)
    }
  }

  /// Whether all results that users read are present and intact, so that nothing must be written.
  ///
  /// - Throws: `StoreError.notReadable`, when that cannot be determined.
  static func isDone(_ plan: Plan, store: Store) throws(StoreError) -> Bool {
    for step in plan.steps where plan.results.contains(step.key) {
      guard store.contains(step.key) else { return false }
      do throws(StoreError) {
        try step.verify(in: store)
      } catch {
        if case .damaged = error { return false }
        throw error
      }
    }
    return true
  }

  /// Marks `key` and its ancestors as pending where their results are missing.
  private mutating func demand(_ key: StepKey) {
    guard status[key] == nil else { return }
    if store.contains(key) {
      status[key] = .done
      return
    }
    totalToRun += 1
    for parent in steps[key]?.parents ?? [] { demand(parent) }
    makePending(key)
  }

  /// Marks a step as pending; all of its parents must have a status.
  private mutating func makePending(_ key: StepKey) {
    status[key] = .pending
    pendingCount += 1
    let parents = Set(steps[key]?.parents ?? [])
    openParents[key] = parents.count { status[$0] != .done }
    if let lost = parents.first(where: { status[$0] == .failed || status[$0] == .skipped }) {
      skip(key, because: lost)
    } else {
      offer(key)
    }
  }

  private mutating func offer(_ key: StepKey) {
    if status[key] == .pending, openParents[key] == 0, let place = place[key] { ready.insert(place) }
  }

  /// Removes and returns the first step in plan order whose parents are all done.
  mutating func takeReady() -> Step? {
    while let place = ready.popMin() {
      let key = order[place]
      guard status[key] == .pending, openParents[key] == 0 else { continue }
      status[key] = .running
      pendingCount -= 1
      return steps[key]
    }
    return nil
  }

  /// Removes and returns the steps that can no longer run, in plan order, each once with its reason.
  mutating func takeSkipped() -> [(Step, String)] {
    let keys = skippedSince.sorted { place[$0] ?? 0 < place[$1] ?? 0 }
    skippedSince = []
    return keys.compactMap { key in steps[key].map { ($0, reasons[key] ?? "a step that it needs failed") } }
  }

  private mutating func skip(_ key: StepKey, because lost: StepKey) {
    guard status[key] == .pending else { return }
    status[key] = .skipped
    pendingCount -= 1
    reasons[key] = reasons[lost] ?? "a step that it needs failed"
    skippedSince.append(key)
    for child in children[key] ?? [] { skip(child, because: key) }
  }

  mutating func finish(_ key: StepKey) {
    status[key] = .done
    finished.insert(key)
    for child in children[key] ?? [] {
      openParents[child, default: 0] -= 1
      offer(child)
    }
  }

  mutating func fail(_ key: StepKey, _ reason: String) {
    status[key] = .failed
    reasons[key] = reason
    for child in children[key] ?? [] { skip(child, because: key) }
  }

  /// The outcome of `repair` for an artifact that a step could not read.
  enum Repair: Equatable {
    /// The artifact was set aside and is recomputed before the step.
    case planned(String)
    /// Another step has already triggered the recomputation; this step waits for it.
    case underWay
    /// The artifact was already recomputed for this step, or does not belong to this plan.
    case impossible
  }

  /// Sets a damaged or missing artifact aside and schedules its recomputation before `step`.
  mutating func repair(_ key: StepKey, for step: Step) -> Repair {
    guard steps[key] != nil, repairsOf[step.key, default: []].insert(key).inserted else { return .impossible }
    // A step that began before the repair may fail after it; then there is nothing left to set aside.
    if status[key] == .pending || status[key] == .running || finished.contains(key) {
      makePending(step.key)
      return .underWay
    }
    guard let message = discard(key, because: nil) else { return .impossible }
    if status[key] == .done {
      for child in children[key] ?? [] { openParents[child, default: 0] += 1 }
    }
    status[key] = nil
    demand(key)
    makePending(step.key)
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
    let reason = error.map { " (\($0.problem))" } ?? ""
    return "the artifact of '\(label)' is damaged\(reason); it \(place)is computed again"
  }
}
