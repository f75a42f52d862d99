public import Data
public import Engine
public import Foundation

/// What experiment files can name: a method, an attack, a metric, a data set or an architecture.
///
/// A plugin is its own set of parameters, each a property with `@Parameter`, and holds nothing else but what it derives
/// from them.
public protocol Plugin: ParameterSet {
  /// Name, title, source, version.
  static var card: Card { get }
  /// Parameters whose values are part of the names of what it measures; none unless stated.
  ///
  /// Where a sweep varies them, they are not named once more.
  static var parametersInNames: Set<String> { get }
  /// The plugin of these parameters, or which of them cannot be.
  ///
  /// The default checks their ranges, then calls `validate()`.
  init(_ parameters: Self) throws(ParameterError)
}

extension Plugin {
  /// The plugin of these parameters.
  ///
  /// - Throws: A `ParameterError` with every value that is out of its range, or what `validate()` throws.
  public init(_ parameters: Self) throws(ParameterError) {
    try parameters.validateRanges()
    try parameters.validate()
    self = parameters
  }
}

extension Plugin {
  /// None.
  public static var parametersInNames: Set<String> { [] }
}

/// What kind of thing is to be forgotten.
public enum RequestKind: String, Sendable, Codable, CaseIterable {
  /// All samples of one class.
  case oneClass = "class"
  /// All samples of several classes.
  case severalClasses = "classes"
  /// Some samples, of any class.
  case samples
}

/// What a method reads besides the forget set's images.
public enum MethodNeed: String, Sendable, Codable, CaseIterable {
  /// The trained model that is to forget.
  case originalModel = "original model"
  /// The retain set.
  case retainData = "retain data"
  /// The labels of the forget set.
  case forgetLabels = "forget labels"
  /// The sensitive attribute of both sets.
  case groups
}

/// Makes a model behave as if it had never seen the forget set.
///
/// Given the same original, data and random source it returns the same model, bit for bit. It never sees test data.
public protocol UnlearningMethod: CellPlugin {
  /// What it reads, the original model and retain data unless it says otherwise. A method that does not need the original
  /// model starts from random parameters.
  static var needs: Set<MethodNeed> { get }
  /// The requests it can serve; cells with others are left out, with a reason.
  static var serves: Set<RequestKind> { get }
  /// How the retained samples were drawn in the retraining that the method is compared with; `shuffle` unless it says
  /// otherwise.
  var reference: RetainSampling { get }
  /// Notes that tables show as columns `notes.<name>`, with their units, in order; none unless it says otherwise.
  static var notesShown: [(name: String, unit: MeasurementUnit)] { get }

  /// Returns the unlearned model; the original is a value and stays as it is.
  ///
  /// Called by `apply(to:forget:retain:run:)`, which has compared the data with `needs` and the request with `serves`.
  /// - Throws: `UnlearningError` when the data do not allow it, the loss stops being finite, or time is up.
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier
}

extension UnlearningMethod {
  /// The original and retain data.
  public static var needs: Set<MethodNeed> { [.originalModel, .retainData] }

  /// Plain retraining.
  public var reference: RetainSampling { .shuffle }

  /// None.
  public static var notesShown: [(name: String, unit: MeasurementUnit)] { [] }
}

/// What an attack or a metric reads.
public enum EvidenceKind: String, Sendable, Codable, CaseIterable {
  /// Logits on the four parts of the data.
  case predictions
  /// Features that enter the last layer.
  case features
  /// The same parts seen by models retrained without the forget set, one per seed.
  case retrainedModels = "retrained models"
  /// The same parts seen by the models of the same method, one per seed, the measured one among them.
  case unlearnedModels = "models of the same method"
  /// What the unlearning call cost.
  case cost
  /// What the other metrics and the attacks found for the same model.
  case measurements
  /// The sensitive attribute of every sample.
  case groups
}

/// Tries to tell an unlearned model from one that never saw the forget set.
public protocol Attack: MeasuringPlugin {
  /// What it reads.
  static var reads: Set<EvidenceKind> { get }
  /// How many retrained models (seeds) it needs at least.
  static var retrainedModelsNeeded: Int { get }
  /// Whether it can say anything about requests of this kind; cells with others are left out, with a reason.
  func serves(_ kind: RequestKind) -> Bool

  /// Learns from the retrained models alone what all attacks of one grid share; runs once per bank of models.
  func calibrate(_ retrained: [ModelOutputs], context: EvidenceContext) throws -> Calibration

  /// Attacks one model.
  func attack(_ evidence: Evidence) throws -> [MeasuredValue]
}

extension Attack {
  /// Attacks one model alone unless it says otherwise.
  public static var retrainedModelsNeeded: Int { 0 }

