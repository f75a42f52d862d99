public import Data

/// A data set of picture files, which become square images.
public protocol PictureSource: DatasetSource {
  /// Side of the images in pixels.
  var size: Int { get }
  /// How pictures become square; the middle unless it says otherwise.
  var framing: Framing { get }
  /// Where decoded pictures are kept; nil is $LACUNA_CACHE, else the user's cache folder.
  var cache: String? { get }
  /// What to do about pictures that cannot be decoded; loading fails unless it says otherwise.
  var onBadPicture: BadPictureChoice? { get }
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

  /// Loading fails.
  public var onBadPicture: BadPictureChoice? { nil }

  /// `[size, size, 3]`, the shape of every image.
  public var imageShape: [Int] { [size, size, 3] }

  /// Decodes the pictures that were not decoded before.
  public func load() throws(DataError) -> DataSplits {
    try load { _, _ in
      true
    } note: { _ in
    }
  }

  /// Decodes the pictures that were not decoded before, tells `watch` how far it is, and `note` what to know of them.
  public func load(watch: DecodingWatch, note: (String) -> Void) throws(DataError) -> DataSplits {
    try collection().load(
      size: size, framing: framing, cache: cache, subset: subset, onBadPicture: onBadPicture ?? .stop, watch: watch,
      note: note)
  }

  /// The lists alone; pictures that only decoding shows to be bad count among the others.
  public func outline() throws(DataError) -> DataSplits {
    try collection().outline(size: size, framing: framing, subset: subset, onBadPicture: onBadPicture ?? .stop)
  }
}
