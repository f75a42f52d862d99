import JSON
import Unlearning

/// Attacks and metrics of one model.
extension PlanBuilder {
  mutating func addProbes(
    _ setting: Step.Setting, _ group: Group, model: StepKey?, peers: Peers, bank: [StepKey], position: Int?,
    method: Variant?, label name: String, referenceProbes: [Cell.Probe]?, otherReferenceProbes: [[Cell.Probe]] = [],
    only: Variant? = nil, known: [Cell.Probe] = []
  ) throws -> [Cell.Probe] {
    var probes = known
    let predictions = peers.predictions[peers.position]
    let isReference = referenceProbes == nil
    let attacks = (only == nil ? experiment.attacks : []).filter { attack in
      guard exclusion(group, setting, method: method, attack: attack) == nil else { return false }
      return canRun(attack, group, models: bank.count)
    }
    // Metrics that read other measurements come last.
    let metrics =
      only.map { [$0] }
      ?? (experiment.metrics.filter { !Self.reads($0, .measurements) }
        + (isReference ? [] : experiment.metrics.filter { Self.reads($0, .measurements) }))
    for probe in attacks + metrics {
      guard let kind = probe.probe.map({ type(of: $0).kind }) else { continue }
      let isAttack = kind == .attack
      if !isAttack, !canRun(probe, group, models: bank.count) { continue }
      let read = probe.measurementsRead
      let sources = probes.filter { source in read.contains { $0.hasPrefix(source.name + ".") } }
      if let missing = read.first(where: { name in !sources.contains { name.hasPrefix($0.name + ".") } }) {
        prune(probe, group, because: "\(probe.name) reads \(missing), which is not measured here")
        continue
      }
      if let unmeasured = unmeasured(read, group) {
        prune(probe, group, because: "\(probe.name) reads \(unmeasured), which is not measured here")
        continue
      }
      let usesPeers = Self.reads(probe, .unlearnedModels)
      if usesPeers, peers.predictions.count < 2 {
        let reason = "\(probe.name) needs two models of the method, that is two seeds"
        pruned.append(PrunedCell(description: "\(group.label) / \(name) / \(probe.label)", reason: reason))
        continue
      }
      let usesBank = Self.reads(probe, .retrainedModels)
      var target = Step.Target(
        predictions: predictions, bank: usesBank ? bank : [], position: usesBank ? position : nil, calibration: nil,
        costOf: nil, measurements: [], referenceMeasurements: [])
      if usesPeers { (target.peers, target.peerPosition) = (peers.predictions, peers.position) }
      var parents = [predictions] + target.bank + target.peers
      if isAttack, usesBank {
        let key = add(
          .calibrate, label(setting, setting.requestLabel, probe.label), parents: bank,
          configuration: common(setting) + (try request(setting)) + [try part("attack", probe)],
          plugins: [probe], work: .calibrate(setting, attack: probe, bank: bank))
        target.calibration = key
        parents.append(key)
      }
      if Self.reads(probe, .cost), let model {
        target.costOf = model
        parents.append(model)
      }
      if Self.reads(probe, .measurements) {
        let names = Set(sources.map(\.name))
        target.measurements = sources.map { ($0.name, $0.key) }
        func read(_ probes: [Cell.Probe]) -> [(name: String, key: StepKey)] {
          probes.filter { names.contains($0.name) }.map { ($0.name, $0.key) }
        }
        target.referenceMeasurements = read(referenceProbes ?? [])
        target.otherReferenceMeasurements = isReference ? otherReferenceProbes.map(read) : nil
        parents += target.measurements.map(\.key) + target.referenceMeasurements.map(\.key)
        parents += (target.otherReferenceMeasurements ?? []).joined().map(\.key)
      }
      target.expected = expectedMeasurements(of: probe, target, group, isReference: isReference)
      var positions = target.position.map { [KeyPart("position", .int($0))] } ?? []
      if let place = target.peerPosition { positions.append(KeyPart("peer_position", .int(place))) }
      let key = add(
        isAttack ? .attack : .measure, label(setting, setting.requestLabel, name, probe.label),
        parents: parents,
        configuration: common(setting) + (try request(setting)) + positions
          + [try part(kind.rawValue, probe)],
        plugins: [probe],
        work: isAttack
          ? .attack(setting, attack: probe, target: target) : .measure(setting, metric: probe, target: target))
      probes.append(Cell.Probe(kind: kind, name: probe.measurementLabel, key: key))
    }
    return probes
  }
}
