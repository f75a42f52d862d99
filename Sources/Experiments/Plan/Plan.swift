import ConfigYAML
import Data
import Engine
import Foundation
public import Unlearning

/// The grid of an experiment as a graph of steps, each named by what its result depends on.
public struct Plan: Sendable {
  /// The experiment.
  public let experiment: Experiment
  /// Every model that is attacked and measured, in the order of the tables.
  public let cells: [Cell]
  /// What is not run, with reasons.
  public let pruned: [PrunedCell]
  /// Every step once, parents before children.
  public let steps: [Step]
  /// The cards of all plugins that take part.
  let cards: [Card]
  /// What the files of data and weights contain, by which the keys of the steps are made.
  let files: PlannedFiles

  /// Plans `experiment`; reads the data files to fingerprint them, but decodes nothing.
  ///
  /// - Throws: `DataError` when data files are missing, `DiagnosticList` when an exclusion matches nothing.
  public init(_ experiment: Experiment, registry: Registry) throws {
    var builder = try PlanBuilder(experiment, registry: registry)
    try builder.build()
    self.experiment = experiment
    cells = builder.cells
    pruned = builder.pruned
    steps = builder.steps
    let names = builder.steps.reduce(into: Set<String>()) { $0.formUnion($1.plugins.keys) }
    cards = registry.all.map { $0.card }.filter { names.contains($0.name) }
    files = builder.files
  }
}

/// Walks the grid and collects cells and steps.
struct PlanBuilder {
  let experiment: Experiment
  /// The retrained models that others may be compared with: with and without reweighting.
  private let references: [Variant]
  private let dataIdentities: [JSONValue]
  /// By label.
  private let architectureIdentities: [String: JSONValue]
  private(set) var files: PlannedFiles
  private(set) var cells: [Cell] = []
  var pruned: [PrunedCell] = []
  private(set) var steps: [Step] = []
  private var known: Set<StepKey> = []
  var usedExclusions: Set<Int> = []

  /// Raised when the engine's numbers change, so that old artefacts are not taken for new ones.
  static let engineVersion = 7

  init(_ experiment: Experiment, registry: Registry) throws {
    self.experiment = experiment
    guard let retrain = registry.method(Self.referenceName) else {
      throw DiagnosticList([
        Diagnostic(file: experiment.file, message: "no method is named '\(Self.referenceName)', the reference of all")
      ])
    }
    references = try RetainSampling.allCases.map { try Self.reference(of: retrain, $0) }
    var files = PlannedFiles()
    dataIdentities = try experiment.data.map { try Self.identity(of: $0, &files) }
    architectureIdentities = Dictionary(
      try experiment.architectures.map { ($0.label, try Self.identity(ofArchitecture: $0, &files)) },
      uniquingKeysWith: { first, _ in first })
    self.files = files
  }

  /// The method that others are compared with.
  static let referenceName = "retrain"

  mutating func build() throws {
    for (dataIndex, data) in experiment.data.enumerated() {
      guard let source = data.plugin as? any DatasetSource else { continue }
      for architecture in experiment.architectures {
        for recipe in experiment.recipes {
          for entry in experiment.forget {
            guard let request = entry.request(of: source, diagnostics: nil) else { continue }
            let settings = experiment.seeds.map { seed in
              Step.Setting(
                data: dataIndex, architecture: architecture, recipe: recipe, request: request,
                drawSeed: entry.drawSeed, seed: seed)
            }
            try addGroup(Group(data: data, entry: entry, request: request, settings: settings))
          }
        }
      }
    }
    let unused = experiment.exclusions.indices.filter { !usedExclusions.contains($0) }
    if !unused.isEmpty {
      let diagnostics = experiment.document.makeDiagnostics()
      for index in unused {
        let exclusion = experiment.exclusions[index]
        diagnostics.report("the exclusion {\(exclusion.description)} matches no cell", at: exclusion.mark)
      }
      try diagnostics.throwIfAny()
    }
  }

  /// All seeds and methods of one data set, architecture, recipe and request.
  struct Group {
    var data: Variant
    var entry: ForgetEntry
    var request: ForgetRequest
    var settings: [Step.Setting]
    var recipe: RecipeVariant { settings[0].recipe }
    var architecture: Variant { settings[0].architecture }
    var label: String {
      [data.label, architecture.label, entry.label, recipe.label].filter { !$0.isEmpty }.joined(separator: " / ")
    }
  }

