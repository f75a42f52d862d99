public import Data
public import Foundation
public import Unlearning

/// UCI Adult ("Census Income"): whether a person earns more than 50,000 dollars a year, a table of 105 columns.
///
/// A row is an image of one pixel with a channel a column, `[1, 1, 105]`, suitable for architectures of linear layers:
/// six numbers, then one column for each value of eight categories. The sensitive attribute is sex or race; it is also
/// among the columns. Train and test are the published files.
///
/// Pixels are bytes, so numbers are cut to 256 steps: years and hours exactly, capital gains and losses and the census
/// weight by their logarithms. A missing value ("?") has no column of its category set.
/// - Source: Becker, Kohavi, UCI Machine Learning Repository 1996, doi:10.24432/C5XW20.
public struct AdultSource: DatasetSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "adult", title: "UCI Adult (Census Income)",
    summary: "A table of 32,561 people for training and 16,281 for testing: who earns more than 50,000 dollars.",
    source: Source(authors: "Becker, Kohavi", title: "Adult", venue: "UCI Machine Learning Repository 1996"))

  /// The column that is the sensitive attribute.
  public enum Sensitive: String, Codable, Sendable, CaseIterable { case sex, race }
  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training rows, ≥ 1; nil for all.
  @Parameter(.trainCount(32_561, "rows")) public var trainCount: Int? = nil
  /// The number of test rows, ≥ 1; nil for all.
  @Parameter(.testCount(16_281, "rows")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all rows are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// The column that is the sensitive attribute.
  @Parameter("column of the sensitive attribute, by which rows are grouped")
  public var sensitive = Sensitive.sex

  /// All rows; groups by income and sex.
  public init() {}

  private static let address = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/"
  /// The two files, as published.
  public static let remoteFiles = [
    RemoteFile(
      name: "adult/adult.data", url: address + "adult.data", size: 3_974_305, md5: "5d7c39d7b8804f071cdd1f2a7c460872",
      sha256: "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"),
    RemoteFile(
      name: "adult/adult.test", url: address + "adult.test", size: 2_003_153, md5: "35238206dfdf7f1fe215bbb874adecdc",
      sha256: "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"),
  ]

  private static let files = FileSet(
    dataset: card.name, folder: "adult", names: ["adult.data", "adult.test"], allowsGzip: false, source: address)

  /// The names of the classes, by label.
  public var classNames: [String] { ["<=50K", ">50K"] }
  /// `[1, 1, 105]`, the shape of every row.
  public var imageShape: [Int] { [1, 1, AdultTable.width] }
  /// Sex or race.
  public var attribute: SensitiveAttribute? {
    let column = sensitive == .sex ? AdultTable.sex : AdultTable.race
    return SensitiveAttribute(name: sensitive.rawValue, valueNames: AdultTable.columns[column].values)
  }

  /// The training file and the test file.
  public func localFiles() throws(DataError) -> [URL] { try Self.files.locate(root: root) }

  /// Reads both files and selects the configured subset.
  public func load() throws(DataError) -> DataSplits {
    let urls = try localFiles()
    let train = try AdultTable(urls[0]), test = try AdultTable(urls[1])
    let normalization = train.normalization
    let subset = Subset(
      trainCount: trainCount, testCount: testCount, seed: subsetSeed)
    return try subset.of(
      DataSplits(train: dataset(train, normalization), test: dataset(test, normalization)))
  }

  private func dataset(_ table: AdultTable, _ normalization: Normalization) -> Dataset {
    Dataset(
      name: Self.card.name, classNames: classNames, imageShape: imageShape, normalization: normalization,
      pixels: table.pixels, labels: table.labels, attribute: attribute,
      sensitive: sensitive == .sex ? table.sexes : table.races)
  }
}
