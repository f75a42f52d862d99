import Digests
import Data
import Foundation
import SystemErrors

/// Compares a file with its published size and checksums.
enum Checksums {
  /// The first difference from the published properties.
  struct Difference: Equatable {
    var what: String
    var expected: String
    var found: String
  }

  /// nil if all published properties match.
  static func difference(of path: URL, from file: RemoteFile) throws(FetchError) -> Difference? {
    let size = try size(of: path)
    if let expected = file.size, size != expected {
      return Difference(what: "a size of", expected: "\(expected) bytes", found: "\(size)")
    }
    guard file.md5 != nil || file.sha256 != nil else { return nil }
    let found = try digests(of: path)
    if let expected = file.sha256, found.sha256 != expected.lowercased() {
      return Difference(what: "SHA-256", expected: expected, found: found.sha256)
    }
    if let expected = file.md5, found.md5 != expected.lowercased() {
      return Difference(what: "MD5", expected: expected, found: found.md5)
    }
    return nil
  }

  static func size(of path: URL) throws(FetchError) -> Int {
    do {
      return try FileManager.default.attributesOfItem(atPath: path.path)[.size] as? Int ?? 0
    } catch {
      throw .system(path: path.path, reason: error.systemReason)
    }
  }

  private static func digests(of path: URL) throws(FetchError) -> (md5: String, sha256: String) {
    do {
      let handle = try FileHandle(forReadingFrom: path)
      // The file is open for reading only, so an error while closing is harmless.
      defer { try? handle.close() }
      var md5 = MD5()
      var sha256 = SHA256()
      while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
        md5.update(chunk)
        sha256.update(chunk)
      }
      return (md5.finalize().hexadecimal, sha256.finalize().hexadecimal)
    } catch {
      throw .system(path: path.path, reason: error.systemReason)
    }
  }
}
