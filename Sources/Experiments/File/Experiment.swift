import JSON
public import ConfigYAML
import Data
public import Foundation
public import Unlearning

/// A validated experiment file: the grid data × architectures × recipes × forget requests × methods × seeds.
public struct Experiment: Sendable {
  /// The value of `experiment:`.
  public let name: String
  /// What models start from.
  public let seeds: Seeds
  /// The number of models of each kind that attacks and metrics may read as a bank, those of `seeds` first.
  public let bankSize: Int
  /// The shadow models of random halves; nil where the file has no bank of halves.
  let shadows: ShadowSettings?
  /// The fraction of the training data that is held out for validation, in [0, 1).
  public let validationFraction: Double
  /// Where the file, or an override, gives the fraction.
  let validationMark: Mark?
  let data: [Variant]
  let architectures: [Variant]
  let recipes: [RecipeVariant]
  /// The requests for each data set.
  let forget: [[ForgetEntry]]
  let methods: [Variant]
  let attacks: [Variant]
  let metrics: [Variant]
  let exclusions: [Exclusion]
  /// Models that another program made; nil where the experiment makes its own.
  var imports: ImportedModels?
  let document: YAMLDocument
  /// Values that replaced those of the document, as written.
  let overrides: [String]

  /// Whether it measures models that another program made.
  public var isAudit: Bool { imports != nil }

  /// The file, as it was named.
  public var file: String { document.file }

  /// An empty collector for errors in the file and the overrides.
  func makeDiagnostics() -> Diagnostics {
    let diagnostics = document.makeDiagnostics()
    for text in overrides { _ = diagnostics.addText(Override.place(of: text)) }
    return diagnostics
  }
}

extension Experiment {
  /// Reads and checks the file at `url`.
  ///
  /// - Parameters:
  ///   - overrides: Values that replace those of the file, by path: "training.epochs=200".
  /// - Throws: All errors of the file, each with its position.
  public static func load(
    _ url: URL, registry: Registry, overrides: [String] = []
  ) throws(DiagnosticList) -> Experiment {
    let document = try YAMLDocument(contentsOf: url)
    return try Experiment(document, folder: url.deletingLastPathComponent(), registry: registry, overrides: overrides)
  }

  /// Validates a document; relative paths of index files are resolved in `folder`.
  public init(
    _ document: YAMLDocument, folder: URL, registry: Registry, overrides: [String] = []
  ) throws(DiagnosticList) {
    let diagnostics = document.makeDiagnostics()
    var root = document.root
    for text in overrides { root = Override(text, diagnostics)?.applied(to: root, diagnostics) ?? root }
    let reader = ExperimentReader(
      document: document, overrides: overrides, root: root, folder: folder, registry: registry,
      diagnostics: diagnostics)
    let isAudit = root[AuditKey.audit] != nil
    let experiment = isAudit ? AuditReader(file: reader).read() : reader.read()
    try diagnostics.throwIfAny()
    guard let experiment else {
      throw DiagnosticList([Diagnostic(file: document.file, message: "unreadable experiment")])
    }
    self = experiment
  }
}

extension Experiment {
  /// Rejects grids with more than `Plan.maximumCells` cells.
  func checkCellCount() throws(DiagnosticList) {
    var count = 1
    for axis in [
      data.count, architectures.count, recipes.count, forget.first?.count ?? 0, max(bankSize, shadows?.size ?? 0),
      methods.count * seeds.rounds + 2,
    ] {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      guard !overflow, product <= Plan.maximumCells else {
        let message =
          "the grid has more than \(Plan.maximumCells) cells: data × architectures × training × forget "
          + "requests × seeds × methods, with the original and the retrained model; cut it into several files"
        throw DiagnosticList([Diagnostic(file: file, message: message)])
      }
      count = product
    }
  }
}

extension Experiment {
  /// The largest bank: 4,096 models of 10,000 samples and 10 classes take 1.6 GB of predictions.
  package static let largestBank = 4096
  /// The most forget sets of one original in a bank of halves.
  package static let mostForgetsPerModel = 64

  /// The seeds of the bank's models that are not among `seeds`.
  var bankSeeds: [Int] { seeds.others(upTo: bankSize) }
}

/// Shadow models of random halves: `bank: {size: 32, halves: true}`.
struct ShadowSettings: Sendable {
  /// The number of originals.
  var size: Int
  /// The number of forget sets of each original.
  var forgetsPerModel: Int
  /// The fraction of the original's members among the samples of the request that a forget set has, in (0, 1).
  var forgetFraction: Double
}

/// One value of the axis of training recipes of originals and retrained models.
struct RecipeVariant: Sendable {
  let recipe: OriginalRecipe
  let parameters: JSONValue
  /// The canonical text of the parameters.
  let parametersText: String
  let varied: [Variant.Assignment]

  init(recipe: OriginalRecipe, parameters: JSONValue, varied: [Variant.Assignment]) {
    (self.recipe, self.parameters, self.varied) = (recipe, parameters, varied)
    parametersText = parameters.canonicalText
  }

  /// The swept values, "training.epochs=40"; empty without a sweep.
  var label: String { varied.map { "training.\($0.path)=\($0.value)" }.joined(separator: " ") }
}

/// A forget request for one data set.
struct ForgetEntry: Sendable {
  var request: ForgetRequest
  /// The request with the names of the data set's classes and values.
  var label: String
  /// The request as the file writes it, perhaps with numbers of classes.
  var writtenLabel: String
  var mark: Mark
  /// The seed of the draw of samples; nil where nothing is drawn.
  var seed: Int?
  /// Whether every training seed forgets a draw of its own (`seed: each`), so that intervals over seeds include the draw.
  var drawsEachSeed = false

  /// Seeds the draw of samples; the same for all seeds of the grid, so that all models forget the same samples, unless the
  /// file says `seed: each`; nil where nothing is drawn.
  func drawSeed(trainingSeed: Int) -> Int? { seed.map { drawsEachSeed ? trainingSeed : $0 } }
}

/// An entry of `exclude:`, a pattern of cells to skip.
struct Exclusion: Sendable {
  /// The keys of grid axes; all other keys are parameters.
  static let axes = [
    "data", "architecture", "forget", "seed", "unlearning_seed", "forget_seed", "method", "attack",
  ]
  /// The prefix of keys that are parameters of `training:`.
  static let trainingPrefix = "original_training."

  var conditions: [(key: String, value: String)]
  var mark: Mark

  /// Whether it is limited to some methods, so that originals and retrained models are not excluded.
  var namesMethod: Bool { conditions.contains { $0.key == "method" } }
  var description: String { conditions.map { "\($0.key): \($0.value)" }.joined(separator: ", ") }
}
