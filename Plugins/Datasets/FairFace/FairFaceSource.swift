public import Data
import Engine
public import Foundation
public import Unlearning

/// FairFace: faces with an age in nine ranges and one of seven races, `[size, size, 3]`.
///
/// Reads `fairface/fairface_label_train.csv` and `fairface_label_val.csv` and the pictures that they name. Classes are
/// ages, the sensitive attribute is race. Training pictures are those whose `service_test` is True; a tenth of them,
/// drawn at random, is the validation set. The published validation pictures are the test set.
/// - Source: Kärkkäinen, Joo, "FairFace", WACV 2021, arXiv:1908.04913; parts and numbers of values as De Min et al.,
///   TMLR 2025, arXiv:2503.09330 (released code).
public struct FairFaceSource: PictureSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "fairface", title: "FairFace",
    summary:
      "Faces of nine ages and seven races: those of the training list for service tests, and 10,954 for testing.",
    source: Source(
      authors: "Kärkkäinen, Joo",
      title: "FairFace: Face Attribute Dataset for Balanced Race, Gender, and Age for Bias Measurement and Mitigation",
      venue: "WACV 2021", arXiv: "1908.04913"))

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training pictures, ≥ 1; nil for all.
  @Parameter(.trainCount(86_744, "pictures")) public var trainCount: Int? = nil
  /// The number of test pictures, ≥ 1; nil for all.
  @Parameter(.testCount(10_954, "pictures")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all pictures are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// Side of the images in pixels.
  @Parameter(.pictureSize) public var size = 224
  /// The folder of the cache of decoded pictures; nil is $LACUNA_CACHE, else the user's cache folder.
  @Parameter(.pictureCache) public var cache: String? = nil
  /// The handling of pictures that cannot be decoded; nil is `stop`.
  @Parameter(.onBadPicture) public var onBadPicture: BadPictureChoice? = nil
  /// The fraction of training pictures that is held out for validation.
  @Parameter("fraction of training pictures held out for validation", .open(0, 1))
  public var validationShare = 0.1
  /// Seed of that draw.
  @Parameter("seed of the validation split", .seed)
  public var validationSeed = 0

  /// All pictures, 224 pixels wide, a tenth of them for validation.
  public init() {}

  /// None: the official source has no files with published checksums.
  public static let remoteFiles: [RemoteFile] = []

  private static let ages = [
    "0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70",
  ]
  private static let races = [
    "Black", "Southeast Asian", "Middle Eastern", "Indian", "Latino_Hispanic", "White", "East Asian",
  ]
  private static let files = FileSet(
    dataset: card.name, folder: "fairface", names: ["fairface_label_train.csv", "fairface_label_val.csv"],
    allowsGzip: false, source: "https://github.com/joojs/fairface")

  /// Where to download the files, and where to put them.
  public static let gotByHand: String? =
    "get the pictures with a margin of 0.25 and both lists from \(files.source), and put train/, val/ and the lists into the "
    + "folder fairface below the data root"

  /// The names of the classes, by label.
  public var classNames: [String] { Self.ages }
  /// Race.
  public var attribute: SensitiveAttribute? { SensitiveAttribute(name: "race", valueNames: Self.races) }

  /// Both lists and the pictures that are used of them.
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
    var collection = PictureCollection(name: Self.card.name, classNames: classNames, attribute: attribute)
    let columns = ["file", "age", "race", "service_test"]
    let train = try CommaSeparatedTable(lists[0], columns: columns)
    var used: [CommaSeparatedTable.Row] = []
    for row in train.rows where try train.index(of: row, column: 3, among: ["False", "True"]) == 1 { used.append(row) }
    var draw = RandomSource(seed: UInt64(bitPattern: Int64(validationSeed))).stream("validation")
    let held = Set(
      draw.sample(Int(validationShare * Double(used.count)), of: Array(used.indices)))
    for (number, row) in used.enumerated() {
      try add(row, of: train, to: held.contains(number) ? .validation : .train, in: &collection)
    }
    let test = try CommaSeparatedTable(lists[1], columns: columns)
    for row in test.rows { try add(row, of: test, to: .test, in: &collection) }
    try collection.requireFiles(list: lists[0], source: Self.files.source)
    return collection
  }

  private func add(
    _ row: CommaSeparatedTable.Row, of table: CommaSeparatedTable, to part: PictureCollection.Part,
    in collection: inout PictureCollection
  ) throws(DataError) {
    collection.add(
      table.url.deletingLastPathComponent().appendingPathComponent(row.values[0], isDirectory: false),
      label: try table.index(of: row, column: 1, among: Self.ages),
      sensitive: try table.index(of: row, column: 2, among: Self.races), to: part)
  }
}
