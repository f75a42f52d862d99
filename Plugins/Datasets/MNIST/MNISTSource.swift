public import Data
public import Foundation
public import Unlearning

/// MNIST: handwritten digits, `[28, 28, 1]`, 10 classes of nearly equal size.
///
/// - Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998.
public struct MNISTSource: DatasetSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "mnist", title: "MNIST",
    summary: "Handwritten digits: 60,000 training and 10,000 test images, gray, 28×28, 10 classes.",
    source: .documentRecognition())

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training images, ≥ 1; nil for all.
  @Parameter(.trainCount(60_000, "images")) public var trainCount: Int? = nil
  /// The number of test images, ≥ 1; nil for all.
  @Parameter(.testCount(10_000, "images")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all images are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0

  /// All images.
  public init() {}

  /// The four files, as published.
  public static let remoteFiles = IDXSet.mnistFiles

  private static let layout = IDXSet.mnist

  /// The names of the classes, by label.
  public var classNames: [String] { Self.layout.classNames }
  /// `[28, 28, 1]`, the shape of every image.
  public var imageShape: [Int] { Self.layout.imageShape }

  /// Training images and labels, test images and labels.
  public func localFiles() throws(DataError) -> [URL] { try Self.layout.files.locate(root: root) }

  /// Reads the files and selects the configured subset.
  public func load() throws(DataError) -> DataSplits {
    let subset = Subset(
      trainCount: trainCount, testCount: testCount, seed: subsetSeed)
    return try subset.of(Self.layout.load(root: root))
  }
}
