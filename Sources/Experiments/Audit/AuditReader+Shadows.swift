import ConfigYAML
import Data
import Unlearning

/// Shadow models of random halves.
extension AuditReader {
  /// Reads `shadows:`; nil, with diagnostics, where something is wrong.
  func shadows(_ node: Node, _ samples: Samples, _ one: [Int], of methods: [String]) -> ImportedShadows? {
    guard node.entries(diagnostics) != nil else { return nil }
    node.reportUnknownKeys(of: ShadowKey.self, diagnostics)
    for key in ShadowKey.allCases where key != .originalsOf && node[key] == nil {
      diagnostics.report("the key '\(key.rawValue)' is missing", at: node.mark)
    }
    if block(.forget) != nil {
      diagnostics.report("shadow models are of requests about samples; an audit with 'forget' has none", at: node.mark)
    }
    let originals = places(node[ShadowKey.originals], usual: ShadowKey.originals.rawValue, one)
    let entries = node[ShadowKey.methods].flatMap { $0.entries(diagnostics) } ?? []
    let known = methods + [PlanBuilder.referenceName]
    for entry in entries where !known.contains(entry.key) {
      diagnostics.report(unknownName("method", entry.key, known: known), at: entry.keyMark)
    }
    let models = entries.map { (name: $0.key, places: places($0.value, usual: $0.key, one), mark: $0.value.mark) }
    guard let membership = flags(node, .membership, count: originals.count, samples),
      let forgotten = flags(node, .forgotten, count: nil, samples),
      let owners = owners(node, of: forgotten.rows.count, among: originals.count)
    else { return nil }
    for model in models where model.places.count != forgotten.rows.count {
      diagnostics.report(
        "\(model.places.count) shadow models of '\(model.name)', and 'forgotten' has \(forgotten.rows.count)",
        at: model.mark)
    }
    let judged = samples.parts.indices.filter { samples.parts[$0] == .forgetTrain }
    for (row, owner) in owners.enumerated() {
      guard let sample = judged.first(where: { forgotten.rows[row][$0] && !membership.rows[owner][$0] }) else {
        continue
      }
      diagnostics.report(
        "shadow model \(row) has forgotten sample \(sample), which is no member of its original \(owner)",
        at: node[ShadowKey.forgotten]?.mark)
      break
    }
    guard diagnostics.isEmpty else { return nil }
    return ImportedShadows(
      originals: originals, methods: Dictionary(models.map { ($0.name, $0.places) }) { first, _ in first },
      members: ShadowMembers(
        membership: membership.place, forgotten: forgotten.place, originalsOfUnlearned: owners))
  }

  /// Truth values `[models][N]` of so many models; nil for any number.
  private func flags(
    _ node: Node, _ key: ShadowKey, count: Int?, _ samples: Samples
  ) -> (place: ModelPlace, rows: [[Bool]])? {
    guard let node = node[key], let (place, opened) = array(node, usual: key.rawValue) else { return nil }
    let width = samples.labels.count
    guard opened.shape.count == 2, opened.shape[1] == width, count ?? opened.shape[0] == opened.shape[0],
      (1...Experiment.largestBank).contains(opened.shape[0]), opened.shape[0] * width <= Self.mostNumbers
    else {
      let models = count.map(String.init) ?? "models"
      diagnostics.report("\(opened.place): shape \(opened.shape); expected [\(models), \(width)]", at: node.mark)
      return nil
    }
    guard let numbers = integers(opened, node) else { return nil }
    if let place = numbers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      diagnostics.report(
        "\(opened.place): model \(place / width), sample \(place % width): expected 0 or 1, found \(numbers[place])",
        at: node.mark)
      return nil
    }
    return (
      place, (0..<opened.shape[0]).map { row in numbers[row * width..<(row + 1) * width].map { $0 == 1 } }
    )
  }

  /// The original of each of `count` unlearned models; by default the one of the same index.
  private func owners(_ node: Node, of count: Int, among originals: Int) -> [Int]? {
    guard let node = node[ShadowKey.originalsOf] else {
      if count == originals { return Array(0..<count) }
      diagnostics.report(
        "'forgotten' has \(count) models of \(originals) originals; name the original of each by 'originals_of'",
        at: node[ShadowKey.forgotten]?.mark)
      return nil
    }
    guard let (_, opened) = array(node, usual: ShadowKey.originalsOf.rawValue) else { return nil }
    guard opened.shape == [count] else {
      diagnostics.report("\(opened.place): shape \(opened.shape); expected [\(count)]", at: node.mark)
      return nil
    }
    guard let numbers = integers(opened, node) else { return nil }
    if let place = numbers.firstIndex(where: { !(0..<originals).contains($0) }) {
      diagnostics.report(
        "\(opened.place): model \(place) is of original \(numbers[place]); originals are 0 to \(originals - 1)",
        at: node.mark)
      return nil
    }
    return numbers
  }
}
