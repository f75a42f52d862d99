public import Data
public import Engine
public import Foundation

/// A component that experiment files name: a method, an attack, a metric, a data set or an architecture.
///
/// A plugin is its own parameter set: its stored properties are parameters (`@Parameter`), and values derived from
/// them.
public protocol Plugin: ParameterSet {
  /// The name in experiment files, the documentation, the source and the version.
  static var card: Card { get }
  /// Makes a plugin from validated parameters.
  ///
  /// The default checks their ranges, then calls `validate()`.
  init(_ parameters: Self) throws(ParameterError)
}

extension Plugin {
  /// Makes a plugin after checking the ranges and `validate()`.
  ///
  /// - Throws: A `ParameterError` with every value that is out of its range, or what `validate()` throws.
  public init(_ parameters: Self) throws(ParameterError) {
    try parameters.validateRanges()
    try parameters.validate()
    self = parameters
  }
}

/// What a method reads besides the forget set's images.
public enum MethodNeed: String, Sendable, Codable, CaseIterable {
  /// The trained model to unlearn from.
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
  /// The inputs that it reads, by default the original model and retain data. A method that does not need the original
  /// model starts from random parameters.
  static var needs: Set<MethodNeed> { get }
  /// The kinds of requests that it supports; cells with others are skipped, with a reason.
  static var serves: Set<RequestKind> { get }
  /// The retain sampling of the retraining that the method is compared with; by default `shuffle`.
  var reference: RetainSampling { get }
  /// The recipe of its fine-tuning of the original; nil where it has none.
  ///
  /// By default its first parameter of type `TrainingRecipe`.
  var recipe: TrainingRecipe? { get }
  /// The largest batch of its training steps, for the estimate of memory; nil, the default, for that of its recipe.
  var largestBatch: Int? { get }
  /// Notes that tables show as columns `notes.<name>`, with their units, in order; by default none.
  ///
  /// Every call writes each of them; one without a value in the range of its unit counts as missing.
  static var notesShown: [(name: String, unit: MeasurementUnit)] { get }

  /// Returns the unlearned model; the original is a value and is not changed.
  ///
  /// Called by `apply(to:forget:retain:run:)`, which has compared the data with `needs` and the request with `serves`.
  /// - Throws: `UnlearningError` when the data do not allow it, the loss stops being finite, or the call is canceled.
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier
}

extension UnlearningMethod {
  /// The original model and retain data.
  public static var needs: Set<MethodNeed> { [.originalModel, .retainData] }

  /// Retraining on the shuffled retain set.
  public var reference: RetainSampling { .shuffle }

  /// The first parameter that is a recipe.
  public var recipe: TrainingRecipe? {
    Mirror(reflecting: self).children.lazy.compactMap { $0.value as? TrainingRecipe }.first
  }

  /// nil: that of the recipe.
  public var largestBatch: Int? { nil }

  /// None.
  public static var notesShown: [(name: String, unit: MeasurementUnit)] { [] }
}

/// A network architecture: builds the body of a classifier, all layers before the linear head.
public protocol Architecture: Plugin {
  /// The body for images of this shape `[H, W, C]`; its output are features `[N, D]`.
  ///
  /// - Throws: `ParameterError` when the architecture does not support such images.
  func body(imageShape: [Int]) throws(ParameterError) -> any Layer
  /// Pretrained weights that initialize originals and retrained models; nil, the default, for random ones.
  var initialWeights: InitialWeights? { get }
}

extension Architecture {
  /// nil: parameters are initialized at random.
  public var initialWeights: InitialWeights? { nil }
}

/// A data set that experiments can use.
public protocol DatasetSource: Plugin {
  /// The official files that `fetch` can download; empty when the data are computed or must be obtained manually.
  static var remoteFiles: [RemoteFile] { get }
  /// Instructions for files that must be downloaded manually, and where to put them; by default nil.
  static var gotByHand: String? { get }
  /// The names of the classes, by label; known before anything is read.
  var classNames: [String] { get }
  /// `[H, W, C]` of one image; known before anything is read.
  var imageShape: [Int] { get }
  /// The sensitive attribute of its samples, known before anything is read; by default nil.
  var attribute: SensitiveAttribute? { get }
  /// The files it reads, in a fixed order, empty when it is computed; their content names the data in cache keys.
  ///
  /// - Throws: `DataError` that names what is missing.
  func localFiles() throws(DataError) -> [URL]
  /// What identifies the data besides the content of the files, such as file names that name classes; by default
  /// nothing.
  func layout() throws(DataError) -> [String]
  /// Notes for the user about the files before they are read, such as what is not used of them; by default none.
  var notes: [String] { get }
  /// Reads or computes the data.
  func load() throws(DataError) -> DataSplits
  /// The data for counting samples, possibly without pixels; by default `load()`.
  func outline() throws(DataError) -> DataSplits
}

extension DatasetSource {
  /// None.
  public var attribute: SensitiveAttribute? { nil }

  /// Nothing.
  public static var gotByHand: String? { nil }

  /// The loaded data, with pixels.
  public func outline() throws(DataError) -> DataSplits { try load() }

  /// Nothing.
  public var notes: [String] { [] }

  /// Nothing.
  public func layout() throws(DataError) -> [String] { [] }
}
