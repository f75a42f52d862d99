public import Data
public import Engine
public import Logging
import Synchronization

/// What a method is given besides model and data: randomness, recipe, progress, log, deadline.
public struct Run: Sendable {
  /// The source of everything random in this call.
  public var random: RandomSource
  /// How the original model was trained; retraining follows it.
  public var recipe: OriginalRecipe
  /// A fresh model of the original's architecture.
  public var makeClassifier: @Sendable (RandomSource) -> Classifier
  /// The forgotten classes in ascending order; empty for sample requests.
  public var forgottenClasses: [Int]
  /// Samples that choices may be made on, where the data set has some: never trained on, never measured on.
  public var validation: Dataset?
  /// When the call must have ended.
  public var deadline: ContinuousClock.Instant?
  /// Where to write what a person may want to know.
  public var log: Logger
  /// What the method wants to be remembered with its result.
  public var notes = RunNotes()
  /// Told how far the call is, in [0, 1].
  public var progress: @Sendable (Double) -> Void
  /// Whether the call should end early.
  public var isCancelled: @Sendable () -> Bool

  /// A run; without further words it has no deadline, tells nobody and is never cancelled.
  public init(
    random: RandomSource, recipe: OriginalRecipe, makeClassifier: @escaping @Sendable (RandomSource) -> Classifier,
    forgottenClasses: [Int] = [], validation: Dataset? = nil, deadline: ContinuousClock.Instant? = nil,
    log: Logger = Logger(label: "lacuna"),
    progress: @escaping @Sendable (Double) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.random = random
    self.recipe = recipe
    self.makeClassifier = makeClassifier
    self.forgottenClasses = forgottenClasses
    self.validation = validation
    self.deadline = deadline
    self.log = log
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// Writes what a person should know about this call, though it goes on, to the log.
  public func warn(_ message: String) { log.warning("\(message)") }

  /// Ends the call when it is cancelled or its time is up.
  public func checkpoint() throws(UnlearningError) {
    if isCancelled() { throw .cancelled }
    if let deadline, ContinuousClock.now > deadline { throw .deadlineExceeded }
  }
}

/// Numbers that a method wants to be remembered with its result, by name.
public final class RunNotes: Sendable {
  private let stored = Mutex<[String: Double]>([:])

  /// No notes.
  public init() {}

  /// The note under `name`, in snake_case.
  public subscript(name: String) -> Double? {
    get { stored.withLock { $0[name] } }
    set { stored.withLock { $0[name] = newValue } }
  }

  /// All notes.
  public var all: [String: Double] { stored.withLock { $0 } }
}