  /// Every kind of request unless it says otherwise.
  public func serves(_ kind: RequestKind) -> Bool { true }

  /// Most attacks share nothing.
  public func calibrate(_ retrained: [ModelOutputs], context: EvidenceContext) throws -> Calibration { Calibration() }
}

/// Measures one property of an unlearned model.
public protocol Metric: MeasuringPlugin {
  /// What it reads.
  static var reads: Set<EvidenceKind> { get }
  /// The unit of its values.
  static var unit: MeasurementUnit { get }
  /// Where its values can lie, if they are fractions; [0, 1] unless it says otherwise.
  static var range: ClosedRange<Double> { get }
  /// Which values are better.
  static var direction: Direction { get }
  /// What its values are compared with.
  static var reference: ReferenceKind { get }
  /// How many retrained models (seeds) it needs at least.
  static var retrainedModelsNeeded: Int { get }
  /// Whether it can say anything about requests of this kind; cells with others are left out, with a reason.
  func serves(_ kind: RequestKind) -> Bool
  /// Full names, `<plugin>.<measurement>`, of the other measurements that it reads; none unless it says otherwise.
  var measurementsRead: [String] { get }
  /// Answers without a model that it measures, too, each in a row of its own; none unless it says otherwise.
  static var baselines: [Baseline] { get }

  /// Measures one model.
  func measure(_ evidence: Evidence) throws -> [MeasuredValue]
  /// Measures `baseline` against the retrained models; the evidence is that of one of these, one for each seed.
  ///
  /// Called for what is among `baselines` alone.
  func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue]
}

extension Metric {
  /// Shares.
  public static var range: ClosedRange<Double> { 0...1 }

  /// Reads one model alone unless it says otherwise.
  public static var retrainedModelsNeeded: Int { 0 }

  /// Every kind of request unless it says otherwise.
  public func serves(_ kind: RequestKind) -> Bool { true }

  /// None.
  public var measurementsRead: [String] { [] }

  /// None.
  public static var baselines: [Baseline] { [] }

  /// Nothing.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] { [] }
}

/// Builds the body of a classifier: everything below its linear head.
public protocol Architecture: Plugin {
  /// The body for images of this shape `[H, W, C]`; ends in rows of features.
  ///
  /// - Throws: `ParameterError` when the architecture cannot take such images.
  func body(imageShape: [Int]) throws(ParameterError) -> any Layer
  /// Trained weights that originals and retrained models begin with; nil, which is random ones, unless it says
  /// otherwise.
  var initialWeights: InitialWeights? { get }
}

extension Architecture {
  /// Random ones.
  public var initialWeights: InitialWeights? { nil }

  /// A classifier with fresh, random parameters.
  public func makeClassifier(
    imageShape: [Int], classCount: Int, random: RandomSource
  ) throws(ParameterError) -> Classifier {
    Classifier(body: try body(imageShape: imageShape), imageShape: imageShape, classCount: classCount, random: random)
  }
}

/// Provides a data set.
public protocol DatasetSource: Plugin {
  /// The official files that can be fetched; empty when it is computed, or got by hand.
  static var remoteFiles: [RemoteFile] { get }
  /// Where a person gets files that cannot be fetched, and where to put them; nil unless it says otherwise.
  static var gotByHand: String? { get }
  /// The names of the classes, by label; known before anything is read.
  var classNames: [String] { get }
  /// `[H, W, C]` of one image; known before anything is read.
  var imageShape: [Int] { get }
  /// The sensitive attribute of its samples, known before anything is read; nil unless it says otherwise.
  var attribute: SensitiveAttribute? { get }
  /// The files it reads, in a fixed order, empty when it is computed; their content names the data in cache keys.
  ///
  /// - Throws: `DataError` that names what is missing.
  func localFiles() throws(DataError) -> [URL]
  /// What tells the data apart besides the content of the files, such as their names where those name classes; nothing
  /// unless it says otherwise.
  func layout() throws(DataError) -> [String]
  /// What a person should know of the files before they are read, such as what is not used of them; nothing unless it says
  /// otherwise.
  var notes: [String] { get }
  /// Reads or computes the data.
  func load() throws(DataError) -> DataSplits
  /// The data for counting, perhaps without pixels; the same as `load()` unless it says otherwise.
  func outline() throws(DataError) -> DataSplits
}

extension DatasetSource {
  /// None.
  public var attribute: SensitiveAttribute? { nil }

  /// Nothing.
  public static var gotByHand: String? { nil }

  /// All of it.
  public func outline() throws(DataError) -> DataSplits { try load() }

  /// Nothing.
  public var notes: [String] { [] }

  /// Nothing.
  public func layout() throws(DataError) -> [String] { [] }
}
