import Data
import Unlearning

/// Detection of infeasible cells before anything is run.
extension PlanBuilder {
  /// Why a method does not support the request of `group`; nil if it does.
  func obstacle(
    to plugin: any UnlearningMethod, _ reference: RetainSampling, _ group: Group
  ) -> String? {
    let method = type(of: plugin)
    let kind = group.request.kind
    guard method.serves.contains(kind) else {
      let served = method.serves.map(\.rawValue).sorted().joined(separator: ", ")
      return "serves requests of \(served), this is one of \(kind.rawValue)"
    }
    let readsGroups = method.needs.contains(.groups) || reference == .reweight
    if readsGroups, !Self.hasGroups(group) { return "reads groups, and the data have no sensitive attribute" }
    return group.sizes.flatMap(plugin.obstacle(in:))
  }

  static func reads(_ variant: Variant, _ kind: EvidenceKind) -> Bool {
    variant.probe.map { type(of: $0).reads.contains(kind) } ?? false
  }

  /// Whether an attack or metric applies to the group; the reason against it is listed once per group.
  mutating func canRun(_ probe: Variant, _ group: Group, models: Int) -> Bool {
    guard let plugin = probe.probe else { return false }
    let (needed, serves) = (type(of: plugin).retrainedModelsNeeded, plugin.serves(group.request.kind))
    if let lacking = experiment.imports?.lacking,
      let kind = EvidenceKind.allCases.first(where: { lacking[$0] != nil && Self.reads(probe, $0) })
    {
      prune(probe, group, because: "\(probe.name) reads \(kind.rawValue), and \(lacking[kind] ?? "")")
      return false
    }
    if Self.reads(probe, .groups), !Self.hasGroups(group) {
      prune(probe, group, because: "\(probe.name) reads groups, and the data have no sensitive attribute")
      return false
    }
    if let obstacle = shadowObstacle(probe, group) {
      prune(probe, group, because: "\(probe.name) \(obstacle)")
      return false
    }
    if group.entry.drawsEachSeed, Self.reads(probe, .retrainedModels) || Self.reads(probe, .unlearnedModels) {
      prune(
        probe, group,
        because: "\(probe.name) compares models on the same samples, and 'seed: each' forgets others with every seed")
      return false
    }
    if models >= needed, serves {
      guard let sizes = group.sizes, let own = plugin.obstacle(in: sizes) else {
        return true
      }
      prune(probe, group, because: "\(probe.name) \(own)")
      return false
    }
    prune(
      probe, group,
      because: !serves
        ? "\(probe.name) with these parameters has nothing to say of a request of \(group.request.kind.rawValue)"
        : "\(probe.name) needs \(needed) retrained models, that is \(needed) seeds; \(seedsLeft(models))")
    return false
  }

  /// "the file has 1", or how many of its seeds exclusions leave.
  private func seedsLeft(_ count: Int) -> String {
    let written = experiment.seeds.training.count
    return written == count
      ? "the file has \(count)" : "exclusions leave \(count) of the \(written) seeds of the file"
  }

  static func hasGroups(_ group: Group) -> Bool {
    (group.data.plugin as? any DatasetSource)?.attribute != nil
  }

  mutating func prune(_ probe: Variant, _ group: Group, because reason: String) {
    let cell = PrunedCell(description: "\(group.label) / \(probe.label)", reason: reason)
    if noted.insert(cell).inserted { pruned.append(cell) }
  }
}
