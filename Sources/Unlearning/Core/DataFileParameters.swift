import Data

/// Parameters shared by data sets that are read from files.
extension ParameterMeaning {
  /// The folder with the data sets; not part of cache keys.
  public static let root = ParameterMeaning(
    "folder with the data sets; else $LACUNA_DATA, else data", isLocation: true)

  /// How many training samples are used.
  ///
  /// - Parameters:
  ///   - most: The number in the files.
  ///   - samples: The noun for the samples, in the plural.
  public static func trainCount(_ most: Int, _ samples: String) -> ParameterMeaning {
    ParameterMeaning("training \(samples), a class-balanced draw; all when not set", .closed(1, Double(most)))
  }

  /// How many test samples are used.
  ///
  /// - Parameters:
  ///   - most: The number in the files.
  ///   - samples: The noun for the samples, in the plural.
  public static func testCount(_ most: Int, _ samples: String) -> ParameterMeaning {
    ParameterMeaning("test \(samples), a class-balanced draw; all when not set", .closed(1, Double(most)))
  }

  /// The seed of the draws of training and test samples.
  public static let subsetSeed = ParameterMeaning("seed of these draws", .seed)
  /// The side of images made of pictures.
  public static let pictureSize = ParameterMeaning("side of the images in pixels", .closed(8, 1024))
  /// The folder of the cache of decoded pictures; not part of cache keys.
  public static let pictureCache = ParameterMeaning(
    "folder of decoded pictures; else $LACUNA_CACHE, else the user's cache folder", isLocation: true)
  /// The handling of pictures that cannot be decoded.
  public static let onBadPicture = ParameterMeaning(
    "whether pictures that cannot be decoded stop the run or are left out; stop when not set",
    .words(of: BadPictureChoice.self))
}
