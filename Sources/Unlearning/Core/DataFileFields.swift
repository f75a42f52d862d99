import Data

extension ParameterField {
  /// The fields `root`, `train_count`, `test_count` and `subset_seed` of a data set that is read from files.
  ///
  /// - Parameters:
  ///   - train: Training samples in the files.
  ///   - test: Test samples in the files.
  ///   - samples: What the samples are called.
  public static func dataFiles(train: Int, test: Int, samples: String = "images") -> [ParameterField] {
    [
      ParameterField("root", "folder with the data sets; else $LACUNA_DATA, else data", isLocation: true),
      ParameterField(
        "train_count", "training \(samples), a class-balanced draw; all when not set", .closed(1, Double(train))),
      ParameterField(
        "test_count", "test \(samples), a class-balanced draw; all when not set", .closed(1, Double(test))),
      ParameterField("subset_seed", "seed of these draws", .seed),
    ]
  }

  /// The fields of a data set of pictures: `dataFiles`, `size`, `cache` and `on_bad_picture`.
  public static func pictures(train: Int, test: Int) -> [ParameterField] {
    dataFiles(train: train, test: test, samples: "pictures") + [
      ParameterField("size", "side of the images in pixels", .closed(8, 1024)),
      ParameterField(
        "cache", "folder of decoded pictures; else $LACUNA_CACHE, else the user's cache folder", isLocation: true),
      ParameterField(
        "on_bad_picture", "whether pictures that cannot be decoded stop the run or are left out; stop when not set",
        .oneOf(BadPictureChoice.allCases.map(\.rawValue))),
    ]
  }
}
