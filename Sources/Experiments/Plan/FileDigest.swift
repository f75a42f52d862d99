import Crypto
import Data
import Foundation

/// The SHA-256 of a file's content.
enum FileDigest {
  static func sha256(of url: URL) throws -> String {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: url)
    } catch {
      throw StoreError.failed(operation: "read", path: url.path, reason: error.localizedDescription)
    }
    defer { try? handle.close() }
    var hash = SHA256()
    while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
    return hash.finalize().hexadecimal
  }
}
