public import Data
public import Foundation
public import Unlearning

/// CIFAR-100: photographs, `[32, 32, 3]`, 100 classes of equal size in 20 groups.
///
/// - Source: Krizhevsky, "Learning multiple layers of features from tiny images", technical report, 2009.
public struct CIFAR100Source: DatasetSource {
  /// Which of an image's two labels is its class.
  public enum Labels: String, Codable, Sendable, CaseIterable {
    /// One of 100 classes.
    case fine
    /// One of 20 groups of five classes.
    case coarse
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "cifar100", title: "CIFAR-100",
    summary: "Photographs: 50,000 training and 10,000 test images, color, 32×32, 100 classes in 20 groups.",
    source: .tinyImages())

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training images, ≥ 1; nil for all.
  @Parameter(.trainCount(50_000, "images")) public var trainCount: Int? = nil
  /// The number of test images, ≥ 1; nil for all.
  @Parameter(.testCount(10_000, "images")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all images are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// Whether the 100 classes or the 20 groups are the labels.
  @Parameter("whether labels are the 100 classes or the 20 superclasses")
  public var labels = Labels.fine

  /// All images.
  public init() {}

  /// The archive of the binary version; it holds the folder `cifar-100-binary`.
  public static let remoteFiles = [
    RemoteFile(
      name: "cifar-100-binary.tar.gz", url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
      size: 168_513_733, md5: "03b5dce01913d631647c71ecec9e9cb8",
      sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")
  ]

  private var layout: CIFARSet {
    let isFine = labels == .fine
    return CIFARSet(
      files: FileSet(
        dataset: Self.card.name, folder: "cifar-100-binary", names: ["train.bin", "test.bin"], allowsGzip: false,
        source: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
      classCounts: [ClassNames.coarse.count, ClassNames.fine.count], label: isFine ? 1 : 0,
      classNames: isFine ? ClassNames.fine : ClassNames.coarse,
      normalization: Normalization(mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762]),
      recordsPerTrainFile: 50_000)
  }

  /// The names of the classes, by label.
  public var classNames: [String] { layout.classNames }
  /// `[32, 32, 3]`, the shape of every image.
  public var imageShape: [Int] { layout.imageShape }

  /// The training file and the test file.
  public func localFiles() throws(DataError) -> [URL] { try layout.files.locate(root: root) }

  /// Reads the files and selects the configured subset.
  public func load() throws(DataError) -> DataSplits {
    let subset = Subset(
      trainCount: trainCount, testCount: testCount, seed: subsetSeed)
    return try subset.of(layout.load(root: root))
  }
}
