import Foundation

/// A data set of gray images in MNIST's four files.
public struct IDXSet: Sendable {
  /// The locations of the files: training images and labels, test images and labels.
  public let files: FileSet
  /// The names of the classes, by label.
  public let classNames: [String]
  let rows: Int, columns: Int
  let trainCount: Int, testCount: Int
  let normalization: Normalization

  /// A set with these numbers of images of `rows`×`columns` pixels.
  ///
  /// - `name`: The data set's name in experiment files.
  /// - `folder`: The name of the standard folder.
  /// - `source`: The address of the official source.
  public init(
    name: String, folder: String, source: String, classNames: [String], normalization: Normalization,
    rows: Int = 28, columns: Int = 28, trainCount: Int = 60_000, testCount: Int = 10_000
  ) {
    files = FileSet(
      dataset: name, folder: folder, names: Self.fileNames, allowsGzip: true, source: source)
    self.classNames = classNames
    self.normalization = normalization
    (self.rows, self.columns) = (rows, columns)
    (self.trainCount, self.testCount) = (trainCount, testCount)
  }

  /// Training images and labels, test images and labels.
  public static let fileNames = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ]

  /// `[H, W, 1]` of every image.
  public var imageShape: [Int] { [rows, columns, 1] }

  /// Loads the whole set from the files in `root` (see `DataRoot.resolve`).
  ///
  /// - Throws: `missingFiles`, or an error of a file with its position.
  public func load(root: String?) throws(DataError) -> DataSplits {
    let urls = try files.locate(root: root)
    return DataSplits(
      train: try read(images: urls[0], labels: urls[1], count: trainCount),
      test: try read(images: urls[2], labels: urls[3], count: testCount))
  }

  private func read(images: URL, labels: URL, count: Int) throws(DataError) -> Dataset {
    // Labels are read first: they are small, so that a wrong folder is found immediately.
    let labels = try IDX.labels(labels, count: count, classCount: classNames.count)
    let pixels = try IDX.images(images, count: count, rows: rows, columns: columns)
    return Dataset(
      name: files.dataset, classNames: classNames, imageShape: imageShape, normalization: normalization,
      pixels: pixels, labels: labels)
  }
}
