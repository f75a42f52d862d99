import Unlearning

/// The work of one kind of step, as a value: it can be written down, and what is read back has the same result.
///
/// A new kind is one type, and one `PlanningRule` or a call in the planner that adds it. Everything random in `run(on:)`
/// comes from the setting's seeds by streams that are named by purpose, so that steps may run in any order.
package protocol StepBody: Codable, Sendable {
  /// What it is called in keys and records.
  static var kind: StepKind { get }
  /// How long such a step takes, compared with a prediction, before one of the kind has ended; 1 unless it says otherwise.
  static var weight: Double { get }
  /// The data and models that it is about.
  var setting: StepSetting { get }
  /// The steps whose results it reads, in the order in which its key names them.
  var inputs: [StepKey] { get }

  /// What it asks of the models; nothing unless it says otherwise.
  ///
  /// - Throws: `ConfiguredError`.
  func work(with plugins: PluginMaker) throws -> StepWork

  /// Does it.
  ///
  /// - Throws: What data, plugins and store throw; the result of the step is then kept nowhere.
  func run(on bench: Bench) throws -> Artefact

  /// Makes sure that what people read of the result is as it was written, and is one of this step; by default, that all
  /// files are as they were written.
  ///
  /// - Throws: `StoreError.damaged`, and the step is run again.
  func check(_ key: StepKey, in store: Store) throws(StoreError)
}

extension StepBody {
  package static var weight: Double { 1 }
  package func work(with plugins: PluginMaker) throws -> StepWork { StepWork() }
  package func check(_ key: StepKey, in store: Store) throws(StoreError) { try store.verify(key) }
}

/// What a step leaves behind.
package struct Artefact {
  /// Files by plain names.
  package var files: [(name: String, bytes: [UInt8])]
  /// What the part of the step cost that a reader may compare; by default the whole step.
  var cost: Cost?
  /// The most tensor memory that was held at once, in bytes, where `cost` does not say it.
  var peakBytes = 0
  /// Numbers that go into the record.
  var notes: [String: Double] = [:]

  /// Files alone.
  package init(_ files: [(name: String, bytes: [UInt8])]) { self.files = files }
}

/// What a step asks of models, as far as it is known beforehand.
package struct StepWork: Equatable {
  /// How often all training samples pass through training steps.
  var epochs = 0
  /// The most samples of one training step.
  var batchSize = 1
  /// How often all samples pass through evaluation.
  var evaluations = 0
  /// A method of which nothing is known, since it has no recipe.
  var unknownMethod: String?

  /// A training by `recipe`.
  static func training(_ recipe: TrainingRecipe) -> StepWork {
    StepWork(epochs: recipe.epochs, batchSize: recipe.batchSize)
  }
}
