import Foundation

/// A data set of 32×32 colour images in CIFAR's binary files.
public struct CIFARSet: Sendable {
  /// Where the files lie: training files, then the test file.
  public let files: FileSet
  /// How many classes each label byte of a record counts.
  let classCounts: [Int]
  /// Which label byte is used.
  let label: Int
  /// The names of the classes, by label.
  public let classNames: [String]
  let normalisation: Normalisation
  let recordsPerTrainFile: Int, testCount: Int

  /// A set of several training files with `recordsPerTrainFile` images each, and a test file of `testCount`.
  ///
  /// - Parameters:
  ///   - files: training files, then the test file.
  ///   - classCounts: how many classes each label byte of a record counts.
  ///   - label: which label byte is the class, from 0.
  ///   - classNames: as many as that label byte counts.
  public init(
    files: FileSet, classCounts: [Int], label: Int, classNames: [String], normalisation: Normalisation,
    recordsPerTrainFile: Int, testCount: Int = 10_000
  ) {
    precondition(files.names.count >= 2, "training files and a test file")
    precondition(classCounts[label] == classNames.count, "\(classNames.count) names for \(classCounts[label]) classes")
    self.files = files
    self.classCounts = classCounts
    self.label = label
    self.classNames = classNames
    self.normalisation = normalisation
    self.recordsPerTrainFile = recordsPerTrainFile
    self.testCount = testCount
  }

  /// `[32, 32, 3]`, the shape of every image.
  public var imageShape: [Int] { [32, 32, 3] }

  /// The whole set, from the files below `root` (see `DataRoot.resolve`).
  ///
  /// - Throws: what is missing, or what is wrong with a file and where.
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
      name: files.dataset, classNames: classNames, imageShape: imageShape, normalisation: normalisation,
      pixels: records.pixels, labels: records.labels[label])
  }
}
