public import Data
public import Foundation
public import Unlearning

/// `image-folder`: pictures of one's own, a folder for each class, `[size, size, 3]`.
///
/// Below the folder lie `train` and `test`, if wanted also `validation` (or `valid`, or `val`), and in each of them one folder
/// for each class, with JPEG or PNG files. The folders of `train` name the classes, in alphabetical order. An optional
/// table with a header, as `HandMadeTable` reads it, gives a sensitive attribute: its column `file` has paths below the
/// folder ("train/cat/1.jpg"), and another column the values, which are numbered in alphabetical order. Every picture has a
/// row.
public struct ImageFolderSource: PictureSource {
  /// Where the pictures lie, which are used, and how large images are.
  public struct Parameters: ParameterSet {
    /// The folder's name below the data root, or its path.
    public var folder = ""
    /// The data root; nil is $LACUNA_DATA, else `data`.
    public var root: String?
    /// Where decoded pictures are kept; nil is $LACUNA_CACHE, else the user's cache folder.
    public var cache: String?
    /// Side of the images in pixels.
    public var size = 224
    /// How pictures of other shapes become square.
    public var framing = Framing.center
    /// Training pictures, ≥ 1; nil is all.
    public var trainCount: Int?
    /// Test pictures, ≥ 1; nil is all.
    public var testCount: Int?
    /// Seed of the class-balanced draw when not all pictures are used; independent of an experiment's seeds.
    public var subsetSeed = 0
    /// The file with the attribute, below the folder; nil is none.
    public var attributes: String?
    /// The column of that file that groups are made of.
    public var sensitive = "group"
    /// The value of rows without one; nil refuses them.
    public var emptyGroup: String?
    /// What to do about pictures that cannot be decoded; nil is `stop`.
    public var onBadPicture: BadPictureChoice?

    /// All pictures, 224 pixels wide, without groups.
    public init() {}

    /// The parameters as experiment files write them.
    public static let fields =
      [ParameterField("folder", "the folder's name below the data root, or its path", isLocation: true)]
      + ParameterField.pictures(train: 1 << 31, test: 1 << 31) + [
        ParameterField(
          "framing", "whether the middle is cut out or the whole picture stretched",
          .oneOf(Framing.allCases.map(\.rawValue))),
        ParameterField("attributes", "file below the folder with the columns 'file' and that of the attribute"),
        ParameterField("sensitive", "the column of that file that groups are made of"),
        ParameterField("empty_group", "the group of rows whose value is empty; an error when not set"),
      ]
  }

  /// What it is.
  public static let card = Card(
    name: "image-folder", title: "A folder of pictures",
    summary: "JPEG and PNG files of one's own: train/<class>/, test/<class>/, and an optional list of groups.",
    source: Source(authors: "the user", venue: "-"), version: 2)

  /// None.
  public static let remoteFiles: [RemoteFile] = []

  /// The user's own.
  public static let gotByHand: String? = "make folders train/<class>/ and test/<class>/ with pictures of your own"

  private let parameters: Parameters
  private let tree: PictureTree?
  /// The names of the classes, by label; none without a folder.
  public var classNames: [String] { tree?.classNames ?? [] }
  /// The attribute of the optional list.
  public var attribute: SensitiveAttribute? { tree?.groups?.attribute }
  /// As the parameter says.
  public var framing: Framing { parameters.framing }
  /// As the parameter says.
  public var size: Int { parameters.size }
  /// As the parameter says.
  public var cache: String? { parameters.cache }

  /// The set with these parameters; lists the folder, since its names are those of the classes.
  ///
  /// - Throws: `ParameterError`, also when a folder is named that is not there, or that lacks what it must have.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validateRanges()
    self.parameters = parameters
    guard !parameters.folder.isEmpty else {
      tree = nil
      return
    }
    let folder = URL(
      fileURLWithPath: NSString(string: parameters.folder).expandingTildeInPath,
      relativeTo: DataRoot.resolve(parameters.root)
    ).absoluteURL
    do {
      tree = try PictureTree(
        folder, attributes: parameters.attributes, column: parameters.sensitive, emptyGroup: parameters.emptyGroup)
    } catch let error as PictureTree.Problem {
      throw ParameterError("folder", error.description)
    } catch {
      throw ParameterError("attributes", "\(error)")
    }
  }

  /// As the parameter says.
  public var onBadPicture: BadPictureChoice { parameters.onBadPicture ?? .stop }
  /// What the folder has that is not used, classes without pictures, and rows without pictures.
  public var notes: [String] { tree?.notes ?? [] }

  /// The pictures, part by part and class by class, after the list of groups.
  public func localFiles() throws(DataError) -> [URL] {
    let tree = try requireTree()
    return (tree.groups.map { [$0.url] } ?? []) + tree.files.map(\.url)
  }

  /// The paths of the pictures below the folder, which name their classes.
  public func layout() throws(DataError) -> [String] { try requireTree().files.map(\.path) }

  /// All of it, or a class-balanced draw.
  public var subset: Subset {
    Subset(trainCount: parameters.trainCount, testCount: parameters.testCount, seed: parameters.subsetSeed)
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
        paths: ["\(DataRoot.resolve(parameters.root).path)/<folder>; name it with `folder:`"],
        source: "your own pictures")
    }
    return tree
  }
}
