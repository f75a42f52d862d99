public import Data
public import Foundation
public import Unlearning

/// Waterbirds: birds cut out of CUB and pasted on land or water, which correlates with the class, `[size, size, 3]`.
///
/// Reads the published folder `waterbird_complete95_forest2water2`: `metadata.csv`, with the parts in column `split`,
/// and the pictures that it names. Classes are land- and waterbirds, the sensitive attribute is the place. 95 % of
/// training birds are shown at the place of their class.
/// - Source: Sagawa, Koh, Hashimoto, Liang, "Distributionally robust neural networks for group shifts", ICLR 2020,
///   arXiv:1911.08731, section 3; pictures are resized as De Min et al., TMLR 2025, arXiv:2503.09330 (released code).
public struct WaterbirdsSource: PictureSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "waterbirds", title: "Waterbirds",
    summary: "4,795 training, 1,199 validation and 5,794 test pictures of birds on land or water.",
    source: Source(
      authors: "Sagawa, Koh, Hashimoto, Liang",
      title: "Distributionally Robust Neural Networks for Group Shifts: On the Importance of Regularization for "
        + "Worst-Case Generalization",
      venue: "ICLR 2020", arXiv: "1911.08731", place: "section 3"))

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training pictures, ≥ 1; nil for all.
  @Parameter(.trainCount(4795, "pictures")) public var trainCount: Int? = nil
  /// The number of test pictures, ≥ 1; nil for all.
  @Parameter(.testCount(5794, "pictures")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all pictures are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// Side of the images in pixels.
  @Parameter(.pictureSize) public var size = 224
  /// The folder of the cache of decoded pictures; nil is $LACUNA_CACHE, else the user's cache folder.
  @Parameter(.pictureCache) public var cache: String? = nil
  /// The handling of pictures that cannot be decoded; nil is `stop`.
  @Parameter(.onBadPicture) public var onBadPicture: BadPictureChoice? = nil

  /// All pictures, 224 pixels wide.
  public init() {}

  /// None: the official source has no files with published checksums.
  public static let remoteFiles: [RemoteFile] = []

  private static let files = FileSet(
    dataset: card.name, folder: "waterbird_complete95_forest2water2", names: ["metadata.csv"], allowsGzip: false,
    source: "https://nlp.stanford.edu/data/dro/waterbird_complete95_forest2water2.tar.gz")

  /// Where to download the files, and where to put them.
  public static let gotByHand: String? =
    "unpack \(files.source) below the data root"

  /// The names of the classes, by label.
  public var classNames: [String] { ["landbird", "waterbird"] }
  /// Land or water.
  public var attribute: SensitiveAttribute? { SensitiveAttribute(name: "place", valueNames: ["land", "water"]) }

  /// The list and the pictures that it names.
  public func localFiles() throws(DataError) -> [URL] {
    try Self.files.locate(root: root) + collection().files
  }

  /// All samples, or class-balanced draws of `trainCount` and `testCount`.
  public var subset: Subset {
    Subset(trainCount: trainCount, testCount: testCount, seed: subsetSeed)
  }

  /// Reads the list.
  public func collection() throws(DataError) -> PictureCollection {
    let list = try Self.files.locate(root: root)[0]
    let table = try CommaSeparatedTable(list, columns: ["img_filename", "y", "split", "place"])
    var collection = PictureCollection(name: Self.card.name, classNames: classNames, attribute: attribute)
    for row in table.rows {
      let part = try table.index(of: row, column: 2, among: ["0", "1", "2"])
      collection.add(
        list.deletingLastPathComponent().appendingPathComponent(row.values[0], isDirectory: false),
        label: try table.index(of: row, column: 1, among: ["0", "1"]),
        sensitive: try table.index(of: row, column: 3, among: ["0", "1"]),
        to: [.train, .validation, .test][part])
    }
    try collection.requireFiles(list: list, source: Self.files.source)
    return collection
  }
}
