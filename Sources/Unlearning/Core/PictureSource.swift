public import Data

/// A data set of picture files, which become square images.
public protocol PictureSource: DatasetSource {
  /// Side of the images in pixels.
  var size: Int { get }
  /// How pictures become square; the middle unless it says otherwise.
  var framing: Framing { get }
  /// Where decoded pictures are kept; nil is $LACUNA_CACHE, else the user's cache folder.
  var cache: String? { get }
  /// Which pictures are used.
  var subset: Subset { get }
  /// The pictures and what is known of them; none is read.
  ///
  /// - Throws: `DataError` about lists and files.
  func collection() throws(DataError) -> PictureCollection
}

extension PictureSource {
  /// The middle.
  public var framing: Framing { .center }

  /// `[size, size, 3]`, the shape of every image.
  public var imageShape: [Int] { [size, size, 3] }

  /// Decodes the pictures that were not decoded before.
  public func load() throws(DataError) -> DataSplits { try load { _, _ in true } }

  /// Decodes the pictures that were not decoded before, and tells `watch` how far it is.
  public func load(watch: DecodingWatch) throws(DataError) -> DataSplits {
    try collection().load(size: size, framing: framing, cache: cache, subset: subset, watch: watch)
  }

  /// The lists alone.
  public func outline() throws(DataError) -> DataSplits {
    try collection().outline(size: size, framing: framing, subset: subset)
  }
}
