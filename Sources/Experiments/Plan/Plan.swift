import Data
public import Unlearning

/// The grid of an experiment as a graph of steps, each with a content-addressed key.
public struct Plan: Sendable {
  /// The experiment that was planned.
  public let experiment: Experiment
  /// All models under evaluation, in the order of the tables.
  public let cells: [Cell]
  /// The cells that are not run, with reasons.
  public let pruned: [PrunedCell]
  /// Every step once, parents before children.
  public let steps: [Step]
  /// The steps with results that users read; other steps run only if one of these needs them.
  let results: Set<StepKey>
  /// Makes the plugins that steps name.
  package let plugins: PluginMaker
  /// The cards of all plugins of the plan.
  let cards: [Card]
  /// The digests of data and weights files, from which step keys are computed.
  let files: PlannedFiles

  /// The maximum number of cells of a grid, skipped ones included.
  public static let maximumCells = 100_000

  /// Plans `experiment`; reads the data files to fingerprint them, but decodes nothing.
  ///
  /// - Parameter memory: The bytes available to one step. Cells with larger models are skipped with a reason; by
  ///   default, as for reading finished results, none is.
  /// - Throws: `DataError` when data files are missing, `DiagnosticList` when an exclusion matches nothing or the grid
  ///   has more than `maximumCells` cells.
  public init(_ experiment: Experiment, registry: Registry, memory: Int = .max) throws {
    try self.init(experiment, registry: registry, memory: memory, rules: PlanningRule.grid)
  }

  /// Plans `experiment` by `rules` instead of those of the grid.
  package init(
    _ experiment: Experiment, registry: Registry, memory: Int = .max, rules: [PlanningRule]
  ) throws {
    var builder = try PlanBuilder(experiment, registry: registry, memory: memory, rules: rules)
    try builder.build()
    self.experiment = experiment
    cells = builder.cells
    pruned = builder.pruned
    steps = builder.steps
    let names = builder.steps.reduce(into: Set<String>()) { $0.formUnion($1.plugins.keys) }
    cards = registry.all.map { $0.card }.filter { names.contains($0.name) }
    files = builder.files
    results = builder.results
    plugins = builder.plugins
  }

  /// The distinct kinds of its steps, in order of appearance.
  public var kinds: [StepKind] {
    var known: Set<StepKind> = []
    return steps.map(\.kind).filter { known.insert($0).inserted }
  }
}
