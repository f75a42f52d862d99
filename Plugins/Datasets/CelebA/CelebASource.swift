public import Data
public import Foundation
public import Unlearning

/// CelebA: faces with forty attributes, two of which become class and group, `[size, size, 3]`.
///
/// Reads `celeba/list_attr_celeba.txt`, `celeba/list_eval_partition.txt` and the aligned pictures in
/// `celeba/img_align_celeba`. The class is one attribute (blond hair), the sensitive attribute another (male); the
/// parts are those of the partition file.
/// - Source: Liu, Luo, Wang, Tang, "Deep learning face attributes in the wild", ICCV 2015, arXiv:1411.7766; attributes
///   and sizes as De Min et al., TMLR 2025, arXiv:2503.09330 (released code).
/// - Note: Random crops are taken from the stretched picture, so their ratio of sides is that of the stretched one.
public struct CelebASource: PictureSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "celeba", title: "CelebA",
    summary: "162,770 training, 19,867 validation and 19,962 test pictures of faces with forty attributes.",
    source: Source(
      authors: "Liu, Luo, Wang, Tang", title: "Deep Learning Face Attributes in the Wild", venue: "ICCV 2015",
      arXiv: "1411.7766"))

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training pictures, ≥ 1; nil for all.
  @Parameter(.trainCount(162_770, "pictures")) public var trainCount: Int? = nil
  /// The number of test pictures, ≥ 1; nil for all.
  @Parameter(.testCount(19_962, "pictures")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all pictures are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// Side of the images in pixels.
  @Parameter(.pictureSize) public var size = 224
  /// The folder of the cache of decoded pictures; nil is $LACUNA_CACHE, else the user's cache folder.
  @Parameter(.pictureCache) public var cache: String? = nil
  /// The handling of pictures that cannot be decoded; nil is `stop`.
  @Parameter(.onBadPicture) public var onBadPicture: BadPictureChoice? = nil
  /// The attribute that is the class, as the attribute file spells it.
  @Parameter("attribute that is predicted", .oneOf(CelebAList.attributes))
  public var target = "Blond_Hair"
  /// The attribute that groups are made of.
  @Parameter("sensitive attribute, by which samples are grouped", .oneOf(CelebAList.attributes))
  public var sensitive = "Male"

  /// All pictures, 224 pixels wide; blond hair and male.
  public init() {}

  /// None: the official source has no files with published checksums.
  public static let remoteFiles: [RemoteFile] = []

  private static let files = FileSet(
    dataset: card.name, folder: "celeba", names: ["list_attr_celeba.txt", "list_eval_partition.txt"], allowsGzip: false,
    source: "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html")

  /// Where to download the files, and where to put them.
  public static let gotByHand: String? =
    "get img_align_celeba/ and both lists from \(files.source), and put them into the folder celeba below the data root"

  /// Rejects one attribute as both class and sensitive attribute.
  public func validate() throws(ParameterError) {
    guard target != sensitive else {
      throw ParameterError("sensitive", "must be another attribute than the target, is \(sensitive)")
    }
  }

  /// The names of the classes, by label: "not Blond_Hair", "Blond_Hair".
  public var classNames: [String] { ["not \(target)", target] }
  /// The whole picture.
  public var framing: Framing { .stretch }
  /// "not Male" or "Male".
  public var attribute: SensitiveAttribute? {
    SensitiveAttribute(
      name: sensitive, valueNames: ["not \(sensitive)", sensitive])
  }

  /// Both lists and the pictures that they name.
  public func localFiles() throws(DataError) -> [URL] {
    try Self.files.locate(root: root) + collection().files
  }

  /// All samples, or class-balanced draws of `trainCount` and `testCount`.
  public var subset: Subset {
    Subset(trainCount: trainCount, testCount: testCount, seed: subsetSeed)
  }

  /// Reads both lists.
  public func collection() throws(DataError) -> PictureCollection {
    let lists = try Self.files.locate(root: root)
    let list = try CelebAList(
      attributes: lists[0], partition: lists[1], columns: [target, sensitive])
    let folder = lists[0].deletingLastPathComponent().appendingPathComponent("img_align_celeba", isDirectory: true)
    var collection = PictureCollection(name: Self.card.name, classNames: classNames, attribute: attribute)
    for row in list.rows {
      collection.add(
        folder.appendingPathComponent(row.file, isDirectory: false), label: row.values[0], sensitive: row.values[1],
        to: [.train, .validation, .test][row.part])
    }
    try collection.requireFiles(list: lists[1], source: Self.files.source)
    return collection
  }
}
