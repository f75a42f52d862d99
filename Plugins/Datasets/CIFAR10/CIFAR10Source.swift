public import Data
public import Foundation
public import Unlearning

/// CIFAR-10: photographs of animals and vehicles, `[32, 32, 3]`, 10 classes of equal size.
///
/// - Source: Krizhevsky, "Learning multiple layers of features from tiny images", technical report, 2009.
public struct CIFAR10Source: DatasetSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "cifar10", title: "CIFAR-10",
    summary: "Photographs: 50,000 training and 10,000 test images, color, 32×32, 10 classes.",
    source: .tinyImages())

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training images, ≥ 1; nil for all.
  @Parameter(.trainCount(50_000, "images")) public var trainCount: Int? = nil
  /// The number of test images, ≥ 1; nil for all.
  @Parameter(.testCount(10_000, "images")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all images are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0

  /// All images.
  public init() {}

  /// The archive of the binary version; it holds the folder `cifar-10-batches-bin`.
  public static let remoteFiles = [
    RemoteFile(
      name: "cifar-10-binary.tar.gz", url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
      size: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530",
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
  ]

  private static let layout = CIFARSet(
    files: FileSet(
      dataset: card.name, folder: "cifar-10-batches-bin",
      names: (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"], allowsGzip: false,
      source: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
    classCounts: [10], label: 0,
    classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    normalization: Normalization(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616]),
    recordsPerTrainFile: 10_000)

  /// The names of the classes, by label.
  public var classNames: [String] { Self.layout.classNames }
  /// `[32, 32, 3]`, the shape of every image.
  public var imageShape: [Int] { Self.layout.imageShape }

  /// The five training files and the test file.
  public func localFiles() throws(DataError) -> [URL] { try Self.layout.files.locate(root: root) }

  /// Reads the files and selects the configured subset.
  public func load() throws(DataError) -> DataSplits {
    let subset = Subset(
      trainCount: trainCount, testCount: testCount, seed: subsetSeed)
    return try subset.of(Self.layout.load(root: root))
  }
}
