public import Data
public import Foundation
public import Unlearning

/// Fashion-MNIST: articles of clothing, `[28, 28, 1]`, 10 classes of equal size.
///
/// - Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
///   algorithms", 2017, arXiv:1708.07747.
public struct FashionMNISTSource: DatasetSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "fashion-mnist", title: "Fashion-MNIST",
    summary: "Articles of clothing: 60,000 training and 10,000 test images, gray, 28×28, 10 classes.",
    source: Source(
      authors: "Xiao, Rasul, Vollgraf",
      title: "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", venue: "2017",
      arXiv: "1708.07747"))

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

  private static let address = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
  /// The four files, as published.
  public static let remoteFiles = [
    RemoteFile(
      name: "fashion-mnist/train-images-idx3-ubyte.gz", url: address + "train-images-idx3-ubyte.gz", size: 26_421_880,
      md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    RemoteFile(
      name: "fashion-mnist/train-labels-idx1-ubyte.gz", url: address + "train-labels-idx1-ubyte.gz", size: 29_515,
      md5: "25c81989df183df01b3e8a0aad5dffbe",
      sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    RemoteFile(
      name: "fashion-mnist/t10k-images-idx3-ubyte.gz", url: address + "t10k-images-idx3-ubyte.gz", size: 4_422_102,
      md5: "bef4ecab320f06d8554ea6380940ec79",
      sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    RemoteFile(
      name: "fashion-mnist/t10k-labels-idx1-ubyte.gz", url: address + "t10k-labels-idx1-ubyte.gz", size: 5_148,
      md5: "bb300cfdad3c16e7a12a480ee83cd310",
      sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
  ]

  private static let layout = IDXSet(
    name: card.name, folder: "fashion-mnist", source: address,
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ],
    normalization: Normalization(mean: [0.2860], deviation: [0.3530]))

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
