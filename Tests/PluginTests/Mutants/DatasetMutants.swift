import Data
import Foundation
import Unlearning
import UnlearningTesting

/// Two classes of images of one pixel.
protocol MutantDataset: DatasetSource {}

extension MutantDataset {
  static var card: Card { .mutant() }
  static var remoteFiles: [RemoteFile] { [] }
  var classNames: [String] { ["dark", "light"] }
  var imageShape: [Int] { [1, 1, 1] }
  func localFiles() throws(DataError) -> [URL] { [] }
  func load() throws(DataError) -> DataSplits { splits() }

  /// Four training and two test images, in which nothing is wrong.
  fileprivate func splits(
    train: [UInt8] = [0, 1, 2, 3], labels: [Int] = [0, 1, 0, 1], test: [UInt8] = [8, 9], names: [String]? = nil,
    deviation: Float = 1
  ) -> DataSplits {
    func set(_ pixels: [UInt8], _ labels: [Int]) -> Dataset {
      Dataset(
        name: "mutant", classNames: names ?? classNames, imageShape: imageShape,
        normalization: Normalization(mean: [0], deviation: [deviation]), pixels: pixels, labels: labels)
    }
    return DataSplits(train: set(train, labels), test: set(test, [0, 1]))
  }
}

/// Data sets that break a law.
enum DatasetMutants {
  private static func mutant<D: DatasetSource>(_ type: D.Type, breaks law: Law) -> Mutant {
    Mutant(type, breaks: law) { try DatasetLaws.violations(of: type) }
  }

  static let all = [
    mutant(Unseeded.self, breaks: .isDeterministic), mutant(Endless.self, breaks: .isFinite),
    mutant(Mislabeled.self, breaks: .dataAreAsDeclared), mutant(Onesided.self, breaks: .everyClassHasSamples),
    mutant(Miscounting.self, breaks: .outlineCountsData), mutant(Leaking.self, breaks: .splitsAreDisjoint),
    mutant(Lost.self, breaks: .filesAreNamed), mutant(Wandering.self, breaks: .filesAreNamed),
    mutant(Unexplained.self, breaks: .filesAreNamed), mutant(Deaf.self, breaks: .everyParameterActs),
  ]

  /// Draws from the system's randomness.
  struct Unseeded: MutantDataset {
    func load() throws(DataError) -> DataSplits { splits(train: (0..<4).map { _ in .random(in: 100...255) }) }
  }

  /// Divides by a deviation of almost nothing.
  struct Endless: MutantDataset {
    func load() throws(DataError) -> DataSplits { splits(deviation: .leastNonzeroMagnitude) }
  }

  /// Names other classes than its data.
  struct Mislabeled: MutantDataset {
    func load() throws(DataError) -> DataSplits { splits(names: ["light", "dark"]) }
  }

  /// Has no training samples of a class.
  struct Onesided: MutantDataset {
    func load() throws(DataError) -> DataSplits { splits(labels: [0, 0, 0, 0]) }
  }

  /// Plans with other counts than it has.
  struct Miscounting: MutantDataset {
    func outline() throws(DataError) -> DataSplits { splits(train: [0, 1], labels: [0, 1]) }
  }

  /// Tests on a training image.
  struct Leaking: MutantDataset {
    func load() throws(DataError) -> DataSplits { splits(test: [3, 9]) }
  }

  /// Names a file that is not there.
  struct Lost: MutantDataset {
    static let gotByHand: String? = "look for it"
    func localFiles() throws(DataError) -> [URL] { [URL(filePath: "/no/such/file")] }
  }

  /// Lays out its files in another way with every call.
  struct Wandering: MutantDataset {
    func layout() throws(DataError) -> [String] { [UUID().uuidString] }
  }

  /// Reads a file and does not say where to get it.
  struct Unexplained: MutantDataset {
    func localFiles() throws(DataError) -> [URL] { [URL(filePath: "/dev/null")] }
  }

  /// Does not look at its parameter.
  struct Deaf: MutantDataset {
    @Parameter("how many", .closed(1, 9)) var count = 4
  }
}
