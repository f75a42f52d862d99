import Unlearning

/// The work of one kind of step as a value: encoding and decoding preserve its result.
///
/// A new kind is one type, and one `PlanningRule` or a call in the planner that adds it. Everything random in
/// `run(on:)` is drawn from the setting's seeds by streams named by purpose, so that steps may run in any order.
package protocol StepBody: Codable, Sendable {
  /// The name of the kind in keys and records.
  static var kind: StepKind { get }
  /// The run time relative to a prediction step, used before a step of the kind has finished; by default 1.
  static var weight: Double { get }
  /// The data, architecture, recipe, request and seeds of the step.
  var setting: StepSetting { get }
  /// The steps whose results it reads, in the order of its key.
  var inputs: [StepKey] { get }

  /// The model work of the step, for prices and remaining time; by default none.
  ///
  /// - Throws: `ConfiguredError`.
  func work(with plugins: PluginMaker) throws -> StepWork

  /// Runs the step and returns its files.
  ///
  /// - Throws: What data, plugins and store throw; no result is stored then.
  func run(on bench: Bench) throws -> Artifact

  /// Verifies that the files of the result that users read are intact and belong to this step; by default checks all
  /// files.
  ///
  /// - Throws: `StoreError.damaged`; the step is then run again.
  func check(_ key: StepKey, in store: Store) throws(StoreError)
}

extension StepBody {
  package static var weight: Double { 1 }
  package func work(with plugins: PluginMaker) throws -> StepWork { StepWork() }
  package func check(_ key: StepKey, in store: Store) throws(StoreError) { try store.verify(key) }
}

/// The output of a step before it is stored.
package struct Artifact {
  /// Files by plain names.
  package var files: [(name: String, bytes: [UInt8])]
  /// The cost of the comparable part of the step, such as the unlearning call; by default of the whole step.
  var cost: Cost?
  /// The most tensor memory that was held at once, in bytes, where there is no `cost`.
  var peakBytes = 0
  /// Numbers that go into the record.
  var notes: [String: Double] = [:]

  /// An output with files only.
  package init(_ files: [(name: String, bytes: [UInt8])]) { self.files = files }
}

/// The model work of a step, as far as it is known in advance.
package struct StepWork: Equatable {
  /// The number of passes over all training samples in training.
  var epochs = 0
  /// The fraction of the training samples that a pass goes over.
  var fraction = 1.0
  /// The largest batch of a training step.
  var batchSize = 1
  /// The number of evaluations of all samples.
  var evaluations = 0
  /// The name of a method without a recipe, whose work is not known.
  var unknownMethod: String?

  /// The work of one training by `recipe` on a fraction of the training samples.
  static func training(_ recipe: TrainingRecipe, on fraction: Double = 1) -> StepWork {
    StepWork(epochs: recipe.epochs, fraction: fraction, batchSize: recipe.batchSize)
  }
}
