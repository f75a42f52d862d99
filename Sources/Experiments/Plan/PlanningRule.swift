import Unlearning

/// A rule that adds steps and cells of one group: all seeds and methods of one data set, architecture, recipe and
/// request.
package struct PlanningRule: Sendable {
  let plan: @Sendable (_ builder: inout PlanBuilder, _ group: inout PlanBuilder.Group) throws -> Void

  package init(_ plan: @escaping @Sendable (inout PlanBuilder, inout PlanBuilder.Group) throws -> Void) {
    self.plan = plan
  }

  /// The rules of the grid, in order: retrained models are planned before the methods that are compared with them.
  package static let grid = [originals, methods]

  /// Originals, and retrained models without reweighting.
  static let originals = PlanningRule { builder, group in
    // The models of an audit may have none.
    let settings = builder.experiment.imports?.originals.isEmpty == true ? [] : group.settings + group.bankSettings
    for (position, setting) in settings.enumerated() {
      let original = try builder.addModel(setting, position, method: nil, original: nil)
      group.originals.append(original.model)
      group.originalPredictions.append(original.predictions)
    }
    try builder.addOriginals(&group, against: .shuffle)
  }

  /// The methods of the file, and the retrained models that they are compared with.
  static let methods = PlanningRule { builder, group in
    for method in builder.experiment.methods { try builder.addMethod(method, &group) }
  }
}

extension PlanBuilder {
  mutating func addMethod(_ method: Variant, _ group: inout Group) throws {
    guard let plugin = method.plugin as? any UnlearningMethod else { return }
    let own = obstacle(to: plugin, method.comparedWith, group).map { "\(method.name) \($0)" }
    if let obstacle = own ?? memoryObstacle(group, method: method) {
      noteExclusions(group, methods: [method])
      pruned.append(PrunedCell(description: "\(group.label) / \(method.label)", reason: obstacle))
      return
    }
    if group.banks[method.comparedWith] == nil { try addOriginals(&group, against: method.comparedWith) }
    guard let bank = group.banks[method.comparedWith] else {
      preconditionFailure("there is a reference of every kind")
    }
    guard method.name != bank.variant.name || method.keyParameters != bank.variant.keyParameters else { return }
    // A method that starts from random parameters has no separate unlearning seed.
    for round in 0..<(method.startsFromOriginal ? experiment.seeds.rounds : 1) {
      try addRound(round, of: method, group, bank)
    }
  }

  /// Adds one call of `method` on each original, and the attacks and metrics of the models.
  ///
  /// The models of a round are peers; two models from one original are not independent and never peers.
  private mutating func addRound(_ round: Int, of method: Variant, _ group: Group, _ bank: Bank) throws {
    var models: [(position: Int, setting: Setting, key: StepKey)] = []
    var peers = Peers()
    for (position, setting) in (group.settings + group.bankSettings).enumerated() {
      let setting =
        method.startsFromOriginal
        ? setting.unlearning(experiment.seeds.unlearning(round, of: setting.seeds.training)) : setting
      if let exclusion = exclusion(group, setting, method: method, attack: nil) {
        pruned.append(
          PrunedCell(
            description: "\(group.label) / \(method.label) / \(experiment.seeds.label(setting.seeds))",
            reason: "excluded by {\(exclusion.description)}"))
        continue
      }
      let original = group.originals.isEmpty ? nil : group.originals[position]
      let model = try addModel(setting, position, method: method, original: original)
      if position < group.settings.count { models.append((position, setting, model.model)) }
      peers.predictions.append(model.predictions)
      peers.originals.append(position)
    }
    for (place, model) in models.enumerated() {
      peers.position = place
      let probes = try addProbes(
        of: Subject(
          setting: model.setting, label: method.label, round: round, method: method, model: model.key,
          peers: peers, bank: bank.predictions, models: group.models(model.key, model.position, bank),
          referenceProbes: bank.probes[model.position]),
        group)
      addCell(
        group, model.setting, method: method, role: .unlearned, against: method.comparedWith, probes: probes,
        model: model.key, round: round)
    }
  }
}
