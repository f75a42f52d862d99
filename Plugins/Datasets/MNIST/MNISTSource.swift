public import Data
public import Foundation
public import Unlearning

/// MNIST: handwritten digits, `[28, 28, 1]`, 10 classes of nearly equal size.
///
/// - Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998.
public struct MNISTSource: DatasetSource {
  /// Where the files lie and which of their images are used.
  public struct Parameters: ParameterSet {
    /// The data root; nil is $LACUNA_DATA, else `data`.
    public var root: String?
    /// Training images, ≥ 1; nil is all.
    public var trainCount: Int?
    /// Test images, ≥ 1; nil is all.
    public var testCount: Int?
    /// Seed of the class-balanced draw when not all images are used; independent of an experiment's seeds.
    public var subsetSeed = 0

    /// All images.
    public init() {}

    /// The parameters as experiment files write them.
    public static let fields = ParameterField.dataFiles(train: 60_000, test: 10_000)
  }

  /// What it is.
  public static let card = Card(
    name: "mnist", title: "MNIST",
    summary: "Handwritten digits: 60,000 training and 10,000 test images, grey, 28×28, 10 classes.",
    source: .documentRecognition())

  /// The four files, as published.
  public static let remoteFiles = IDXSet.mnistFiles

  private static let layout = IDXSet.mnist

  private let parameters: Parameters

  /// The set with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validateRanges()
    self.parameters = parameters
  }

  /// The names of the classes, by label.
  public var classNames: [String] { Self.layout.classNames }
  /// `[28, 28, 1]`, the shape of every image.
  public var imageShape: [Int] { Self.layout.imageShape }

  /// Training images and labels, test images and labels.
  public func localFiles() throws(DataError) -> [URL] { try Self.layout.files.locate(root: parameters.root) }

  /// Reads the files and takes the wanted part.
  public func load() throws(DataError) -> DataSplits {
    let subset = Subset(
      trainCount: parameters.trainCount, testCount: parameters.testCount, seed: parameters.subsetSeed)
    return try subset.of(Self.layout.load(root: parameters.root))
  }
}
