import Foundation

/// A data set of 32×32 color images in CIFAR's binary files.
public struct CIFARSet: Sendable {
  /// The locations of the files: training files, then the test file.
  public let files: FileSet
  /// The number of classes of each label byte of a record.
  let classCounts: [Int]
  /// The index of the label byte that is used.
  let label: Int
  /// The names of the classes, by label.
  public let classNames: [String]
  let normalization: Normalization
  let recordsPerTrainFile: Int, testCount: Int

  /// A set with several training files of `recordsPerTrainFile` images each, and a test file of `testCount` images.
  ///
  /// - `files`: Training files, then the test file.
  /// - `classCounts`: The number of classes of each label byte of a record.
  /// - `label`: The index of the label byte that is the class, from 0.
  /// - `classNames`: One name per class of that label byte.
  public init(
    files: FileSet, classCounts: [Int], label: Int, classNames: [String], normalization: Normalization,
    recordsPerTrainFile: Int, testCount: Int = 10_000
  ) {
    precondition(files.names.count >= 2, "training files and a test file")
    precondition(classCounts[label] == classNames.count, "\(classNames.count) names for \(classCounts[label]) classes")
    self.files = files
    self.classCounts = classCounts
    self.label = label
    self.classNames = classNames
    self.normalization = normalization
    self.recordsPerTrainFile = recordsPerTrainFile
    self.testCount = testCount
  }

  /// `[32, 32, 3]`, the shape of every image.
  public var imageShape: [Int] { [32, 32, 3] }

  /// Loads the whole set from the files in `root` (see `DataRoot.resolve`).
  ///
  /// - Throws: `missingFiles`, or an error of a file with its position.
  public func load(root: String?) throws(DataError) -> DataSplits {
    let urls = try files.locate(root: root)
    return DataSplits(
      train: try read(Array(urls.dropLast()), countPerFile: recordsPerTrainFile),
      test: try read(Array(urls.suffix(1)), countPerFile: testCount))
  }

  private func read(_ urls: [URL], countPerFile: Int) throws(DataError) -> Dataset {
    var records = CIFARRecords(classCounts: classCounts, capacity: urls.count * countPerFile)
    for url in urls { try records.append(url, count: countPerFile) }
    return Dataset(
      name: files.dataset, classNames: classNames, imageShape: imageShape, normalization: normalization,
      pixels: records.pixels, labels: records.labels[label])
  }
}
