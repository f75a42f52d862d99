import Unlearning

/// Originals, and the banks of retrained models that all other models are compared with.
extension PlanBuilder {
  /// Adds the retrained models with `reference` sampling, and the original compared with them.
  mutating func addOriginals(_ group: inout Group, against reference: RetainSampling) throws {
    guard let variant = references.first(where: { $0.comparedWith == reference }) else { return }
    let bank = try addBank(group, variant)
    group.banks[reference] = bank
    guard !group.originals.isEmpty else { return }
    var peers = Peers(predictions: group.originalPredictions, originals: Array(group.originals.indices))
    for (position, setting) in group.settings.enumerated() {
      peers.position = position
      let probes = try addProbes(
        of: Subject(
          setting: setting, label: Self.originalName, peers: peers, bank: bank.predictions,
          models: group.models(group.originals[position], position, bank),
          referenceProbes: bank.probes[position]),
        group)
      addCell(group, setting, method: nil, role: .original, against: reference, probes: probes)
    }
  }

  /// A bank of reference models: retrained models, one per seed, then those of the bank's other seeds.
  struct Bank {
    var variant: Variant
    var models: [StepKey] = []
    var predictions: [StepKey] = []
    /// Those of the models with cells, one list per seed of the file.
    var probes: [[Cell.Probe]] = []
  }

  mutating func addBank(_ group: Group, _ variant: Variant) throws -> Bank {
    var bank = Bank(variant: variant)
    for (position, setting) in (group.settings + group.bankSettings).enumerated() {
      // Retraining does not read an original.
      let model = try addModel(setting, position, method: variant, original: nil)
      bank.models.append(model.model)
      bank.predictions.append(model.predictions)
    }
    let readers = experiment.metrics.filter { Self.reads($0, .measurements) }
    for probe in [nil] + readers.map(Optional.some) {
      // A retrained model is compared with those of other seeds, so their measurements must be planned first.
      let before = bank.probes
      for (position, setting) in group.settings.enumerated() {
        let others = before.indices.filter { $0 != position }.map { before[$0] }
        let probes = try addProbes(
          of: Subject(
            setting: setting, label: variant.label, method: variant, model: bank.models[position],
            peers: Peers(predictions: bank.predictions, position: position), bank: bank.predictions,
            models: group.models(bank.models[position], position, bank),
            position: position, otherReferenceProbes: others),
          group, only: probe, known: before.isEmpty ? [] : before[position])
        if before.isEmpty { bank.probes.append(probes) } else { bank.probes[position] = probes }
      }
    }
    for (position, setting) in group.settings.enumerated() {
      addCell(
        group, setting, method: variant, role: .reference, against: variant.comparedWith, probes: bank.probes[position]
      )
    }
    if variant.keyParameters == references[0].keyParameters { try addBaselines(group, bank: bank.predictions) }
    return bank
  }
}

extension PlanBuilder.Group {
  /// The models that probes of `target` can read, made from the original at `position`; nil without originals.
  func models(_ target: StepKey, _ position: Int, _ bank: PlanBuilder.Bank) -> ProbeTarget.Models? {
    originals.isEmpty ? nil : .init(target: target, original: originals[position], retrained: bank.models)
  }
}
