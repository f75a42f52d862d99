public import Data

/// A data set of picture files, which become square images.
public protocol PictureSource: DatasetSource {
  /// Side of the images in pixels.
  var size: Int { get }
  /// How pictures are cropped to squares; by default the center.
  var framing: Framing { get }
  /// The folder of the cache of decoded pictures; nil is $LACUNA_CACHE, else the user's cache folder.
  var cache: String? { get }
  /// The handling of pictures that cannot be decoded; nil, the default, makes loading fail.
  var onBadPicture: BadPictureChoice? { get }
  /// The subset of the pictures that is used, with its seed.
  var subset: Subset { get }
  /// The paths, labels and attributes of all pictures; no picture is read.
  ///
  /// - Throws: `DataError` about lists and files.
  func collection() throws(DataError) -> PictureCollection
}

extension PictureSource {
  /// The central square.
  public var framing: Framing { .center }

  /// nil: loading fails.
  public var onBadPicture: BadPictureChoice? { nil }

  /// `[size, size, 3]`, the shape of every image.
  public var imageShape: [Int] { [size, size, 3] }

  /// Decodes the pictures that are not in the cache.
  public func load() throws(DataError) -> DataSplits {
    try load { _, _ in
      true
    } note: { _ in
    }
  }

  /// Decodes the pictures that are not in the cache; `watch` receives the progress, `note` messages about the pictures.
  public func load(watch: DecodingWatch, note: (String) -> Void) throws(DataError) -> DataSplits {
    try collection().load(
      size: size, framing: framing, cache: cache, subset: subset, onBadPicture: onBadPicture ?? .stop, watch: watch,
      note: note)
  }

  /// The lists without pixels; pictures that turn out to be undecodable only when read are still counted.
  public func outline() throws(DataError) -> DataSplits {
    try collection().outline(size: size, framing: framing, subset: subset, onBadPicture: onBadPicture ?? .stop)
  }
}
