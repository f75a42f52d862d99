import JSON
import ConfigYAML
import Unlearning

extension PlanBuilder {
  /// The settings of a group without those that an exclusion removes completely, with original and retrained model.
  ///
  /// Such an exclusion names no method and no attack: `{seed: 3}`, `{data: cifar10, architecture: vgg}`.
  mutating func withoutExcluded(_ settings: [Setting], of group: Group) -> [Setting] {
    var kept: [Setting] = []
    for setting in settings {
      guard let exclusion = exclusion(group, setting, method: nil, attack: nil) else {
        kept.append(setting)
        continue
      }
      pruned.append(
        PrunedCell(
          description: "\(group.label) / \(experiment.seeds.label(setting.seeds))",
          reason: "excluded by {\(exclusion.description)}"))
    }
    return kept
  }

  /// Marks exclusions of infeasible cells as used, so that they are not reported as errors.
  mutating func noteExclusions(_ group: Group, methods: [Variant]) {
    for setting in group.settings {
      for method in methods {
        _ = exclusion(group, setting, method: method, attack: nil)
        for attack in experiment.attacks { _ = exclusion(group, setting, method: method, attack: attack) }
      }
    }
  }

  /// Reports exclusions that match no cell, and those that leave no cell.
  func checkExclusions() throws(DiagnosticList) {
    let diagnostics = experiment.makeDiagnostics()
    var used: [Exclusion] = []
    for (index, exclusion) in experiment.exclusions.enumerated() {
      if usedExclusions.contains(index) {
        used.append(exclusion)
      } else {
        diagnostics.report("the exclusion {\(exclusion.description)} matches no cell", at: exclusion.mark)
      }
    }
    if cells.isEmpty, let first = used.first {
      let list = used.map { "{\($0.description)}" }.joined(separator: ", ")
      diagnostics.report("nothing is left to run: all cells are left out, by \(list)", at: first.mark)
    }
    try diagnostics.throwIfAny()
  }

  mutating func exclusion(
    _ group: Group, _ setting: Setting, method: Variant?, attack: Variant?
  ) -> Exclusion? {
    var first: Exclusion?
    for (index, exclusion) in experiment.exclusions.enumerated() {
      guard exclusion.conditions.contains(where: { $0.key == "attack" }) == (attack != nil) else { continue }
      guard method != nil || attack != nil || !exclusion.namesMethod else { continue }
      let matches = exclusion.conditions.allSatisfy { key, value in
        switch key {
        case "data": return value == group.data.name || value == group.data.label
        case "architecture": return value == group.architecture.name || value == group.architecture.label
        case "forget":
          return [group.entry.writtenLabel, group.entry.label].contains { $0 == value || $0 == "class \(value)" }
        case "seed": return value == "\(setting.seeds.training)"
        case "unlearning_seed": return setting.seeds.unlearning.map { value == "\($0)" } ?? false
        case "forget_seed": return setting.seeds.forget.map { value == "\($0)" } ?? false
        case "method": return value == (method?.name ?? "original")
        case "attack": return value == attack?.name
        default:
          let found =
            key.hasPrefix(Exclusion.trainingPrefix)
            ? group.recipe.parameters.value(at: String(key.dropFirst(Exclusion.trainingPrefix.count)))
            : method?.parameters.value(at: key) ?? attack?.parameters.value(at: key)
          return found.map { Self.text($0, equals: value) } ?? false
        }
      }
      if matches {
        usedExclusions.insert(index)
        first = first ?? exclusion
      }
    }
    return first
  }

  private static func text(_ value: JSONValue, equals text: String) -> Bool {
    if let number = value.double, let other = Double(text) { return number == other }
    return (value.string ?? value.canonicalText) == text
  }
}
