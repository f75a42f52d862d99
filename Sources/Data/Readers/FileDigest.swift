import Crypto
import Engine
public import Foundation
import Synchronization

/// The SHA-256 of files' contents, as 64 lower-case hexadecimal digits.
///
/// A file is read once by a process unless its size or the time of its last change differ.
public enum FileDigest {
  private struct Known {
    var size: Int
    var changed: Date
    var digest: String
  }

  private static let known = Mutex<[String: Known]>([:])

  /// The digest of each file, in the order of `urls`.
  ///
  /// - Throws: `unreadable` for the first file that cannot be read.
  public static func sha256(of urls: [URL]) throws(DataError) -> [String] {
    let results = Runtime.concurrentMap(urls.count) { number in
      Result { () throws(DataError) in try sha256(of: urls[number]) }
    }
    var digests: [String] = []
    for result in results { digests.append(try result.get()) }
    return digests
  }

  /// The digest of text.
  public static func sha256(of text: String) -> String { SHA256.hash(data: Array(text.utf8)).hexadecimal }

  private static func sha256(of url: URL) throws(DataError) -> String {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
      let size = (attributes[.size] as? Int) ?? -1, changed = (attributes[.modificationDate] as? Date) ?? .distantPast
      if let found = known.withLock({ $0[url.path] }), found.size == size, found.changed == changed {
        return found.digest
      }
      let handle = try FileHandle(forReadingFrom: url)
      // Nothing was written, so there is nothing to lose when closing fails.
      defer { try? handle.close() }
      var hash = SHA256()
      while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
      let digest = hash.finalize().hexadecimal
      known.withLock { $0[url.path] = Known(size: size, changed: changed, digest: digest) }
      return digest
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }
}

extension SHA256.Digest {
  fileprivate var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
