import Foundation
import SystemErrors

/// Opens regular files and nothing else.
///
/// Reading a pipe, a socket or a terminal would wait for a writer, and a device may never end.
enum RegularFile {
  /// What tells whether a file is still the one that was read.
  struct Stamp: Equatable {
    var device: UInt64, inode: UInt64
    var size: Int
    /// Nanoseconds since 1970 of the last change of the content, and of the file's entry.
    var modified: Int, changed: Int
  }

  /// The file at `url`, or what its symbolic link leads to, opened for reading; the caller closes it.
  ///
  /// - Throws: `notAFile` for everything that is no regular file, without waiting; `unreadable`.
  static func open(_ url: URL) throws(DataError) -> FileHandle {
    // The kind comes first, since opening alone starts some devices; asking again afterwards leaves no gap.
    _ = try stamp(url)
    let descriptor = Foundation.open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: url.path, reason: reason(errno)) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    _ = try stamp(handle, url)
    return handle
  }

  /// The stamp of the file at `url`.
  static func stamp(_ url: URL) throws(DataError) -> Stamp {
    var status = stat()
    guard stat(url.path, &status) == 0 else { throw .unreadable(path: url.path, reason: reason(errno)) }
    return try stamp(status, url)
  }

  /// The stamp of an open file.
  static func stamp(_ handle: FileHandle, _ url: URL) throws(DataError) -> Stamp {
    var status = stat()
    guard fstat(handle.fileDescriptor, &status) == 0 else {
      throw .unreadable(path: url.path, reason: reason(errno))
    }
    return try stamp(status, url)
  }

  /// Reads an open file to its end, piece by piece.
  static func read(_ handle: FileHandle, _ url: URL, piece: ([UInt8]) -> Void) throws(DataError) {
    while let bytes = try next(handle, url) { piece(bytes) }
  }

  /// The next piece of an open file, or nil at its end.
  static func next(_ handle: FileHandle, _ url: URL) throws(DataError) -> [UInt8]? {
    do {
      guard let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty else { return nil }
      return [UInt8](chunk)
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }

  private static func stamp(_ status: stat, _ url: URL) throws(DataError) -> Stamp {
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: url.path) }
    func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }
    return Stamp(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int(status.st_size),
      modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