  private mutating func addGroup(_ whole: Group) throws {
    var group = whole
    group.settings = withoutExcluded(whole)
    guard !group.settings.isEmpty else { return }
    let readsFeatures = (experiment.attacks + experiment.metrics).contains { Self.reads($0, .features) }
    var originals: [StepKey] = []
    for setting in group.settings { originals.append(try addTraining(setting)) }
    // The references are planned first, because others read their measurements.
    var banks = [RetainSampling.shuffle: try addBank(group, references[0], readsFeatures)]
    for (position, setting) in group.settings.enumerated() {
      let key = try addPrediction(
        setting, model: originals[position], of: "original", features: readsFeatures)
      let probes = try addProbes(
        setting, group, model: nil, predictions: key, bank: banks[.shuffle]?.predictions ?? [], position: nil,
        method: nil, label: "original", referenceProbes: banks[.shuffle]?.probes[position])
      addCell(group, setting, method: nil, isReference: false, probes: probes)
    }
    for method in experiment.methods {
      guard let plugin = method.plugin as? any UnlearningMethod else { continue }
      if let obstacle = obstacle(to: type(of: plugin), plugin.reference, group) {
        // An exclusion of what cannot run anyway is not a mistake.
        for setting in group.settings { _ = exclusion(group, setting, method: method, attack: nil) }
        pruned.append(
          PrunedCell(description: "\(group.label) / \(method.label)", reason: "\(method.name) \(obstacle)"))
        continue
      }
      if banks[plugin.reference] == nil {
        let variant = references.first { ($0.plugin as? any UnlearningMethod)?.reference == plugin.reference }
        banks[plugin.reference] = try variant.map { try addBank(group, $0, readsFeatures) }
      }
      guard let bank = banks[plugin.reference] else { preconditionFailure("there is a reference of every kind") }
      guard method.name != bank.variant.name || method.keyParameters != bank.variant.keyParameters else { continue }
      for (position, setting) in group.settings.enumerated() {
        if let exclusion = exclusion(group, setting, method: method, attack: nil) {
          pruned.append(
            PrunedCell(
              description: "\(group.label) / \(method.label) / seed \(setting.seed)",
              reason: "excluded by {\(exclusion.description)}"))
          continue
        }
        let model = try addUnlearning(setting, method: method, original: originals[position])
        let key = try addPrediction(setting, model: model, of: method.label, features: readsFeatures)
        let probes = try addProbes(
          setting, group, model: model, predictions: key, bank: bank.predictions, position: nil, method: method,
          label: method.label, referenceProbes: bank.probes[position])
        addCell(group, setting, method: method, isReference: false, probes: probes)
      }
    }
  }

  /// Retrained models, one a seed, that others are compared with.
  private struct Bank {
    var variant: Variant
    var predictions: [StepKey] = []
    var probes: [[Cell.Probe]] = []
  }

  private mutating func addBank(_ group: Group, _ variant: Variant, _ readsFeatures: Bool) throws -> Bank {
    var bank = Bank(variant: variant)
    var models: [StepKey] = []
    for setting in group.settings {
      // Retraining starts anew, so there is no original to name.
      models.append(try addUnlearning(setting, method: variant, original: nil))
      bank.predictions.append(
        try addPrediction(setting, model: models[models.count - 1], of: variant.label, features: readsFeatures))
    }
    for (position, setting) in group.settings.enumerated() {
      let probes = try addProbes(
        setting, group, model: models[position], predictions: bank.predictions[position], bank: bank.predictions,
        position: position, method: variant, label: variant.label, referenceProbes: nil)
      bank.probes.append(probes)
      addCell(group, setting, method: variant, isReference: true, probes: probes)
    }
    return bank
  }

  /// Why a method cannot serve the request of `group`, or nil.
  private func obstacle(
    to method: any UnlearningMethod.Type, _ reference: RetainSampling, _ group: Group
  ) -> String? {
    let kind = group.request.kind
    guard method.serves.contains(kind) else {
      let served = method.serves.map(\.rawValue).sorted().joined(separator: ", ")
      return "serves requests of \(served), this is one of \(kind.rawValue)"
    }
    let readsGroups = method.needs.contains(.groups) || reference == .reweight
    return readsGroups && !Self.hasGroups(group) ? "reads groups, and the data have no sensitive attribute" : nil
  }

