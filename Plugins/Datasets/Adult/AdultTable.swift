import Data
import Foundation
import Unlearning

/// The rows of one file of UCI Adult, as bytes.
struct AdultTable {
  /// A column of the file: numeric, or categorical with a list of values.
  struct Column {
    var name: String
    var values: [String] = []
    /// The largest number, for the scale.
    var largest = 0.0
    var isLogarithmic = false
    var width: Int { values.isEmpty ? 1 : values.count }
  }

  /// In the order of the files; the label follows.
  static let columns = [
    Column(name: "age", largest: 127),
    Column(
      name: "workclass",
      values: [
        "Private", "Self-emp-not-inc", "Self-emp-inc", "Federal-gov", "Local-gov", "State-gov", "Without-pay",
        "Never-worked",
      ]),
    Column(name: "fnlwgt", largest: 2_000_000, isLogarithmic: true),
    Column(
      name: "education",
      values: [
        "Bachelors", "Some-college", "11th", "HS-grad", "Prof-school", "Assoc-acdm", "Assoc-voc", "9th", "7th-8th",
        "12th", "Masters", "1st-4th", "10th", "Doctorate", "5th-6th", "Preschool",
      ]),
    Column(name: "education-num", largest: 51),
    Column(
      name: "marital-status",
      values: [
        "Married-civ-spouse", "Divorced", "Never-married", "Separated", "Widowed", "Married-spouse-absent",
        "Married-AF-spouse",
      ]),
    Column(
      name: "occupation",
      values: [
        "Tech-support", "Craft-repair", "Other-service", "Sales", "Exec-managerial", "Prof-specialty",
        "Handlers-cleaners", "Machine-op-inspct", "Adm-clerical", "Farming-fishing", "Transport-moving",
        "Priv-house-serv", "Protective-serv", "Armed-Forces",
      ]),
    Column(
      name: "relationship",
      values: ["Wife", "Own-child", "Husband", "Not-in-family", "Other-relative", "Unmarried"]),
    Column(name: "race", values: ["White", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other", "Black"]),
    Column(name: "sex", values: ["Female", "Male"]),
    Column(name: "capital-gain", largest: 99_999, isLogarithmic: true),
    Column(name: "capital-loss", largest: 99_999, isLogarithmic: true),
    Column(name: "hours-per-week", largest: 127),
    Column(
      name: "native-country",
      values: [
        "United-States", "Cambodia", "England", "Puerto-Rico", "Canada", "Germany", "Outlying-US(Guam-USVI-etc)",
        "India", "Japan", "Greece", "South", "China", "Cuba", "Iran", "Honduras", "Philippines", "Italy", "Poland",
        "Jamaica", "Vietnam", "Mexico", "Portugal", "Ireland", "France", "Dominican-Republic", "Laos", "Ecuador",
        "Taiwan", "Haiti", "Columbia", "Hungary", "Guatemala", "Nicaragua", "Scotland", "Thailand", "Yugoslavia",
        "El-Salvador", "Trinadad&Tobago", "Peru", "Hong", "Holand-Netherlands",
      ]),
  ]
  static let race = 8, sex = 9
  /// The number of columns after one-hot encoding, 105.
  static let width = columns.reduce(0) { $0 + $1.width }
  /// The maximum length of a file in bytes.
  private static let largestFile = 16 << 20

  private(set) var pixels: [UInt8] = []
  private(set) var labels: [Int] = []
  private(set) var races: [Int] = []
  private(set) var sexes: [Int] = []

  /// Reads `url`.
  ///
  /// - Throws: `badLine` with the line of the first invalid row; other `DataError`s about the file itself.
  init(_ url: URL) throws(DataError) {
    let lines = try TextLines.read(url, limit: Self.largestFile)
    for (number, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("|") {
      do throws(RowProblem) {
        try append(line)
      } catch {
        throw .badLine(path: url.path, line: number + 1, problem: error.description)
      }
    }
    guard !labels.isEmpty else { throw .badLine(path: url.path, line: 1, problem: "the file has no rows") }
  }

  private struct RowProblem: Error, CustomStringConvertible { var description: String }

  private mutating func append(_ line: Substring) throws(RowProblem) {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
    guard cells.count == Self.columns.count + 1 else {
      throw RowProblem(description: "expected \(Self.columns.count + 1) values, found \(cells.count)")
    }
    var row = [UInt8](repeating: 0, count: Self.width)
    var place = 0
    for (column, cell) in zip(Self.columns, cells) {
      defer { place += column.width }
      if column.values.isEmpty {
        row[place] = try Self.byte(cell, column)
      } else if cell != "?" {
        guard let value = column.values.firstIndex(of: String(cell)) else {
          throw RowProblem(description: "'\(cell)' is no value of \(column.name)")
        }
        row[place + value] = 255
      }
    }
    guard let race = Self.columns[Self.race].values.firstIndex(of: String(cells[Self.race])),
      let sex = Self.columns[Self.sex].values.firstIndex(of: String(cells[Self.sex]))
    else { throw RowProblem(description: "race and sex must be known") }
    // The labels of the test file end in a full stop.
    switch cells[cells.count - 1] {
    case "<=50K", "<=50K.": labels.append(0)
    case ">50K", ">50K.": labels.append(1)
    default: throw RowProblem(description: "the label is '\(cells[cells.count - 1])', expected <=50K or >50K")
    }
    pixels += row
    races.append(race)
    sexes.append(sex)
  }

  private static func byte(_ cell: Substring, _ column: Column) throws(RowProblem) -> UInt8 {
    guard let number = Int(cell), number >= 0, Double(number) <= column.largest else {
      throw RowProblem(
        description: "\(column.name) is '\(cell)', expected a whole number from 0 to \(Int(column.largest))")
    }
    let share =
      column.isLogarithmic
      ? log(1 + Double(number)) / log(1 + column.largest) : Double(number) / column.largest
    return UInt8((255 * share).rounded())
  }

  /// The normalization to mean 0 and deviation 1 per column; a constant column is only shifted.
  var normalization: Normalization {
    var (means, deviations): ([Float], [Float]) = ([], [])
    for column in 0..<Self.width {
      let values = labels.indices.map { Double(pixels[$0 * Self.width + column]) / 255 }
      let deviation = values.populationDeviation
      means.append(Float(values.mean))
      deviations.append(deviation > 0 ? Float(deviation) : 1)
    }
    return Normalization(mean: means, deviation: deviations)
  }
}
