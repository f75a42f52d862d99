import ConfigYAML
import Data
import JSON
import Unlearning

/// Walks the grid and collects cells and steps.
struct PlanBuilder {
  let experiment: Experiment
  /// Bytes that one step may take.
  let memory: Int
  /// The data without pixels, where they are needed.
  let outlines: DataCache
  /// The retrained models that others may be compared with: with and without reweighting.
  let references: [Variant]
  let dataParts: [KeyPart]
  /// By label.
  var files: PlannedFiles
  let architectureParts: [String: KeyPart]
  let validationPart: KeyPart
  /// By role and identity without the content of files.
  var variantParts: [String: KeyPart] = [:]
  /// By request.
  var requestParts: [ForgetRequest: KeyPart] = [:]
  var cells: [Cell] = []
  var pruned: [PrunedCell] = []
  var steps: [Step] = []
  var known: Set<StepKey> = []
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

  mutating func addGroup(_ whole: Group) throws {
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
  mutating func addRound(
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
        group, model.setting, method: method, role: .unlearned, against: method.comparedWith, probes: probes,
        model: model.key,
        round: round)
    }
  }

  mutating func addCell(
    _ group: Group, _ setting: Step.Setting, method shown: Variant?, role: ModelRole,
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
        role: role, probes: probes,
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
        role: .baseline, probes: probes, notes: nil,
        group: "\(group.label) / \(RetainSampling.shuffle)"))
  }
}
