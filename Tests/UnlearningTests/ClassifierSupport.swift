import Foundation
import Testing
import Unlearning

/// Golden files of the classifiers and comparisons that say where they fail.
enum ClassifierGolden {
  /// A file below Tests/Golden.
  static func load<T: Decodable>(_ path: String, as type: T.Type = T.self, from file: String = #filePath) throws -> T {
    let folder = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(T.self, from: Data(contentsOf: folder.appending(path: "Golden").appending(path: path)))
  }
}

extension ClassifierGolden {
  /// e to the x, for tests that do without Foundation.
  static func exponential(_ x: Double) -> Double { exp(x) }

  /// Expects equal counts and every pair within `tolerance`, relative to numbers above 1.
  static func expectClose(
    _ found: [Double], _ expected: [Double], tolerance: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard found.count == expected.count else {
      Issue.record("\(name): \(found.count) numbers, expected \(expected.count)", sourceLocation: sourceLocation)
      return
    }
    for (index, (left, right)) in zip(found, expected).enumerated()
    where !(abs(left - right) <= tolerance * max(1, abs(right))) {
      Issue.record(
        "\(name)[\(index)]: found \(left), expected \(right), tolerance \(tolerance)", sourceLocation: sourceLocation)
      return
    }
  }
}
