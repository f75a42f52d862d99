public import Data
public import Foundation
public import Unlearning

/// `image-folder`: the user's own pictures, one folder per class, `[size, size, 3]`.
///
/// Below the folder lie `train` and `test`, if wanted also `validation` (or `valid`, or `val`), and in each of them one
/// folder for each class, with JPEG or PNG files. The folders of `train` name the classes, in alphabetical order. An
/// optional table with a header, as `HandMadeTable` reads it, gives a sensitive attribute: its column `file` has paths
/// below the folder ("train/cat/1.jpg"), and another column the values, which are numbered in alphabetical order. Every
/// picture has a row.
public struct ImageFolderSource: PictureSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "image-folder", title: "A folder of pictures",
    summary: "JPEG and PNG files in train/<class>/ and test/<class>/, with an optional list of groups.",
    source: Source(authors: "the user", venue: "-"), version: 2)

  /// The folder's name below the data root, or its path.
  @Parameter("the folder's name below the data root, or its path", isLocation: true)
  public var folder = ""
  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training pictures, ≥ 1; nil for all.
  @Parameter(.trainCount(1 << 31, "pictures")) public var trainCount: Int? = nil
  /// The number of test pictures, ≥ 1; nil for all.
  @Parameter(.testCount(1 << 31, "pictures")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all pictures are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// Side of the images in pixels.
  @Parameter(.pictureSize) public var size = 224
  /// The folder of the cache of decoded pictures; nil is $LACUNA_CACHE, else the user's cache folder.
  @Parameter(.pictureCache) public var cache: String? = nil
  /// The handling of pictures that cannot be decoded; nil is `stop`.
  @Parameter(.onBadPicture) public var onBadPicture: BadPictureChoice? = nil
  /// How pictures of other shapes become square.
  @Parameter("whether pictures are stretched to a square or cropped to their center")
  public var framing = Framing.center
  /// The file with the attribute, below the folder; nil is none.
  @Parameter("file below the folder with the columns 'file' and that of the sensitive attribute; null: no groups")
  public var attributes: String? = nil
  /// The column of that file that groups are made of.
  @Parameter("column of the sensitive attribute in 'attributes'")
  public var sensitive = "group"
  /// The value of rows without one; nil makes them an error.
  @Parameter("group of rows with an empty value; null: an error")
  public var emptyGroup: String? = nil

  /// All pictures, 224 pixels wide, without groups.
  public init() {}

  /// None.
  public static let remoteFiles: [RemoteFile] = []

  /// The user's own.
  public static let gotByHand: String? = "make folders train/<class>/ and test/<class>/ with pictures of your own"

  @Derived private var tree: PictureTree? = nil

  /// The names of the classes, by label; none without a folder.
  public var classNames: [String] { tree?.classNames ?? [] }
  /// The attribute of the optional list.
  public var attribute: SensitiveAttribute? { tree?.groups?.attribute }

  /// The set with these parameters; lists the folder, since its names are those of the classes.
  ///
  /// - Throws: `ParameterError`, also when the folder does not exist or lacks required folders.
  public init(_ parameters: Self) throws(ParameterError) {
    try parameters.validateRanges()
    self = parameters
    tree = try listing()
  }

  private func listing() throws(ParameterError) -> PictureTree? {
    guard !folder.isEmpty else { return nil }
    let url = URL(
      fileURLWithPath: NSString(string: folder).expandingTildeInPath, relativeTo: DataRoot.resolve(root)
    ).absoluteURL
    do {
      return try PictureTree(url, attributes: attributes, column: sensitive, emptyGroup: emptyGroup)
    } catch let error as PictureTree.Problem {
      throw ParameterError("folder", error.description)
    } catch {
      throw ParameterError("attributes", "\(error)")
    }
  }

  /// Notes on unused files and folders, classes without pictures, and rows without pictures.
  public var notes: [String] { tree?.notes ?? [] }

  /// The pictures, part by part and class by class, after the list of groups.
  public func localFiles() throws(DataError) -> [URL] {
    let tree = try requireTree()
    return (tree.groups.map { [$0.url] } ?? []) + tree.files.map(\.url)
  }

  /// The paths of the pictures below the folder, which name their classes.
  public func layout() throws(DataError) -> [String] { try requireTree().files.map(\.path) }

  /// All samples, or class-balanced draws of `trainCount` and `testCount`.
  public var subset: Subset {
    Subset(trainCount: trainCount, testCount: testCount, seed: subsetSeed)
  }

  /// The pictures, and their groups where there is a list.
  public func collection() throws(DataError) -> PictureCollection {
    let tree = try requireTree()
    try tree.groups?.requirePlanned()
    var collection = PictureCollection(name: Self.card.name, classNames: classNames, attribute: attribute)
    for file in tree.files {
      collection.add(
        file.url, label: file.label, sensitive: try tree.groups?.value(of: file.path), to: file.part)
    }
    return collection
  }

  private func requireTree() throws(DataError) -> PictureTree {
    guard let tree else {
      throw .missingFiles(
        dataset: Self.card.name,
        paths: ["\(DataRoot.resolve(root).path)/<folder>; name it with `folder:`"],
        source: "your own pictures")
    }
    return tree
  }
}
