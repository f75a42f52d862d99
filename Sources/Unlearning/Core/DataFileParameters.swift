import Data

/// Parameters shared by data sets that are read from files.
extension ParameterMeaning {
  /// The folder with the data sets; not part of cache keys.
  public static let root = ParameterMeaning(
    "folder of the data sets; null: $LACUNA_DATA, else 'data'", isLocation: true)

  /// How many training samples are used.
  ///
  /// - Parameters:
  ///   - most: The number in the files.
  ///   - samples: The noun for the samples, in the plural.
  public static func trainCount(_ most: Int, _ samples: String) -> ParameterMeaning {
    ParameterMeaning(
      "number of training \(samples), drawn at random with balanced classes; null: all", .closed(1, Double(most)))
  }

  /// How many test samples are used.
  ///
  /// - Parameters:
  ///   - most: The number in the files.
  ///   - samples: The noun for the samples, in the plural.
  public static func testCount(_ most: Int, _ samples: String) -> ParameterMeaning {
    ParameterMeaning(
      "number of test \(samples), drawn at random with balanced classes; null: all", .closed(1, Double(most)))
  }

  /// The seed of the draws of training and test samples.
  public static let subsetSeed = ParameterMeaning("seed of the draws of training and test samples", .seed)
  /// The side of images made of pictures.
  public static let pictureSize = ParameterMeaning("side of the images in pixels", .closed(8, 1024))
  /// The folder of the cache of decoded pictures; not part of cache keys.
  public static let pictureCache = ParameterMeaning(
    "cache of decoded pictures; null: $LACUNA_CACHE, else the user's cache folder", isLocation: true)
  /// The handling of pictures that cannot be decoded.
  public static let onBadPicture = ParameterMeaning(
    "whether pictures that cannot be decoded stop the run or are left out; null: stop",
    .words(of: BadPictureChoice.self))
}
