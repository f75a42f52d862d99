import JSON
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

  /// The most cells, left out or not, of one grid.
  public static let maximumCells = 100_000

  /// Plans `experiment`; reads the data files to fingerprint them, but decodes nothing.
  ///
  /// - Parameter memory: Bytes that one step may take. Cells whose models are larger are left out with the reason; without
  ///   it, as where finished results are read, none is.
  /// - Throws: `DataError` when data files are missing, `DiagnosticList` when an exclusion matches nothing or the grid has
  ///   more than `maximumCells` cells.
  public init(_ experiment: Experiment, registry: Registry, memory: Int = .max) throws {
    var builder = try PlanBuilder(experiment, registry: registry, memory: memory)
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
  /// Bytes that one step may take.
  let memory: Int
  /// The data without pixels, where they are needed.
  let outlines: DataCache
  /// The retrained models that others may be compared with: with and without reweighting.
  private let references: [Variant]
  private let dataParts: [KeyPart]
  /// By label.
  private(set) var files: PlannedFiles
  private let architectureParts: [String: KeyPart]
  private let validationPart: KeyPart
  /// By role and identity without the content of files.
  private var variantParts: [String: KeyPart] = [:]
  /// By request.
  private var requestParts: [ForgetRequest: KeyPart] = [:]
  private(set) var cells: [Cell] = []
  var pruned: [PrunedCell] = []
  private(set) var steps: [Step] = []
  private var known: Set<StepKey> = []
  var noted: Set<PrunedCell> = []
  var usedExclusions: Set<Int> = []

  /// Raised when the engine's numbers change, so that old artefacts are not taken for new ones.
  static let engineVersion = 7

  init(_ experiment: Experiment, registry: Registry, memory: Int) throws {
    self.experiment = experiment
    self.memory = memory
    try experiment.checkCellCount()
    guard let retrain = registry.method(Self.referenceName) else {
      throw DiagnosticList([
        Diagnostic(file: experiment.file, message: "no method is named '\(Self.referenceName)', the reference of all")
      ])
    }
    references = try RetainSampling.allCases.map { try Self.reference(of: retrain, $0) }
    var files = PlannedFiles()
    dataParts = try experiment.data.map { KeyPart("data", try Self.identity(of: $0, &files)) }
    validationPart = KeyPart("validation_fraction", .number(experiment.validationFraction))
    architectureParts = Dictionary(
      try experiment.architectures.map {
        ($0.label, KeyPart("architecture", try Self.identity(ofArchitecture: $0, &files)))
      },
      uniquingKeysWith: { first, _ in first })
    self.files = files
    outlines = DataCache(experiment, planned: files, countsOnly: true)
  }

  /// The method that others are compared with.
  static let referenceName = "retrain"

  mutating func build() throws {
    try checkRequests()
    try checkWeights()
    for (dataIndex, data) in experiment.data.enumerated() {
      guard let source = data.plugin as? any DatasetSource else { continue }
      for architecture in experiment.architectures {
        for recipe in experiment.recipes {
          for entry in experiment.forget {
            guard let request = entry.request(of: source, diagnostics: nil) else { continue }
            let label = entry.label(of: source)
            let settings = experiment.seeds.training.map { seed in
              Step.Setting(
                data: dataIndex, architecture: architecture, recipe: recipe, request: request,
                requestLabel: label,
                seeds: ModelSeeds(training: seed, forget: entry.drawSeed(trainingSeed: seed)))
            }
            try addGroup(
              Group(data: data, entry: entry, forget: label, request: request, settings: settings))
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
    /// The label of the request, with the names of the data set's classes.
    var forget: String
    var request: ForgetRequest
    var settings: [Step.Setting]
    /// nil until its steps are planned.
    var sizes: CellSizes?
    var recipe: RecipeVariant { settings[0].recipe }
    var architecture: Variant { settings[0].architecture }
    var label: String {
      [data.label, architecture.label, forget, recipe.label].filter { !$0.isEmpty }.joined(separator: " / ")
    }
  }

  private mutating func addGroup(_ whole: Group) throws {
    var group = whole
    group.settings = withoutExcluded(whole)
    guard !group.settings.isEmpty else { return }
    if let obstacle = memoryObstacle(group, method: nil) {
      noteExclusions(group, methods: experiment.methods)
      pruned.append(PrunedCell(description: group.label, reason: obstacle))
      return
    }
    group.sizes = try sizes(group)
    let readsFeatures = (experiment.attacks + experiment.metrics).contains { Self.reads($0, .features) }
    var originals: [StepKey] = []
    for setting in group.settings { originals.append(try addTraining(setting)) }
    // The references are planned first, because others read their measurements.
    var banks: [RetainSampling: Bank] = [:]
    try addOriginals(group, originals, against: .shuffle, in: &banks, readsFeatures)
    for method in experiment.methods {
      guard let plugin = method.plugin as? any UnlearningMethod else { continue }
      let own = obstacle(to: plugin, method.comparedWith, group).map { "\(method.name) \($0)" }
      if let obstacle = own ?? memoryObstacle(group, method: method) {
        noteExclusions(group, methods: [method])
        pruned.append(PrunedCell(description: "\(group.label) / \(method.label)", reason: obstacle))
        continue
      }
      if banks[method.comparedWith] == nil {
        try addOriginals(group, originals, against: method.comparedWith, in: &banks, readsFeatures)
      }
      guard let bank = banks[method.comparedWith] else { preconditionFailure("there is a reference of every kind") }
      guard method.name != bank.variant.name || method.keyParameters != bank.variant.keyParameters else { continue }
      // A method that starts from nothing has no seed of its own.
      let rounds = type(of: plugin).needs.contains(.originalModel) ? experiment.seeds.rounds : 1
      for round in 0..<rounds {
        try addRound(round, of: method, group, originals, bank, readsFeatures)
      }
    }
  }

  /// Adds one call of `method` on each original, and what is measured of the models.
  ///
  /// The models of a round are peers: of two models by one original the randomness is not all their own.
  private mutating func addRound(
    _ round: Int, of method: Variant, _ group: Group, _ originals: [StepKey], _ bank: Bank, _ readsFeatures: Bool
  ) throws {
    let startsFromOriginal = (method.plugin as? any UnlearningMethod).map { type(of: $0).needs }?.contains(
      .originalModel)
    var models: [(position: Int, setting: Step.Setting, key: StepKey)] = []
    var peers = Peers()
    for (position, setting) in group.settings.enumerated() {
      let training = setting.seeds.training
      let setting =
        startsFromOriginal == true ? setting.unlearning(experiment.seeds.unlearning(round, of: training)) : setting
      if let exclusion = exclusion(group, setting, method: method, attack: nil) {
        pruned.append(
          PrunedCell(
            description: "\(group.label) / \(method.label) / \(setting.seeds.label)",
            reason: "excluded by {\(exclusion.description)}"))
        continue
      }
      let model = try addUnlearning(setting, method: method, original: originals[position])
      models.append((position, setting, model))
      peers.predictions.append(try addPrediction(setting, model: model, of: method.label, features: readsFeatures))
    }
    for (place, model) in models.enumerated() {
      peers.position = place
      let probes = try addProbes(
        model.setting, group, model: model.key, peers: peers, bank: bank.predictions, position: nil, method: method,
        label: method.label, referenceProbes: bank.probes[model.position])
      addCell(
        group, model.setting, method: method, against: method.comparedWith, probes: probes, model: model.key,
        round: round)
    }
  }

  /// Adds the retrained models that draw by `reference`, and the original compared with them.
  private mutating func addOriginals(
    _ group: Group, _ originals: [StepKey], against reference: RetainSampling, in banks: inout [RetainSampling: Bank],
    _ readsFeatures: Bool
  ) throws {
    guard let variant = references.first(where: { $0.comparedWith == reference }) else { return }
    let bank = try addBank(group, variant, readsFeatures)
    banks[reference] = bank
    var peers = Peers()
    for (position, setting) in group.settings.enumerated() {
      peers.predictions.append(
        try addPrediction(setting, model: originals[position], of: "original", features: readsFeatures))
    }
    for (position, setting) in group.settings.enumerated() {
      peers.position = position
      let probes = try addProbes(
        setting, group, model: nil, peers: peers, bank: bank.predictions, position: nil, method: nil,
        label: "original", referenceProbes: bank.probes[position])
      addCell(group, setting, method: nil, against: reference, probes: probes)
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
    let readers = experiment.metrics.filter { Self.reads($0, .measurements) }
    for probe in [nil] + readers.map(Optional.some) {
      // A retrained model is compared with those of other seeds, whose measurements must be planned before.
      let before = bank.probes
      for (position, setting) in group.settings.enumerated() {
        let others = before.indices.filter { $0 != position }.map { before[$0] }
        let probes = try addProbes(
          setting, group, model: models[position], peers: Peers(predictions: bank.predictions, position: position),
          bank: bank.predictions, position: position, method: variant, label: variant.label, referenceProbes: nil,
          otherReferenceProbes: others, only: probe, known: before.isEmpty ? [] : before[position])
        if before.isEmpty { bank.probes.append(probes) } else { bank.probes[position] = probes }
      }
    }
    for (position, setting) in group.settings.enumerated() {
      addCell(
        group, setting, method: variant, isReference: true, against: variant.comparedWith, probes: bank.probes[position]
      )
    }
    if variant.keyParameters == references[0].keyParameters { try addBaselines(group, bank: bank.predictions) }
    return bank
  }

  private mutating func addCell(
    _ group: Group, _ setting: Step.Setting, method shown: Variant?, isReference: Bool = false,
    against reference: RetainSampling, probes: [Cell.Probe], model: StepKey? = nil, round: Int = 0
  ) {
    var parameters = shown?.parameters.members ?? []
    var labels = [shown?.variedLabel ?? ""]
    if shown == nil, reference != .shuffle {
      // The original is compared with every retraining that the methods of the file are compared with.
      parameters.append(.init(key: Variant.referenceKey, value: .string(reference.rawValue)))
      labels.append("\(Variant.referenceKey)=\(reference.rawValue)")
    }
    if !group.recipe.varied.isEmpty {
      // The recipe is an axis of its own: its rows must be distinguished in files, too.
      let varied = group.recipe.varied.map { assignment in
        JSONValue.Member(
          key: assignment.path,
          value: group.recipe.parameters.value(at: assignment.path) ?? .string(assignment.value))
      }
      parameters.append(.init(key: "original_training", value: .object(varied)))
    }
    labels.append(group.recipe.label)
    cells.append(
      Cell(
        data: group.data.label, architecture: group.architecture.label, forget: group.forget,
        method: shown?.name ?? "original", parameters: .object(parameters),
        variedParameters: labels.filter { !$0.isEmpty }.joined(separator: " "), seeds: setting.seeds, round: round,
        isReference: isReference, isOriginal: shown == nil, isBaseline: false, probes: probes,
        notes: model.flatMap { model in
          (shown?.plugin as? any UnlearningMethod).map { (model, type(of: $0).notesShown) }
        }, group: "\(group.label) / \(reference)"))
  }

  mutating func addBaselineCell(
    _ group: Group, _ setting: Step.Setting, _ baseline: Baseline, probes: [Cell.Probe]
  ) {
    cells.append(
      Cell(
        data: group.data.label, architecture: group.architecture.label, forget: group.forget,
        method: baseline.rawValue, parameters: .object([]), variedParameters: group.recipe.label, seeds: setting.seeds,
        round: 0,
        isReference: false, isOriginal: false, isBaseline: true, probes: probes, notes: nil,
        group: "\(group.label) / \(RetainSampling.shuffle)"))
  }

  // MARK: Steps

  mutating func add(
    _ kind: StepKind, _ label: String, parents: [StepKey], configuration: [KeyPart], plugins: [Variant],
    work: Step.Work
  ) -> StepKey {
    let parts =
      configuration + [
        KeyPart("step", .string(kind.rawValue)), KeyPart("engine", .int(Self.engineVersion)),
        KeyPart("parents", .array(parents.map { .string($0.hex) })),
      ]
    let key = StepKey(canonicalText: KeyPart.canonicalText(parts))
    if known.insert(key).inserted {
      let versions = plugins.map { ($0.name, $0.version) }
      steps.append(
        Step(
          key: key, kind: kind, label: label, parents: parents,
          configuration: .object(parts.map { JSONValue.Member(key: $0.key, value: $0.value) }),
          plugins: Dictionary(versions, uniquingKeysWith: { first, _ in first }), work: work))
    }
    return key
  }

  func label(_ setting: Step.Setting, _ rest: String...) -> String {
    let parts = [experiment.data[setting.data].label, setting.architecture.label, setting.recipe.label] + rest
    return (parts + [setting.seeds.label]).filter { !$0.isEmpty }.joined(separator: " / ")
  }

  func common(_ setting: Step.Setting) -> [KeyPart] { [dataParts[setting.data], validationPart] }

  private func modelSetting(_ setting: Step.Setting) -> [KeyPart] {
    common(setting) + [
      architectureParts[setting.architecture.label] ?? KeyPart("architecture", setting.architecture.identity),
      KeyPart("training", setting.recipe.parameters, text: setting.recipe.parametersText),
      KeyPart("seed", .int(setting.seeds.training)),
    ]
  }

  mutating func request(_ setting: Step.Setting) throws -> [KeyPart] {
    let known = requestParts[setting.request]
    let part = try known ?? KeyPart("forget", try JSONValue(setting.request))
    if known == nil { requestParts[setting.request] = part }
    return [part, KeyPart("forget_seed", .int(setting.seeds.forget ?? 0))]
  }

  mutating func part(_ key: String, _ variant: Variant) throws -> KeyPart {
    let name = key + variant.identityText
    if let known = variantParts[name] { return known }
    let part = KeyPart(key, try Self.identity(ofPlugin: variant, &files))
    variantParts[name] = part
    return part
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
      .unlearn, label(setting, setting.requestLabel, method.label), parents: parent.map { [$0] } ?? [],
      configuration: modelSetting(setting) + (try request(setting)) + [try part("method", method)]
        + (parent == nil ? [] : [KeyPart("unlearning_seed", .int(setting.seeds.unlearning ?? setting.seeds.training))]),
      plugins: [experiment.data[setting.data], setting.architecture, method],
      work: .unlearn(setting, method: method, original: parent))
  }

  private mutating func addPrediction(
    _ setting: Step.Setting, model: StepKey, of name: String, features: Bool
  ) throws -> StepKey {
    add(
      .predict, label(setting, setting.requestLabel, name), parents: [model],
      configuration: common(setting) + (try request(setting)) + [KeyPart("features", .bool(features))],
      plugins: [experiment.data[setting.data], setting.architecture],
      work: .predict(setting, model: model, features: features))
  }

  private mutating func addProbes(
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
      let isAttack = probe.plugin is any Attack
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
          + [try part(isAttack ? "attack" : "metric", probe)],
        plugins: [probe],
        work: isAttack
          ? .attack(setting, attack: probe, target: target) : .measure(setting, metric: probe, target: target))
      probes.append(Cell.Probe(kind: isAttack ? "attack" : "metric", name: probe.measurementLabel, key: key))
    }
    return probes
  }
}
