import JSON
import ConfigYAML

/// Expands `{sweep: [...]}` and `zip:` in a block of parameters.
///
/// A mapping with the single key `sweep` in place of a scalar is an axis. `zip: {a: [1, 2], b: [3, 4]}` inside a block
/// varies several parameters together; a dot leads into nested blocks: `training.epochs`. All axes are crossed; the
/// last one in the file varies fastest.
struct Sweep {
  /// One combination of values.
  struct Cell {
    var node: Node?
    /// The choice of each axis, with its place in the file.
    var choices: [(assignments: [Variant.Assignment], mark: Mark)] = []
    var assignments: [Variant.Assignment] { choices.flatMap(\.assignments) }
  }

  private struct Axis {
    /// For each point, the values by path, with the position of each key in the file.
    var points: [[(path: [String], keyMark: Mark, value: Node)]]
  }

  /// More combinations than this in one block are an error.
  static let maximumCells = 100_000

  static func expand(_ node: Node?, diagnostics: Diagnostics) -> [Cell] {
    guard let node, node.entries != nil else { return [Cell(node: node)] }
    var axes: [Axis] = []
    let plain = collect(node, path: [], into: &axes, diagnostics)
    guard eachHasOneSource(axes, beside: plain, diagnostics) else { return [] }
    var cells = [Cell(node: plain)]
    for axis in axes {
      guard cells.count * axis.points.count <= maximumCells else {
        diagnostics.report("the sweeps of this block have more than \(maximumCells) combinations", at: node.mark)
        return []
      }
      cells = cells.flatMap { cell in
        axis.points.map { point in
          let node = point.reduce(cell.node) { node, assignment in
            node.map { setting($0, assignment.path[...], at: assignment.keyMark, to: assignment.value) }
          }
          let assignments = point.map {
            Variant.Assignment(path: $0.path.joined(separator: "."), value: text($0.value))
          }
          return Cell(node: node, choices: cell.choices + [(assignments, point[0].value.mark)])
        }
      }
    }
    return cells
  }

  /// What is made of the cells of one block, without what equals an earlier one.
  ///
  /// A value that is given twice, perhaps written differently, is reported once, at its place, whatever it is combined
  /// with.
  static func distinct<Made>(
    _ made: [(cell: Cell, result: Made)], by key: (Made) -> String, _ diagnostics: Diagnostics
  ) -> [Made] {
    var first: [String: Cell] = [:]
    return made.compactMap { cell, result in
      guard let twin = first.updateValue(cell, forKey: key(result)) else { return result }
      first[key(result)] = twin
      if let (choice, other) = zip(cell.choices, twin.choices).first(where: { $0.mark != $1.mark }) {
        let values = choice.assignments.map { choice.assignments.count == 1 ? $0.value : "\($0.path)=\($0.value)" }
        let list = values.joined(separator: " ")
        let subject = values.count == 1 ? "the value \(list) is" : "the values \(list) are"
        diagnostics.report("\(subject) swept twice", at: choice.mark.or(other.mark))
      }
      return nil
    }
  }

  /// Whether every parameter has a single source of values; two sources are an error, since precedence would be
  /// arbitrary.
  private static func eachHasOneSource(_ axes: [Axis], beside plain: Node, _ diagnostics: Diagnostics) -> Bool {
    var known: Set<[String]> = []
    let before = diagnostics.count
    for assignment in axes.compactMap(\.points.first).joined() {
      let isSwept = !known.insert(assignment.path).inserted
      let value = assignment.path.reduce(plain) { (node: Node?, key) in node?[key] }
      guard isSwept || value != nil else { continue }
      let path = assignment.path.joined(separator: ".")
      diagnostics.report(
        "'\(path)' is given twice: by a sweep or zip, and by \(isSwept ? "another" : "a value")",
        at: assignment.value.mark.or(value?.mark))
    }
    return diagnostics.count == before
  }

  /// The node without its sweeps; their axes are appended in the order of the file.
  private static func collect(
    _ node: Node, path: [String], into axes: inout [Axis], _ diagnostics: Diagnostics
  ) -> Node {
    guard case .mapping(let entries, let mark) = node else { return node }
    var kept: [Node.Entry] = []
    for entry in entries {
      let inner = path + [entry.key]
      if entry.key == "zip" {
        if let axis = zipAxis(entry, path: path, diagnostics) { axes.append(axis) }
      } else if let sweep = entry.value.entries, sweep.count == 1, sweep[0].key == "sweep" {
        guard let values = points(of: sweep[0], diagnostics) else { continue }
        axes.append(Axis(points: values.map { [(inner, entry.keyMark, $0)] }))
      } else {
        var changed = entry
        changed.value = collect(entry.value, path: inner, into: &axes, diagnostics)
        kept.append(changed)
      }
    }
    return .mapping(kept, mark)
  }

  private static func zipAxis(_ entry: Node.Entry, path: [String], _ diagnostics: Diagnostics) -> Axis? {
    guard let columns = entry.value.entries(diagnostics) else { return nil }
    guard columns.count > 1 else {
      diagnostics.report(
        "zip varies several parameters together; one parameter is swept by 'sweep'",
        at: entry.keyMark.or(entry.value.mark))
      return nil
    }
    var lists: [(path: [String], keyMark: Mark, values: [Node])] = []
    for column in columns {
      guard let values = points(of: column, diagnostics) else { return nil }
      lists.append((path + column.key.split(separator: ".").map(String.init), column.keyMark, values))
    }
    for (column, list) in zip(columns, lists) where list.values.count != lists[0].values.count {
      diagnostics.report(
        "the lists of a zip have equal lengths; '\(columns[0].key)' has \(lists[0].values.count) values, "
          + "'\(column.key)' has \(list.values.count)", at: column.keyMark.or(entry.value.mark))
      return nil
    }
    return Axis(points: lists[0].values.indices.map { row in lists.map { ($0.path, $0.keyMark, $0.values[row]) } })
  }

  private static func points(of entry: Node.Entry, _ diagnostics: Diagnostics) -> [Node]? {
    guard let values = entry.value.items(diagnostics) else { return nil }
    if values.isEmpty { diagnostics.report("a sweep needs at least one value", at: entry.value.mark) }
    return values.isEmpty ? nil : values
  }

  /// `node` with `value` at `path`; missing keys get the position of the sweep's key, so that a misspelt one is
  /// reported once and not for each value.
  private static func setting(_ node: Node, _ path: ArraySlice<String>, at keyMark: Mark, to value: Node) -> Node {
    guard let head = path.first else { return value }
    let inner = setting(node[head] ?? .mapping([], value.mark), path.dropFirst(), at: keyMark, to: value)
    guard var entries = node.isNull ? [] : node.entries else { return node }
    if let index = entries.firstIndex(where: { $0.key == head }) {
      entries[index].value = inner
    } else {
      entries.append(.init(key: head, keyMark: keyMark, value: inner))
    }
    return .mapping(entries, node.mark)
  }

  private static func text(_ node: Node) -> String {
    if case .scalar(let scalar) = node { return scalar.text }
    return node.canonicalJSON
  }
}
