import Data
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
  /// The steps whose results somebody reads; others are run where one of these needs them.
  let results: Set<StepKey>
  /// Makes the plugins that steps name.
  package let plugins: PluginMaker
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
    try self.init(experiment, registry: registry, memory: memory, rules: PlanningRule.grid)
  }

  /// Plans `experiment` by these rules.
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

  /// The kinds of its steps, in the order in which they appear.
  public var kinds: [StepKind] {
    var known: Set<StepKind> = []
    return steps.map(\.kind).filter { known.insert($0).inserted }
  }
}
