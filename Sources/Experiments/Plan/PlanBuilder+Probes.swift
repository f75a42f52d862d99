import JSON
import Unlearning

/// Planning of the attacks and metrics of one model.
extension PlanBuilder {
  mutating func addProbes(
    _ setting: Setting, _ group: Group, model: StepKey?, peers: Peers, bank: [StepKey], position: Int?,
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
      let isAttack = probe.probe is any Attack
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
      var target = ProbeTarget(
        predictions: predictions, bank: usesBank ? bank : [], position: usesBank ? position : nil)
      if usesPeers { (target.peers, target.peerPosition) = (peers.predictions, peers.position) }
      if isAttack, usesBank {
        target.calibration = try addCalibration(setting, attack: probe, bank: bank)
      }
      if Self.reads(probe, .cost) { target.costOf = model }
      if Self.reads(probe, .measurements) {
        let names = Set(sources.map(\.name))
        func read(_ probes: [Cell.Probe]) -> [ProbeTarget.NamedStep] {
          probes.filter { names.contains($0.name) }.map { .init(name: $0.name, key: $0.key) }
        }
        target.measurements = read(sources)
        target.referenceMeasurements = read(referenceProbes ?? [])
        target.otherReferenceMeasurements = isReference ? otherReferenceProbes.map(read) : nil
      }
      target.expected = expectedMeasurements(of: probe, target, group, isReference: isReference)
      probes.append(try addProbe(probe, setting, of: name, target))
    }
    return probes
  }

  /// Plans one attack or metric on a model of the method `name`.
  mutating func addProbe(
    _ probe: Variant, _ setting: Setting, of name: String, _ target: ProbeTarget
  ) throws -> Cell.Probe {
    guard let kind = probe.probe.map({ type(of: $0).kind }) else { preconditionFailure("an attack or a metric") }
    var parts = common(setting) + (try request(setting))
    if let place = target.position { parts.append(KeyPart("position", .int(place))) }
    if let place = target.peerPosition { parts.append(KeyPart("peer_position", .int(place))) }
    if let baseline = target.baseline { parts.append(KeyPart("baseline", .string(baseline.rawValue))) }
    parts.append(try part(kind.rawValue, probe))
    let label = label(setting, setting.values.requestLabel, name, probe.label)
    let (values, plugin) = (setting.values, probe.configured)
    let key =
      switch kind {
      case .attack:
        add(AttackStep(setting: values, probe: plugin, target: target), label, configuration: parts, plugins: [probe])
      case .metric:
        add(MeasureStep(setting: values, probe: plugin, target: target), label, configuration: parts, plugins: [probe])
      }
    return Cell.Probe(kind: kind, name: probe.measurementLabel, key: key)
  }
}
