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
  /// The recipe by which it trains a copy of the original; nil where it has none.
  ///
  /// By default its parameter of that type.
  var recipe: TrainingRecipe? { get }
  /// The most samples that it holds in one training step; by default those of its recipe.
  var largestBatch: Int? { get }
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

  /// The first parameter that is a recipe.
  public var recipe: TrainingRecipe? {
    Mirror(reflecting: self).children.lazy.compactMap { $0.value as? TrainingRecipe }.first
  }

  /// That of the recipe.
  public var largestBatch: Int? { recipe?.batchSize }

  /// None.
  public static var notesShown: [(name: String, unit: MeasurementUnit)] { [] }
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
