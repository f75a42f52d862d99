public import Data
public import Engine
public import Logging
import Synchronization

/// What a method is given besides model and data: randomness, recipe, progress, log.
public struct Run: Sendable {
  /// The root of all random streams of this call.
  public var random: RandomSource
  /// How the original model was trained; retraining follows it.
  public var recipe: OriginalRecipe
  /// Makes a new model of the original's architecture with initial parameters.
  public var makeClassifier: @Sendable (RandomSource) -> Classifier
  /// What is forgotten; nil while an original is trained.
  public var request: ForgetRequest?
  /// Validation samples, where the data set has some, never used for training or evaluation.
  public var validation: Dataset?
  /// Where to write what a person may want to know.
  public var log: Logger
  /// Numbers to store with the result, such as loss values or counts of steps.
  public var notes = RunNotes()
  /// Receives the progress of the call, in [0, 1].
  public var progress: @Sendable (Double) -> Void
  /// Whether the user or the executor has cancelled the call.
  public var isCancelled: @Sendable () -> Bool

  /// A run; by default it reports no progress and is never canceled.
  public init(
    random: RandomSource, recipe: OriginalRecipe, makeClassifier: @escaping @Sendable (RandomSource) -> Classifier,
    request: ForgetRequest? = nil, validation: Dataset? = nil,
    log: Logger = Logger(label: "lacuna"),
    progress: @escaping @Sendable (Double) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.random = random
    self.recipe = recipe
    self.makeClassifier = makeClassifier
    self.request = request
    self.validation = validation
    self.log = log
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// The forgotten classes in ascending order; empty where samples or nothing are forgotten.
  public var forgottenClasses: [Int] { request?.forgottenClasses ?? [] }

  /// Logs a warning about a call that continues.
  public func warn(_ message: String) { log.warning("\(message)") }

  /// Ends the call when it is canceled.
  public func checkpoint() throws(UnlearningError) {
    if isCancelled() { throw .cancelled }
  }
}

/// Numbers that a method stores with its result, by name.
public final class RunNotes: Sendable {
  private let stored = Mutex<[String: Double]>([:])

  /// An empty collection of notes.
  public init() {}

  /// The note under `name`, in snake_case.
  public subscript(name: String) -> Double? {
    get { stored.withLock { $0[name] } }
    set { stored.withLock { $0[name] = newValue } }
  }

  /// A copy of all notes, by name.
  public var all: [String: Double] { stored.withLock { $0 } }
}
