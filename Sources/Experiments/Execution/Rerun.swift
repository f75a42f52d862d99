import ConfigYAML
import Foundation
import Unlearning

/// The steps of a plan to recompute on request: those that match a pattern, and all their descendants.
public struct Rerun: Sendable {
  /// In plan order, parents first.
  let keys: [StepKey]
  /// The number of steps to recompute.
  public var count: Int { keys.count }

  /// The error for a pattern that matches no step.
  public struct Unmatched: Error, CustomStringConvertible {
    /// The pattern, and what patterns can name.
    public let description: String
  }

  /// The steps that match `patterns`, with their descendants.
  ///
  /// A pattern names steps by plugin, by label, by kind ("train"), or by the first digits of a key, at least 6. `*`
  /// stands for any text, `?` for one character: `trw`, `*seed 2`, `attack`.
  /// - Throws: `Unmatched` for the first pattern without a match.
  public init(_ patterns: [String], in plan: Plan) throws(Unmatched) {
    var chosen: Set<StepKey> = []
    for pattern in patterns {
      let named = plan.steps.filter { Self.matches(pattern, $0) }
      guard !named.isEmpty else {
        let plugins = Set(plan.steps.flatMap { $0.plugins.keys }).sorted()
        throw Unmatched(
          description: "no step has '\(pattern)' as its plugin, label, kind or key; "
            + "plugins of this experiment: \(plugins.joined(separator: ", "))")
      }
      chosen.formUnion(named.map(\.key))
    }
    var keys: [StepKey] = []
    for step in plan.steps where chosen.contains(step.key) || step.parents.contains(where: chosen.contains) {
      chosen.insert(step.key)
      keys.append(step.key)
    }
    self.keys = keys
  }

  private static func matches(_ pattern: String, _ step: Step) -> Bool {
    if pattern.utf8.count >= 6, step.key.hex.hasPrefix(pattern) { return true }
    let names = [step.label, step.kind.rawValue, step.key.hex] + step.plugins.keys
    return names.contains { fnmatch(pattern, $0, 0) == 0 }
  }
}

/// Sets the results of a `Rerun` aside, and reports at the end which values changed.
///
/// A stored result always belongs to the stored results of its parents, even if the process is killed: children are
/// moved before their parents, and results that this run does not recompute are missing and computed by the next.
struct Replacement {
  /// Messages about affected results of steps outside the plan.
  private(set) var notes: [String] = []
  private let store: Store
  private let plan: Plan
  private var old: [StepKey: Old] = [:]

  private struct Old {
    var place: URL
    /// The recorded files; nil where the record was damaged.
    var files: [String: StepRecord.FileRecord]?
    var measurements: [MeasuredValue]?
  }

  private static let folder = "replaced"
  private static let mostLines = 40

  /// - Throws: `StoreError` when the store cannot be read or written.
  init(_ rerun: Rerun, _ plan: Plan, store: Store) throws(StoreError) {
    self.store = store
    self.plan = plan
    let others = Self.dependants(on: Set(rerun.keys), in: store, besides: Set(plan.steps.map(\.key)))
    if !others.isEmpty {
      notes.append(
        "\(others.count) results of other experiments depend on the steps to be computed again and are put aside, too")
    }
    for key in others.reversed() + rerun.keys.reversed() where store.contains(key) {
      let record = try? store.record(of: key)
      let measurements = record?.files[Store.measurementsFile].flatMap { _ in
        try? store.measurements(of: key)
      }
      let place = try store.setAside(key, in: Self.folder)
      old[key] = Old(place: place, files: record?.files, measurements: measurements)
    }
  }

  /// Results in the store outside the plan that depend on `keys`, parents before children.
  private static func dependants(on keys: Set<StepKey>, in store: Store, besides own: Set<StepKey>) -> [StepKey] {
    struct Origin: Decodable { var parents: [StepKey] }
    let others = store.keys.filter { !own.contains($0) }
    let origins = zip(others, store.parts(Origin.self, of: others))
    var found: [StepKey] = []
    var reached = keys
    while true {
      let more = origins.filter { key, origin in
        !reached.contains(key) && !reached.isDisjoint(with: origin?.parents ?? [])
      }.map(\.0)
      if more.isEmpty { return found }
      found += more
      reached.formUnion(more)
    }
  }

  /// One line per changed value and one per kind of step; old results that were reproduced are removed.
  ///
  /// - Throws: `StoreError` when the store cannot be read or written.
  func changes() throws(StoreError) -> [String] {
    var lines: [String] = []
    var counts: [(kind: StepKind, same: Int, changed: Int)] = plan.kinds.map { ($0, 0, 0) }
    for step in plan.steps {
      guard let before = old[step.key], store.contains(step.key) else { continue }
      let isSame = try store.record(of: step.key).files == before.files
      guard let place = counts.firstIndex(where: { $0.kind == step.kind }) else { continue }
      if isSame {
        counts[place].same += 1
        try FileSystem.remove(Store.path(before.place))
      } else {
        counts[place].changed += 1
        if let values = before.measurements { lines += try differences(of: step, from: values) }
      }
    }
    let hidden = lines.count - Self.mostLines
    if hidden > 0 { lines = Array(lines.prefix(Self.mostLines)) + ["  … and \(hidden) more"] }
    let summary = counts.filter { $0.same + $0.changed > 0 }.map { count in
      "\(count.kind.rawValue): \(count.changed) changed, \(count.same) identical"
    }
    if summary.isEmpty { return ["computed for the first time, so there is nothing to compare with"] }
    let kept = counts.contains { $0.changed > 0 } ? "; the earlier results are in \(store.path(Self.folder))" : ""
    return ["computed again: \(summary.joined(separator: "; "))\(kept)"] + lines
  }

  /// "  accuracy.retain_test 0.91 → 0.93 (label)", for each changed value.
  private func differences(of step: Step, from before: [MeasuredValue]) throws(StoreError) -> [String] {
    let after = try store.measurements(of: step.key)
    let names = (before + after).map(\.name)
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }.compactMap { name in
      let (old, new) = (before.first { $0.name == name }?.value, after.first { $0.name == name }?.value)
      guard old != new else { return nil }
      return "  \(step.label): \(name) \(Self.text(old)) → \(Self.text(new))"
    }
  }

  private static func text(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "—" }
}
