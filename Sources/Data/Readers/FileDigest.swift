import Digests
import Engine
public import Foundation
import Synchronization

/// The SHA-256 of files' contents, as 64 lower-case hexadecimal digits.
///
/// A process reads a file again only if its size, inode or modification times have changed.
public enum FileDigest {
  private struct Known {
    var stamp: RegularFile.Stamp
    var digest: String
  }

  private static let known = Mutex<[String: Known]>([:])

  /// The digest of each file, in the order of `urls`.
  ///
  /// - Throws: `unreadable` or `notAFile` for the first file that cannot be read; pipes and devices are not waited for.
  public static func sha256(of urls: [URL]) throws(DataError) -> [String] {
    let results = Runtime.concurrentMap(urls.count) { number in
      Result { () throws(DataError) in try sha256(of: urls[number]) }
    }
    var digests: [String] = []
    for result in results { digests.append(try result.get()) }
    return digests
  }

  /// The digest of the text in UTF-8.
  public static func sha256(of text: String) -> String { sha256(of: Array(text.utf8)) }

  /// The digest of bytes.
  static func sha256(of bytes: [UInt8]) -> String { SHA256.hash(bytes).hexadecimal }

  /// The 32 bytes of the digest of bytes.
  static func sha256Bytes(of bytes: some Sequence<UInt8>) -> [UInt8] { SHA256.hash(bytes).bytes }

  private static func sha256(of url: URL) throws(DataError) -> String {
    let stamp = try RegularFile.stamp(url)
    if let found = known.withLock({ $0[url.path] }), found.stamp == stamp { return found.digest }
    let handle = try RegularFile.open(url)
    // The file is open for reading only, so an error while closing is harmless.
    defer { try? handle.close() }
    var hash = SHA256()
    try RegularFile.read(handle, url) { hash.update($0) }
    let digest = hash.finalize().hexadecimal
    // The digest of a file that is being written, or could be written again with the same stamp, is not remembered.
    if try RegularFile.stamp(handle, url) == stamp, stamp.isSettled {
      known.withLock { $0[url.path] = Known(stamp: stamp, digest: digest) }
    }
    return digest
  }
}
