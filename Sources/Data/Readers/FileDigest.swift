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

  /// In place of the digest of a picture that cannot be read and is left out.
  static let unreadable = "unreadable"

  /// The digest of each file, in the order of `urls`.
  ///
  /// - Throws: `unreadable` or `notAFile` for the first file that cannot be read; pipes and devices are not waited for.
  public static func sha256(of urls: [URL]) throws(DataError) -> [String] {
    var digests: [String] = []
    for result in results(of: urls) { digests.append(try result.get()) }
    return digests
  }

  /// The digest of each picture; with `skip`, "unreadable" in place of that of a file that cannot be read.
  ///
  /// - Throws: `badPictures` with all files that cannot be read, with `stop`.
  public static func sha256(
    ofPictures urls: [URL], onBadPicture: BadPictureChoice
  ) throws(DataError) -> [String] {
    let results = results(of: urls)
    let problems = results.compactMap(PictureProblem.init)
    guard problems.isEmpty || onBadPicture == .skip else { throw .badPictures(problems) }
    return results.map { (try? $0.get()) ?? unreadable }
  }

  /// The digest of each file, or why it cannot be read.
  static func results(of urls: [URL]) -> [Result<String, DataError>] {
    Runtime.concurrentMap(urls.count) { number in
      Result { () throws(DataError) in try sha256(of: urls[number]) }
    }
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