  private mutating func addCell(
    _ group: Group, _ setting: Step.Setting, method shown: Variant?, isReference: Bool, probes: [Cell.Probe]
  ) {
    var parameters = shown?.parameters.members ?? []
    if !group.recipe.varied.isEmpty {
      // The recipe is an axis of its own: its rows must be told apart in files, too.
      let varied = group.recipe.varied.map { assignment in
        JSONValue.Member(
          key: assignment.path,
          value: group.recipe.parameters.value(at: assignment.path) ?? .string(assignment.value))
      }
      parameters.append(.init(key: "original_training", value: .object(varied)))
    }
    let labels = [shown?.variedLabel ?? "", group.recipe.label]
    let reference = (shown?.plugin as? any UnlearningMethod)?.reference ?? .shuffle
    cells.append(
      Cell(
        data: group.data.label, architecture: group.architecture.label, forget: group.entry.label,
        method: shown?.name ?? "original", parameters: .object(parameters),
        variedParameters: labels.filter { !$0.isEmpty }.joined(separator: " "), seed: setting.seed,
        isReference: isReference, isOriginal: shown == nil, probes: probes, group: "\(group.label) / \(reference)"))
  }

  // MARK: Steps

  private mutating func add(
    _ kind: StepKind, _ label: String, parents: [StepKey], configuration: [JSONValue.Member], plugins: [Variant],
    work: Step.Work
  ) -> StepKey {
    var members = configuration
    members.append(.init(key: "step", value: .string(kind.rawValue)))
    members.append(.init(key: "engine", value: .int(Self.engineVersion)))
    members.append(.init(key: "parents", value: .array(parents.map { .string($0.hex) })))
    let whole = JSONValue.object(members)
    let key = StepKey(canonicalText: whole.canonicalText)
    if known.insert(key).inserted {
      let versions = plugins.map { ($0.name, $0.version) }
      steps.append(
        Step(
          key: key, kind: kind, label: label, parents: parents, configuration: whole,
          plugins: Dictionary(versions, uniquingKeysWith: { first, _ in first }), work: work))
    }
    return key
  }

  private func label(_ setting: Step.Setting, _ rest: String...) -> String {
    let parts = [experiment.data[setting.data].label, setting.architecture.label, setting.recipe.label] + rest
    return (parts + ["seed \(setting.seed)"]).filter { !$0.isEmpty }.joined(separator: " / ")
  }

  private func common(_ setting: Step.Setting) -> [JSONValue.Member] {
    [
      .init(key: "data", value: dataIdentities[setting.data]),
      .init(key: "validation_fraction", value: .number(experiment.validationFraction)),
    ]
  }

  private func modelSetting(_ setting: Step.Setting) -> [JSONValue.Member] {
    common(setting) + [
      .init(
        key: "architecture",
        value: architectureIdentities[setting.architecture.label] ?? setting.architecture.identity),
      .init(key: "training", value: setting.recipe.parameters), .init(key: "seed", value: .int(setting.seed)),
    ]
  }

  private func request(_ setting: Step.Setting) throws -> [JSONValue.Member] {
    [
      .init(key: "forget", value: try JSONValue(setting.request)),
      .init(key: "forget_seed", value: .int(setting.drawSeed)),
    ]
  }

  private mutating func addTraining(_ setting: Step.Setting) throws -> StepKey {
    add(
      .train, label(setting, "original"), parents: [], configuration: modelSetting(setting),
      plugins: [experiment.data[setting.data], setting.architecture], work: .train(setting))
  }

  private mutating func addUnlearning(
    _ setting: Step.Setting, method: Variant, original: StepKey?
  ) throws -> StepKey {
    let needs = (method.plugin as? any UnlearningMethod).map { type(of: $0).needs } ?? []
    let parent = needs.contains(.originalModel) ? original : nil
    return add(
      .unlearn, label(setting, setting.request.shortLabel, method.label), parents: parent.map { [$0] } ?? [],
      configuration: modelSetting(setting) + (try request(setting))
        + [.init(key: "method", value: try Self.identity(ofPlugin: method, &files))],
      plugins: [experiment.data[setting.data], setting.architecture, method],
      work: .unlearn(setting, method: method, original: parent))
  }

  private mutating func addPrediction(
    _ setting: Step.Setting, model: StepKey, of name: String, features: Bool
  ) throws -> StepKey {
    add(
      .predict, label(setting, setting.request.shortLabel, name), parents: [model],
      configuration: common(setting) + (try request(setting)) + [.init(key: "features", value: .bool(features))],
      plugins: [experiment.data[setting.data], setting.architecture],
      work: .predict(setting, model: model, features: features))
  }

