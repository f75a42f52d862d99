import Adult
import ColoredDigits
import Data
import Engine
import Foundation
import Shapes
import Testing
import Unlearning

/// Data sets whose samples have a sensitive attribute.
@Suite struct GroupDatasetTests {
  private static let root = ProcessInfo.processInfo.environment["LACUNA_DATA"] ?? ""
  private static func has(_ name: String) -> Bool {
    !root.isEmpty && FileManager.default.fileExists(atPath: "\(root)/\(name)")
  }

  // MARK: Adult

  private static let rows = [
    "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, "
      + "United-States, <=50K",
    "52, ?, 209642, HS-grad, 9, Married-civ-spouse, ?, Wife, Black, Female, 0, 1902, 45, ?, >50K",
  ]

  private static func adult(train: [String], test: [String]) throws -> DataSplits {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lacuna-adult-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, lines) in [("adult.data", train), ("adult.test", test)] {
      try Data(lines.joined(separator: "\n").utf8).write(to: folder.appending(path: name))
    }
    var parameters = AdultSource()
    parameters.root = folder.path
    return try AdultSource(parameters).load()
  }

  @Test func adultRowsBecomeColumns() throws {
    let test = ["|1x3 Cross validator"] + Self.rows.map { $0 + "." } + [""]
    let splits = try Self.adult(train: Self.rows + ["", ""], test: test)
    #expect(splits.train.imageShape == [1, 1, 105])
    #expect(splits.train.labels == [0, 1] && splits.test.labels == [0, 1])
    #expect(splits.train.sensitiveValues == [1, 0])
    #expect(splits.train.attribute?.valueNames == ["Female", "Male"])
    let first = Array(splits.train.bytes(0)), second = Array(splits.train.bytes(1))
    // Age, then eight kinds of work, the logarithm of the weight, and sixteen schools.
    #expect(first[0] == UInt8((255.0 * 39 / 127).rounded()))
    #expect(first[1...8].map { $0 } == [0, 0, 0, 0, 0, 255, 0, 0])
    #expect(first[9] == UInt8((255 * log(77517.0) / log(2_000_001.0)).rounded()))
    #expect(first[10] == 255 && first[11...25].allSatisfy { $0 == 0 })
    // Six of the eight categories are known; the missing ones have no column set.
    #expect(first.count { $0 == 255 } == 8)
    #expect(second[1...8].allSatisfy { $0 == 0 } && second.count { $0 == 255 } == 5)
    #expect(Array(splits.test.bytes(0)) == first)
    let images = splits.train.images([0, 1])
    #expect(images.isFinite)
    for column in 0..<105 { #expect(abs(images[column] + images[105 + column]) < 1e-4) }
  }

  @Test(arguments: [
    ("39, State-gov, 77516", "expected 15 values, found 3"), (rows[0].replacing("39,", with: "-1,"), "age is '-1'"),
    (rows[0].replacing("State-gov", with: "Nowhere"), "'Nowhere' is no value of workclass"),
    (rows[0].replacing("<=50K", with: "50K"), "the label is '50K'"),
    (rows[0].replacing("Male", with: "?"), "race and sex must be known"),
  ])
  func brokenAdultLinesAreNamed(line: String, problem: String) {
    let error = #expect(throws: DataError.self) {
      try Self.adult(train: [Self.rows[1], line], test: Self.rows)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("adult.data:2: \(problem)"))
  }

  @Test(.enabled(if: has("adult"), "set LACUNA_DATA to a folder with adult/")) func adultItself() throws {
    var parameters = AdultSource()
    parameters.root = Self.root
    let splits = try AdultSource(parameters).load()
    #expect(splits.train.groupSizes == [9592, 15128, 1179, 6662])
    #expect(splits.test.groupSizes == [4831, 7604, 590, 3256])
    parameters.sensitive = .race
    let races = try AdultSource(parameters).load().train.sensitiveValues ?? []
    #expect((0..<5).map { value in races.count { $0 == value } } == [27816, 1039, 311, 271, 3124])
  }

  // MARK: Colored digits

  @Test(.enabled(if: has("mnist"), "set LACUNA_DATA to a folder with mnist/"))
  func colorsFollowTheCorrelation() throws {
    var parameters = ColoredDigitsSource()
    parameters.root = Self.root
    let splits = try ColoredDigitsSource(parameters).load()
    func share(_ data: Dataset) -> Double {
      let values = data.sensitiveValues ?? []
      return Double(zip(values, data.labels).count { $0 == $1 % 2 }) / Double(data.count)
    }
    #expect(abs(share(splits.train) - 0.9) < 0.005 && abs(share(splits.test) - 0.5) < 0.02)
    #expect(splits.train.classNames == ["0-4", "5-9"] && splits.train.imageShape == [28, 28, 3])
    for row in 0..<50 {
      let bytes = Array(splits.train.bytes(row)), color = splits.train.sensitiveValues?[row] ?? 0
      let sums = (0..<3).map { channel in bytes.indices.reduce(0) { $1 % 3 == channel ? $0 + Int(bytes[$1]) : $0 } }
      #expect(sums[color] > 0 && sums[1 - color] == 0 && sums[2] == 0)
    }
    // A subset has the colors of the whole.
    parameters.trainCount = 500
    let part = try ColoredDigitsSource(parameters).load().train
    let all = splits.train.sensitiveValuesByIndex ?? []
    #expect(part.sensitiveValues == part.indices.map { all[$0] })
    parameters.target = .digit
    #expect(try ColoredDigitsSource(parameters).load().train.groupSizes?.count == 20)
  }

  /// 2,000 images of two pixels, with digits in turn.
  private static let gray = Dataset(
    name: "gray", classNames: (0...9).map { "\($0)" }, imageShape: [2, 1, 1],
    normalization: Normalization(mean: [0.1], deviation: [0.3]), pixels: (0..<4000).map { UInt8($0 % 251) },
    labels: (0..<2000).map { $0 % 10 })

  @Test(arguments: DigitColoring.Target.allCases, [0, 0.5, 0.9, 1])
  func colorGoesWithTheClassAsOftenAsTheCorrelationSays(target: DigitColoring.Target, wanted: Double) throws {
    let coloring = DigitColoring(target: target, seed: 0)
    let set = coloring.colored(Self.gray, correlation: wanted, split: "train", name: "c")
    let colors = try #require(set.sensitiveValues)
    let share = Double(zip(set.labels, colors).count { DigitColoring.color(of: $0) == $1 }) / 2000
    #expect(abs(share - wanted) < 0.04)
    #expect(set.classNames == coloring.classNames && set.imageShape == [2, 1, 3])
    for row in 0..<50 {
      let expected = Self.gray.bytes(row).flatMap { value -> [UInt8] in
        colors[row] == 0 ? [value, 0, 0] : [0, value, 0]
      }
      #expect(Array(set.bytes(row)) == expected)
    }
  }

  @Test func aDigitsColorIsAMatterOfItsPlaceAndTheSeed() {
    func colors(_ set: Dataset, seed: Int = 0, _ split: String = "train") -> [Int]? {
      DigitColoring(target: .digit, seed: seed).colored(set, correlation: 0.5, split: split, name: "c")
        .sensitiveValues
    }
    let rows = [5, 900, 33]
    let all = colors(Self.gray)
    #expect(colors(Self.gray.selecting(rows)) == rows.compactMap { all?[$0] })
    #expect(colors(Self.gray, seed: 1) != all && colors(Self.gray, "test") != all)
  }

  // MARK: Shapes

  @Test func shapesHaveASampleOfEachClass() throws {
    var parameters = ShapesSource()
    (parameters.trainCount, parameters.testCount) = (10, 10)
    let outline = try ShapesSource(parameters).outline()
    #expect([outline.train, outline.test].allSatisfy { $0.classSizes == [Int](repeating: 1, count: 10) })
    parameters.testCount = 9
    #expect(throws: ParameterError.self) { try ShapesSource(parameters) }
  }

  @Test func tintFollowsTheCorrelationAndLeavesOtherImagesAlone() throws {
    var parameters = ShapesSource()
    (parameters.trainCount, parameters.testCount) = (400, 10)
    let plain = try ShapesSource(parameters).load().train
    #expect(plain.attribute == nil && plain.groups == nil)
    parameters.tintCorrelation = 0.8
    let tinted = try ShapesSource(parameters).load().train
    let values = try #require(tinted.sensitiveValues)
    let share = Double(zip(values, tinted.labels).count { $0 == $1 % 2 }) / 400
    #expect(abs(share - 0.8) < 0.07)
    for row in 0..<20 {
      let (before, after) = (Array(plain.bytes(row)), Array(tinted.bytes(row)))
      let red = values[row] == 0 ? 24 : -24
      for (place, byte) in before.enumerated() {
        let change = place % 3 == 0 ? red : place % 3 == 2 ? -red : 0
        #expect(after[place] == UInt8(clamping: Int(byte) + change))
      }
    }
  }
}
