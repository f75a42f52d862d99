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

  /// The file `name` of `topic`, read as `type`.
  public static func read<T: Decodable>(
    _ type: T.Type, _ topic: String, _ name: String = "golden.json",
    keys: JSONDecoder.KeyDecodingStrategy = .useDefaultKeys
  ) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = keys
    return try decoder.decode(type, from: Data(contentsOf: url(topic, name)))
  }
}
