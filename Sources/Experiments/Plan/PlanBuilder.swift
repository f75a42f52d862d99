import ConfigYAML
import Data
import Engine
import JSON
import Unlearning

/// Enumerates the grid and collects cells and steps.
package struct PlanBuilder {
  let experiment: Experiment
  private let rules: [PlanningRule]
  let plugins: PluginMaker
  /// The data sets in the form of steps, in the order of the file.
  let data: [ConfiguredData]
  /// The bytes available to one step.
  let memory: Int
  /// The data without pixels, loaded where counts are needed.
  let outlines: DataCache
  /// The reference methods: retraining without and with reweighting.
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
  /// Whether predictions store features, because some attack or metric reads them.
  let keepsFeatures: Bool
  var known: Set<StepKey> = []
  /// The steps with results that users read.
  package var results: Set<StepKey> = []
  var noted: Set<PrunedCell> = []
  var usedExclusions: Set<Int> = []
  /// The digests of files with the models of an audit, by path.
  var importedDigests: [String: String] = [:]

  /// Raised when the engine's numerical results change, so that old artifacts are not reused.
  static let engineVersion = 8

  init(_ experiment: Experiment, registry: Registry, memory: Int, rules: [PlanningRule]) throws {
    self.experiment = experiment
    self.memory = memory
    self.rules = rules
    plugins = PluginMaker(
      experiment.isAudit
        ? Registry {
          registry
          AuditedSamples.self
        } : registry)
    keepsFeatures = (experiment.attacks + experiment.metrics).contains { Self.reads($0, .features) }
    data = experiment.data.map {
      ConfiguredData(source: $0.configured, validationFraction: experiment.validationFraction)
    }
    try experiment.checkCellCount()
    guard let retrain = registry.method(Self.referenceName) as? any RetainSamplingMethod.Type else {
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
    outlines = DataCache(plugins, planned: files, countsOnly: true)
  }

  /// The name of the reference method.
  static let referenceName = "retrain"

  mutating func build() throws {
    try checkRequests()
    try checkWeights()
    for (dataIndex, data) in experiment.data.enumerated() {
      for architecture in experiment.architectures {
        for recipe in experiment.recipes {
          for entry in experiment.forget[dataIndex] {
            func settings(_ seeds: [Int]) -> [Setting] {
              seeds.map { seed in
                let values = StepSetting(
                  data: self.data[dataIndex], architecture: architecture.configured, recipe: recipe.recipe,
                  request: entry.request, requestLabel: entry.label,
                  seeds: ModelSeeds(training: seed, forget: entry.drawSeed(trainingSeed: seed)))
                return Setting(data: dataIndex, architecture: architecture, recipe: recipe, values: values)
              }
            }
            let size = Self.modelSize(architecture, on: data)
            // Models that forget other samples are no bank.
            let others = entry.drawsEachSeed ? [] : settings(experiment.bankSeeds)
            let shadows = experiment.shadows.map { shadows in
              settings(experiment.seeds.training + experiment.seeds.others(upTo: shadows.size))
            }
            try addGroup(
              Group(
                data: data, entry: entry, settings: settings(experiment.seeds.training), bankSettings: others,
                shadowSettings: shadows ?? [], size: size))
          }
        }
      }
    }
    try checkExclusions()
  }

  /// The part of a cell that does not depend on the method: what its steps are given, and where it is in the file.
  package struct Setting: Sendable {
    /// The index of the data set in the file.
    var data: Int
    var architecture: Variant
    var recipe: RecipeVariant
    package var values: StepSetting
    var seeds: ModelSeeds { values.seeds }

    /// The setting of a call with this seed.
    func unlearning(_ seed: Int) -> Setting {
      var setting = self
      setting.values.seeds.unlearning = seed
      return setting
    }
  }

  /// All seeds and methods of one data set, architecture, recipe and request.
  package struct Group {
    var data: Variant
    var entry: ForgetEntry
    /// One for each seed of trainings.
    package var settings: [Setting]
    /// One for each seed of the bank that is not among the seeds of the file; their models are evidence and have no
    /// cells of their own.
    var bankSettings: [Setting] = []
    /// One for each seed of the shadow models.
    var shadowSettings: [Setting] = []
    /// The size of its models; nil where the architecture does not support the images.
    let size: ModelSize?
    /// nil until its steps are planned.
    var sizes: CellSizes?
    /// The steps of the originals and of their predictions, one for each setting, then those of the bank.
    var originals: [StepKey] = []
    var originalPredictions: [StepKey] = []
    /// The banks of retrained models, by retain sampling.
    var banks: [RetainSampling: Bank] = [:]
    var request: ForgetRequest { entry.request }
    var recipe: RecipeVariant { settings[0].recipe }
    var architecture: Variant { settings[0].architecture }
    var label: String {
      [data.label, architecture.label, entry.label, recipe.label].filter { !$0.isEmpty }.joined(separator: " / ")
    }
  }

  private mutating func addGroup(_ whole: Group) throws {
    var group = whole
    group.settings = withoutExcluded(whole.settings, of: whole)
    group.bankSettings = withoutExcluded(whole.bankSettings, of: whole)
    group.shadowSettings = whole.shadowSettings.filter {
      exclusion(whole, $0, method: nil, attack: nil) == nil
    }
    guard !group.settings.isEmpty else { return }
    if let obstacle = memoryObstacle(group, method: nil) {
      noteExclusions(group, methods: experiment.methods)
      pruned.append(PrunedCell(description: group.label, reason: obstacle))
      return
    }
    group.sizes = try sizes(group)
    for rule in rules { try rule.plan(&self, &group) }
  }

  mutating func addCell(
    _ group: Group, _ setting: Setting, method shown: Variant?, role: ModelRole,
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
      // The recipe is a separate axis: its rows must be distinguishable in result files, too.
      let varied = group.recipe.varied.map { assignment in
        JSONValue.Member(
          key: assignment.path,
          value: group.recipe.parameters.value(at: assignment.path) ?? .string(assignment.value))
      }
      parameters.append(.init(key: "original_training", value: .object(varied)))
    }
    labels.append(group.recipe.label)
    var notes: (step: StepKey, shown: [(name: String, unit: MeasurementUnit)])?
    if let model, let method = shown?.plugin as? any UnlearningMethod, !type(of: method).notesShown.isEmpty {
      notes = (model, type(of: method).notesShown)
      results.insert(model)
    }
    results.formUnion(probes.map(\.key))
    cells.append(
      Cell(
        data: group.data.label, architecture: group.architecture.label, forget: group.entry.label,
        method: shown?.name ?? Self.originalName, parameters: .object(parameters),
        variedParameters: labels.filter { !$0.isEmpty }.joined(separator: " "), seeds: setting.seeds,
        seedLabel: experiment.seeds.label(setting.seeds), round: round,
        role: role, probes: probes,
        notes: notes, group: "\(group.label) / \(reference)"))
  }

  mutating func addBaselineCell(
    _ group: Group, _ setting: Setting, _ baseline: Baseline, probes: [Cell.Probe]
  ) {
    results.formUnion(probes.map(\.key))
    cells.append(
      Cell(
        data: group.data.label, architecture: group.architecture.label, forget: group.entry.label,
        method: baseline.rawValue, parameters: .object([]), variedParameters: group.recipe.label, seeds: setting.seeds,
        seedLabel: experiment.seeds.label(setting.seeds),
        round: 0,
        role: .baseline, probes: probes, notes: nil,
        group: "\(group.label) / \(RetainSampling.shuffle)"))
  }
}
