import Foundation
import HeapModule

/// What remains to be done of a plan: steps whose results are missing and that a missing result needs.
///
/// Every step knows how many of its parents are not done, so that finding the next one does not look at all of them.
struct Agenda {
  private enum Status { case done, pending, running, failed, skipped }
  private let steps: [StepKey: Step]
  private let order: [StepKey]
  private let place: [StepKey: Int]
  private let children: [StepKey: [StepKey]]
  private let store: Store
  private var status: [StepKey: Status] = [:]
  /// For each pending step how many different parents are not done.
  private var openParents: [StepKey: Int] = [:]
  /// Places, in the plan, of steps that were ready when they were added; some may not be any more.
  private var ready = Heap<Int>()
  private var skippedSince: [StepKey] = []
  private var reasons: [StepKey: String] = [:]
  /// Which artefacts were made anew for which step: once each, so that a disk that always fails ends the step.
  private var repairsOf: [StepKey: Set<StepKey>] = [:]
  /// What was found damaged while looking.
  private(set) var repairs: [String] = []
  private(set) var pendingCount = 0
  /// Steps that are or were to be run.
  private(set) var totalToRun = 0
  private var finished: Set<StepKey> = []

  /// Results that people read are verified; what lies below them is only looked at when a step reads it.
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
          // Only what is damaged is made again: a result that cannot be read just now stays where it is.
          if case .damaged = error, let message = discard(key, because: error) { repairs.append(message) }
        }
      }
      demand(key)
    }
  }

  /// Whether all results that people read are there and whole, so that nothing is to be written.
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

  /// Marks `key` and what it needs as pending, as far as results are missing.
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

  /// All of its parents have a status.
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

  /// The next step, in the plan's order, all of whose parents are done.
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

  /// Steps that cannot be run any more, each once, in the plan's order, with the reason.
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
    return "the artefact of '\(label)' is damaged\(reason); it \(place)is computed again"
  }
}
