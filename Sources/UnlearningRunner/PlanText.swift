import Experiments

/// The text of `runner plan`.
struct PlanText {
  var plan: Plan
  var store: Store
  var workers: Int
  /// Whether training steps of the architectures are timed.
  var isTimed = false

  /// Cells, steps, cost, excluded cells, and notes on group requests.
  ///
  /// - Throws: `DataError` if the data of a group request cannot be read.
  func text() throws -> String {
    let name = plan.experiment.name
    var parts = ["\(name): \(plan.cells.count) cells, \(plan.steps.count) steps\n", cells, steps, cost]
    if isTimed { parts.append(try price()) }
    if !plan.pruned.isEmpty {
      let lines = PrunedCell.lines(plan.pruned).map { "  \($0)\n" }.joined()
      parts.append("left out (\(plan.pruned.count)):\n\(lines)")
    }
    if !plan.notes.isEmpty { parts.append("notes:\n\(plan.notes.map { "  \($0)\n" }.joined())") }
    let groups = try plan.groupCounts()
    if !groups.isEmpty { parts.append(groups.map { "\($0)\n" }.joined()) }
    return parts.joined(separator: "\n")
  }

  /// One line per cell, with all its seeds.
  private var cells: String {
    var names: [[String]] = []
    var seeds: [[String]: [String]] = [:]
    for cell in plan.cells {
      let method = [cell.method, cell.variedParameters].filter { !$0.isEmpty }.joined(separator: " ")
      let name = [cell.data, cell.architecture, cell.forget, method]
      if seeds[name] == nil { names.append(name) }
      seeds[name, default: []].append(plan.experiment.seeds.short(cell.seeds))
    }
    let header = ["data", "architecture", "forget", "method", "seeds"]
    return table(header, names.map { $0 + [seeds[$0, default: []].joined(separator: ", ")] })
  }

  private var steps: String {
    var counts: [StepKind: (all: Int, stored: Int)] = [:]
    for step in plan.steps {
      counts[step.kind, default: (0, 0)].all += 1
      if store.contains(step.key) { counts[step.kind, default: (0, 0)].stored += 1 }
    }
    let rows = plan.kinds.compactMap { kind in
      counts[kind].map { [kind.rawValue, "\($0.all)", "\($0.stored)", "\($0.all - $0.stored)"] }
    }
    return table(["step", "total", "stored", "to run"], rows)
  }

  private var cost: String {
    let estimate = plan.estimate(store: store)
    guard !plan.cells.isEmpty else { return "every cell is left out; nothing to run\n" }
    guard estimate.remainingSteps > 0 else { return "all results are in the store; nothing to run\n" }
    guard let seconds = estimate.seconds, let bytes = estimate.bytes, let memory = estimate.memory else {
      return "time, disk and memory are unknown: the store lacks finished steps of some kind\(timedHint)\n"
    }
    let time = DurationText.short(seconds / Double(workers))
    let shared = workers == 1 ? "one worker" : "\(workers) workers"
    return "estimated from finished steps of the same kind: about \(time) with \(shared), "
      + "\(ByteText.short(bytes)) on disk, tensors of up to \(ByteText.short(memory)) in each worker\n"
  }

  private var timedHint: String { isTimed ? "" : "; --timed estimates by timing a few steps of each architecture" }

  private func price() throws -> String {
    let price = try plan.price(store: store)
    let others = price.unpriced.isEmpty ? "" : ", \(price.unpriced.sorted().joined(separator: ", "))"
    return "estimated from steps timed on this machine, with all threads: trainings and methods about "
      + "\(DurationText.short(price.training)), predictions about \(DurationText.short(price.prediction)); "
      + "attacks, metrics and passes of methods outside their epochs\(others) are not included\n"
  }

  private func table(_ header: [String], _ rows: [[String]]) -> String {
    TextTable(header: header, rows: rows).lines(width: nil).map { $0 + "\n" }.joined()
  }
}
