import Data
import Engine
import Foundation
import SystemErrors

/// System calls that make writing safe against a full disk, a crash and concurrent processes.
///
/// All system calls are in this file; the rest of the store works with paths and bytes.
enum FileSystem {
  /// The kind of a file system entry.
  enum Kind: Equatable {
    case nothing
    case folder
    case file(size: Int)
    case link
    case other
    /// The user lacks permission, or the path is invalid.
    case inaccessible(reason: String)
  }

  /// The kind of the entry at `path`; symbolic links are resolved unless `followingLinks` is false.
  static func kind(of path: String, followingLinks: Bool = true) -> Kind {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
      return errno == ENOENT || errno == ENOTDIR ? .nothing : .inaccessible(reason: reason(errno))
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file(size: Int(status.st_size))
    case S_IFLNK: return .link
    default: return .other
    }
  }

  /// When the content of the file at `path` was last changed, in seconds since 1970.
  static func timeOfChange(_ path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// - Throws: `StoreError.notReadable` where this user may not list the folder at `path` or enter it.
  static func requireReadable(folder path: String) throws(StoreError) {
    guard access(path, R_OK | X_OK) == 0 else { throw .notReadable(path: path, reason: reason(errno)) }
  }

  /// The sorted names in a folder; empty where the folder does not exist.
  static func names(in path: String) throws(StoreError) -> [String] {
    guard kind(of: path) == .folder else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      try requireReadable(folder: path)
      throw .failed(operation: "list the folder", path: path, reason: error.systemReason)
    }
  }

  /// Creates a folder with its parents and syncs them to disk.
  ///
  /// - Parameter followingLinks: Whether a symbolic link to a folder may stand at `path` itself; above it, it may.
  static func makeFolder(_ path: String, followingLinks: Bool = false) throws(StoreError) {
    switch kind(of: path, followingLinks: followingLinks) {
    case .folder: return
    case .nothing: break
    case .file, .link, .other: throw .notAFolder(path: path)
    case .inaccessible(let reason): throw .notReadable(path: path, reason: reason)
    }
    let parent = folder(of: path)
    if parent != path { try makeFolder(parent, followingLinks: true) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
    guard kind(of: path) == .folder else { throw .notAFolder(path: path) }
    try synchronize(folder: parent)
  }

  /// Writes a new file and syncs it to disk.
  static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    // With O_EXCL no link is followed either.
    let descriptor = try open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, operation: "write")
    do throws(StoreError) {
      try write(bytes, to: descriptor, path: path)
      guard fsync(descriptor) == 0 else { throw failure("write", path) }
    } catch {
      _ = close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw failure("write", path) }
  }

  /// Writes all bytes, repeating partial writes.
  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(StoreError) {
    var position = 0
    while position < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        #if canImport(Darwin)
          Darwin.write(descriptor, buffer.baseAddress?.advanced(by: position), buffer.count - position)
        #else
          Glibc.write(descriptor, buffer.baseAddress?.advanced(by: position), buffer.count - position)
        #endif
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", path) }
      position += count
    }
  }

  /// The bytes of a regular file, at most `limit`; nil where no regular file is there.
  static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
    guard case .file(let size) = kind(of: path) else { return nil }
    // Without blocking, in case a pipe has taken the place of the file since.
    let descriptor = try open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, operation: "read")
    defer { _ = close(descriptor) }
    let capacity = min(size, limit)
    var failed = false
    AllocationFailure.probe(capacity)
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      while count < capacity {
        #if canImport(Darwin)
          let got = Darwin.read(descriptor, buffer.baseAddress?.advanced(by: count), capacity - count)
        #else
          let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), capacity - count)
        #endif
        if got < 0, errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { return }
        count += got
      }
    }
    if failed { throw failure("read", path) }
    return bytes
  }

  /// Syncs the entries of a folder to disk.
  static func synchronize(folder path: String) throws(StoreError) {
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, operation: "read the folder")
    defer { _ = close(descriptor) }
    // Some file systems do not support fsync of folders and return EINVAL; nothing more can be done there.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("write the folder", path) }
  }

  /// Moves a file or folder within a file system; false where the target exists and is not empty.
  static func move(_ source: String, to target: String) throws(StoreError) -> Bool {
    if rename(source, target) == 0 { return true }
    if [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno), kind(of: target) != .nothing { return false }
    throw failure("move \(source) to", target)
  }

  /// Removes a file or a folder with its contents.
  ///
  /// Symbolic links are removed, their targets are kept.
  static func remove(_ path: String) throws(StoreError) {
    switch kind(of: path, followingLinks: false) {
    case .nothing: return
    case .folder:
      for name in try names(in: path) { try remove("\(path)/\(name)") }
      guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    case .file, .link, .other:
      guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    case .inaccessible(let reason): throw .notWritable(path: path, reason: reason)
    }
  }

  /// Opens and locks a file; nil if another process or call holds its lock.
  ///
  /// The system releases the lock when the descriptor is closed or the process ends in any way.
  /// - Throws: `StoreError.notAFile` where a symbolic link or something else that is no regular file is at `path`.
  static func openLocked(_ path: String, by operation: Int32 = LOCK_EX | LOCK_NB) throws(StoreError) -> Int32? {
    switch kind(of: path, followingLinks: false) {
    case .nothing, .file: break
    case .folder, .link, .other: throw .notAFile(path: path)
    case .inaccessible(let reason): throw .notReadable(path: path, reason: reason)
    }
    let descriptor = try open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, operation: "write")
    if flock(descriptor, operation) == 0 { return descriptor }
    let error = errno
    _ = close(descriptor)
    if error == EWOULDBLOCK { return nil }
    errno = error
    throw failure("lock", path)
  }

  /// Replaces the contents of a file that is open.
  static func replace(contentsOf descriptor: Int32, path: String, with bytes: [UInt8]) throws(StoreError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("write", path) }
    try write(bytes, to: descriptor, path: path)
  }

  /// Releases the lock and closes the descriptor.
  static func closeLocked(_ descriptor: Int32) {
    // A child process between fork and exec still shares the descriptor, and would keep the lock if it were only
    // closed.
    _ = flock(descriptor, LOCK_UN)
    _ = close(descriptor)
  }

  /// Whether a process with this number is alive.
  static func isAlive(_ pid: Int) -> Bool {
    guard let pid = pid_t(exactly: pid), pid > 0 else { return false }
    return kill(pid, 0) == 0 || errno == EPERM
  }

  /// The parent folder of a path.
  private static func folder(of path: String) -> String {
    let parent = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    return parent.count > 1 && parent.hasSuffix("/") ? String(parent.dropLast()) : parent
  }

  private static func open(_ path: String, _ flags: Int32, operation: String) throws(StoreError) -> Int32 {
    while true {
      #if canImport(Darwin)
        let descriptor = Darwin.open(path, flags, 0o666)
      #else
        let descriptor = Glibc.open(path, flags, 0o666)
      #endif
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw failure(operation, path) }
    }
  }

  /// The `StoreError` for the current `errno`.
  private static func failure(_ operation: String, _ path: String) -> StoreError {
    let code = errno
    return switch code {
    case ENOSPC, EDQUOT, EFBIG: .full(path: path, reason: reason(code))
    case EACCES where operation == "read", EPERM where operation == "read":
      .notReadable(path: path, reason: reason(code))
    case EACCES, EPERM, EROFS: .notWritable(path: path, reason: reason(code))
    default: .failed(operation: operation, path: path, reason: reason(code))
    }
  }

  private static func reason(_ code: Int32) -> String { "\(String(cString: strerror(code))) (errno \(code))" }
}