  private static func reads(_ variant: Variant, _ kind: EvidenceKind) -> Bool {
    if let attack = variant.plugin as? any Attack { return type(of: attack).reads.contains(kind) }
    if let metric = variant.plugin as? any Metric { return type(of: metric).reads.contains(kind) }
    return false
  }

  private mutating func addProbes(
    _ setting: Step.Setting, _ group: Group, model: StepKey?, predictions: StepKey, bank: [StepKey], position: Int?,
    method: Variant?, label name: String, referenceProbes: [Cell.Probe]?
  ) throws -> [Cell.Probe] {
    var probes: [Cell.Probe] = []
    let attacks = experiment.attacks.filter { attack in
      guard exclusion(group, setting, method: method, attack: attack) == nil else { return false }
      return canRun(attack, group, models: bank.count)
    }
    // Metrics that read other measurements come last.
    let metrics =
      experiment.metrics.filter { !Self.reads($0, .measurements) }
      + experiment.metrics.filter { Self.reads($0, .measurements) }
    for probe in attacks + metrics {
      let isAttack = probe.plugin is any Attack
      if !isAttack, !canRun(probe, group, models: bank.count) { continue }
      let read = probe.measurementsRead
      let sources = probes.filter { source in read.contains { $0.hasPrefix(source.name + ".") } }
      if let missing = read.first(where: { name in !sources.contains { name.hasPrefix($0.name + ".") } }) {
        prune(probe, group, because: "\(probe.name) reads \(missing), which is not measured here")
        continue
      }
      let usesBank = Self.reads(probe, .retrainedModels)
      var target = Step.Target(
        predictions: predictions, bank: usesBank ? bank : [], position: usesBank ? position : nil, calibration: nil,
        costOf: nil, measurements: [], referenceMeasurements: [])
      var parents = [predictions] + target.bank
      if isAttack, usesBank {
        let key = add(
          .calibrate, label(setting, setting.request.shortLabel, probe.label), parents: bank,
          configuration: common(setting) + (try request(setting))
            + [.init(key: "attack", value: try Self.identity(ofPlugin: probe, &files))],
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
        target.referenceMeasurements = (referenceProbes ?? probes).filter { names.contains($0.name) }
          .map { ($0.name, $0.key) }
        parents += target.measurements.map(\.key) + target.referenceMeasurements.map(\.key)
      }
      let positions = target.position.map { [JSONValue.Member(key: "position", value: .int($0))] } ?? []
      let key = add(
        isAttack ? .attack : .measure, label(setting, setting.request.shortLabel, name, probe.label),
        parents: parents,
        configuration: common(setting) + (try request(setting)) + positions
          + [.init(key: isAttack ? "attack" : "metric", value: try Self.identity(ofPlugin: probe, &files))],
        plugins: [probe],
        work: isAttack
          ? .attack(setting, attack: probe, target: target) : .measure(setting, metric: probe, target: target))
      probes.append(Cell.Probe(kind: isAttack ? "attack" : "metric", name: probe.measurementLabel, key: key))
    }
    return probes
  }

  /// Whether an attack or metric can say anything here; what it lacks is listed once a group.
  private mutating func canRun(_ probe: Variant, _ group: Group, models: Int) -> Bool {
    let (needed, serves): (Int, Bool)
    if let attack = probe.plugin as? any Attack {
      (needed, serves) = (type(of: attack).retrainedModelsNeeded, attack.serves(group.request.kind))
    } else if let metric = probe.plugin as? any Metric {
      (needed, serves) = (type(of: metric).retrainedModelsNeeded, metric.serves(group.request.kind))
    } else {
      return false
    }
    if Self.reads(probe, .groups), !Self.hasGroups(group) {
      prune(probe, group, because: "\(probe.name) reads groups, and the data have no sensitive attribute")
      return false
    }
    guard models < needed || !serves else { return true }
    prune(
      probe, group,
      because: !serves
        ? "\(probe.name) with these parameters has nothing to say of a request of \(group.request.kind.rawValue)"
        : "\(probe.name) needs \(needed) retrained models, that is \(needed) seeds; the file has \(models)")
    return false
  }

  private static func hasGroups(_ group: Group) -> Bool {
    (group.data.plugin as? any DatasetSource)?.attribute != nil
  }

  private mutating func prune(_ probe: Variant, _ group: Group, because reason: String) {
    let cell = PrunedCell(description: "\(group.label) / \(probe.label)", reason: reason)
    if !pruned.contains(cell) { pruned.append(cell) }
  }
}
