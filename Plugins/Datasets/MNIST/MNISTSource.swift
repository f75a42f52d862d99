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
    public static let fields = [
      ParameterField("root", "folder with the data sets; else $LACUNA_DATA, else data", isLocation: true),
      ParameterField("train_count", "training images, a class-balanced draw; all when not set", .closed(1, 60_000)),
      ParameterField("test_count", "test images, a class-balanced draw; all when not set", .closed(1, 10_000)),
      ParameterField("subset_seed", "seed of these draws"),
    ]
  }

  /// What it is.
  public static let card = Card(
    name: "mnist", title: "MNIST",
    summary: "Handwritten digits: 60,000 training and 10,000 test images, grey, 28×28, 10 classes.",
    source: Source(authors: "LeCun, Bottou, Bengio, Haffner", venue: "Proceedings of the IEEE 1998"))

  private static let address = "https://ossci-datasets.s3.amazonaws.com/mnist/"
  /// The four files, as published.
  public static let remoteFiles = [
    RemoteFile(
      name: "mnist/train-images-idx3-ubyte.gz", url: address + "train-images-idx3-ubyte.gz", size: 9_912_422,
      md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    RemoteFile(
      name: "mnist/train-labels-idx1-ubyte.gz", url: address + "train-labels-idx1-ubyte.gz", size: 28_881,
      md5: "d53e105ee54ea40749a09fcbcd1e9432",
      sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    RemoteFile(
      name: "mnist/t10k-images-idx3-ubyte.gz", url: address + "t10k-images-idx3-ubyte.gz", size: 1_648_877,
      md5: "9fb629c4189551a2d022fa330f9573f3",
      sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    RemoteFile(
      name: "mnist/t10k-labels-idx1-ubyte.gz", url: address + "t10k-labels-idx1-ubyte.gz", size: 4_542,
      md5: "ec29112dd5afa0611ce80d1b7f02629c",
      sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
  ]

  private static let layout = IDXSet(
    name: card.name, folder: "mnist", source: address,
    classNames: (0...9).map { "\($0)" },
    normalisation: Normalisation(mean: [0.1307], deviation: [0.3081]))

  private let parameters: Parameters

  /// The set with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validate()
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
