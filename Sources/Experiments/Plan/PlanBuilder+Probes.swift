import JSON
import Unlearning

/// Planning of the attacks and metrics of one model.
extension PlanBuilder {
  /// Plans the attacks and metrics of `subject`, or `only` one of them in addition to the `known` ones.
  mutating func addProbes(
    of subject: Subject, _ group: Group, only: Variant? = nil, known: [Cell.Probe] = []
  ) throws -> [Cell.Probe] {
    var probes = known
    let (setting, peers, bank) = (subject.setting, subject.peers, subject.bank)
    let isReference = subject.referenceProbes == nil
    let attacks = (only == nil ? experiment.attacks : []).filter { attack in
      guard exclusion(group, setting, method: subject.method, attack: attack) == nil else { return false }
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
      let isBankScore = probe.probe.map { type(of: $0).isBankScore } ?? false
      let usesPeers = Self.reads(probe, .unlearnedModels)
      if usesPeers, !isBankScore, peers.predictions.count < 2 {
        let reason = "\(probe.name) needs two models of the method, that is two seeds"
        pruned.append(PrunedCell(description: "\(group.label) / \(subject.label) / \(probe.label)", reason: reason))
        continue
      }
      if Self.reads(probe, .shadowModels) {
        guard let target = try addShadows(of: subject, probe, group) else { continue }
        probes.append(try addProbe(probe, setting, of: subject.label, target, isBankScore: true))
        continue
      }
      let usesBank = Self.reads(probe, .retrainedModels)
      if isBankScore, peers.predictions.count != bank.count {
        // Halves of another size than those of the retrained models could not be compared.
        prune(
          probe, group,
          because:
            "\(probe.name) of \(subject.label) needs its models of all \(bank.count) seeds of the bank; exclusions leave "
            + "\(peers.predictions.count)")
        continue
      }
      // All seeds share one step, that of the first model, for a score of the whole bank.
      let place = isBankScore ? 0 : peers.position
      var target = ProbeTarget(
        predictions: peers.predictions[place], bank: usesBank ? bank : [],
        position: usesBank ? subject.position.map { isBankScore ? 0 : $0 } : nil)
      if usesPeers { (target.peers, target.peerPosition) = (peers.predictions, place) }
      if Self.reads(probe, .originalModels) {
        target.originals = group.originalPredictions
        target.originalsOfPeers = usesPeers ? peers.originals : []
        target.originalPosition = subject.method == nil ? peers.originals[place] : nil
      }
      if Self.reads(probe, .models) {
        target.models = subject.models
        if !usesBank { target.models?.retrained = [] }
      }
      // What a bank attack fits depends on the models that it leaves out.
      if let type = probe.probe.map({ type(of: $0) }), type.isCalibrated, usesBank, !isBankScore {
        target.calibration = try addCalibration(
          setting, type.kind, probe, bank: bank, models: target.models?.retrained ?? [])
      }
      if Self.reads(probe, .cost) { target.costOf = subject.model }
      if Self.reads(probe, .measurements) {
        let names = Set(sources.map(\.name))
        func read(_ probes: [Cell.Probe]) -> [ProbeTarget.NamedStep] {
          probes.filter { names.contains($0.name) }.map { .init(name: $0.name, key: $0.key) }
        }
        target.measurements = read(sources)
        target.referenceMeasurements = read(subject.referenceProbes ?? [])
        target.otherReferenceMeasurements = isReference ? subject.otherReferenceProbes.map(read) : nil
      }
      target.expected = expectedMeasurements(of: probe, target, group, isReference: isReference)
      probes.append(try addProbe(probe, setting, of: subject.label, target, isBankScore: isBankScore))
    }
    return probes
  }

  /// Plans one attack or metric on a model of the method `name`.
  mutating func addProbe(
    _ probe: Variant, _ setting: Setting, of name: String, _ target: ProbeTarget, isBankScore: Bool = false
  ) throws -> Cell.Probe {
    guard let kind = probe.probe.map({ type(of: $0).kind }) else { preconditionFailure("an attack or a metric") }
    var parts = common(setting) + (try request(setting))
    if let place = target.position { parts.append(KeyPart("position", .int(place))) }
    if let place = target.peerPosition { parts.append(KeyPart("peer_position", .int(place))) }
    if let baseline = target.baseline { parts.append(KeyPart("baseline", .string(baseline.rawValue))) }
    // The originals of the peers follow from the peers, except where some are left out.
    if !target.originals.isEmpty {
      parts.append(KeyPart("originals", .array(target.originalsOfPeers.map { .int($0) })))
    }
    if let members = target.shadows?.members {
      parts += try identity(of: members)
    } else if let shadows = target.shadows {
      parts.append(KeyPart("forgets_per_model", .int(shadows.forgetsPerModel)))
      parts.append(KeyPart("forget_fraction", .number(shadows.forgetFraction)))
    }
    parts.append(try part(kind.rawValue, probe))
    let models =
      isBankScore
      ? "\(target.shadows?.originals.count ?? target.peers.count) models" : experiment.seeds.label(setting.seeds)
    let label = label(setting, [setting.values.requestLabel, name, probe.label], models)
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
