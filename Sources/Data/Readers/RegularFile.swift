import Engine
import Foundation
import SystemErrors

/// Opens regular files only.
///
/// Reading a pipe, a socket or a terminal would wait for a writer, and a device may have no end.
enum RegularFile {
  /// Identifies a version of a file: it differs if the file was replaced or changed.
  struct Stamp: Equatable {
    var device: UInt64, inode: UInt64
    var size: Int
    /// Times of the last change of content and of inode, in nanoseconds since 1970.
    var modified: Int, changed: Int

    /// Whether a change from now on would have another time: many file systems only count ticks of 1 to 10 ms, some
    /// whole seconds.
    var isSettled: Bool { changed < (Int(Date().timeIntervalSince1970) - 2) * 1_000_000_000 }
  }

  /// Opens the file at `url`, or the target of its symbolic link, for reading; the caller closes it.
  ///
  /// - Throws: `notAFile` for anything but a regular file, without waiting; `unreadable`.
  static func open(_ url: URL) throws(DataError) -> FileHandle {
    // The kind is checked first, since merely opening some devices has effects, and again after opening, which closes
    // the race.
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

  /// Reads an open file to its end, in pieces.
  static func read(_ handle: FileHandle, _ url: URL, piece: ([UInt8]) -> Void) throws(DataError) {
    while let bytes = try next(handle, url) { piece(bytes) }
  }

  /// The next piece of an open file, or nil at its end.
  static func next(_ handle: FileHandle, _ url: URL) throws(DataError) -> [UInt8]? {
    // Foundation's copy, and ours.
    AllocationFailure.probe(2 << 20)
    do {
      guard let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty else { return nil }
      return [UInt8](chunk)
    } catch {
      throw .unreadable(path: url.path, reason: error.systemReason)
    }
  }

  /// The bytes at `range` of an open file; fewer where it ends before.
  static func bytes(_ handle: FileHandle, _ url: URL, _ range: Range<Int>) throws(DataError) -> [UInt8] {
    AllocationFailure.probe(2 * range.count)
    do {
      try handle.seek(toOffset: UInt64(range.lowerBound))
      return [UInt8](try handle.read(upToCount: range.count) ?? Foundation.Data())
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
