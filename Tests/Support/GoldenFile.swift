public import Foundation

/// The root of the package.
public let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Files of `Tests/Golden`.
public enum GoldenFile {
  /// The file `name` of `topic`.
  public static func url(_ topic: String, _ name: String = "golden.json") -> URL {
    packageRoot.appending(path: "Tests/Golden/\(topic)/\(name)")
  }

  /// The file `name` of `topic`, read as `type`; with `isSnakeCase` its keys are in snake_case and the properties are not.
  public static func read<T: Decodable>(
    _ type: T.Type, _ topic: String, _ name: String = "golden.json", isSnakeCase: Bool = false
  ) throws -> T {
    let decoder = JSONDecoder()
    if isSnakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
    return try decoder.decode(type, from: Data(contentsOf: url(topic, name)))
  }
}
