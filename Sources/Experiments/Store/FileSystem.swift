import Foundation

/// The calls of the system that make writing safe against a full disk, a crash and a second process.
///
/// This file owns all of them; the rest of the store works with paths and bytes.
enum FileSystem {
  /// What stands at a path.
  enum Kind: Equatable {
    case nothing
    case folder
    case file(size: Int)
    case other
  }

  /// What stands at `path`, where symbolic links count as what they lead to.
  static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file(size: Int(status.st_size))
    default: return .other
    }
  }

  /// The names in a folder, sorted; none where there is no such folder.
  static func names(in path: String) throws(StoreError) -> [String] {
    guard kind(of: path) == .folder else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw .failed(operation: "list the folder", path: path, reason: error.localizedDescription)
    }
  }

  /// Makes a folder and those above it, and makes sure that they outlast a crash.
  static func makeFolder(_ path: String) throws(StoreError) {
    switch kind(of: path) {
    case .folder: return
    case .nothing: break
    case .file, .other: throw .notAFolder(path: path)
    }
    let parent = folder(of: path)
    if parent != path { try makeFolder(parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
    guard kind(of: path) == .folder else { throw .notAFolder(path: path) }
    try synchronise(folder: parent)
  }

  /// Writes a new file and waits until the disk has it.
  static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
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

  /// Writes all bytes, however few the system takes at once.
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

  /// The bytes of a regular file, at most `limit`; nil where there is no such file or something else stands there.
  static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
    guard case .file(let size) = kind(of: path) else { return nil }
    // Without blocking, in case a pipe has taken the place of the file since.
    let descriptor = try open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, operation: "read")
    defer { _ = close(descriptor) }
    let capacity = min(size, limit)
    var failed = false
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

  /// Waits until the disk knows which entries a folder has.
  static func synchronise(folder path: String) throws(StoreError) {
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, operation: "read the folder")
    defer { _ = close(descriptor) }
    // Some file systems know no fsync of folders and say EINVAL; there is nothing more to be done there.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("write the folder", path) }
  }

  /// Moves a file or folder within a file system; false where the target is taken by something that is not empty.
  static func move(_ source: String, to target: String) throws(StoreError) -> Bool {
    if rename(source, target) == 0 { return true }
    if [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno), kind(of: target) != .nothing { return false }
    throw failure("move \(source) to", target)
  }

  /// Removes a file or a folder with all that is in it.
  static func remove(_ path: String) throws(StoreError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch CocoaError.fileNoSuchFile {
      return
    } catch {
      throw .failed(operation: "remove", path: path, reason: error.localizedDescription)
    }
  }

  /// The descriptor of a file that no other process and no other call has locked, or nil.
  ///
  /// The system drops the lock when the descriptor is closed or the process ends, however it ends.
  static func openLocked(_ path: String) throws(StoreError) -> Int32? {
    let descriptor = try open(path, O_RDWR | O_CREAT | O_CLOEXEC, operation: "write")
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
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

  /// Drops the lock and gives the descriptor back.
  static func closeLocked(_ descriptor: Int32) {
    // A child process between fork and exec still shares the descriptor, and would keep the lock if it were only closed.
    _ = flock(descriptor, LOCK_UN)
    _ = close(descriptor)
  }

  /// Whether a process with this number is alive.
  static func isAlive(_ pid: Int) -> Bool {
    guard let pid = pid_t(exactly: pid), pid > 0 else { return false }
    return kill(pid, 0) == 0 || errno == EPERM
  }

  /// The folder that a path stands in.
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

  /// The error that the last call of the system has left in `errno`.
  private static func failure(_ operation: String, _ path: String) -> StoreError {
    let code = errno
    let reason = "\(String(cString: strerror(code))) (errno \(code))"
    return switch code {
    case ENOSPC, EDQUOT, EFBIG: .full(path: path, reason: reason)
    case EACCES, EPERM, EROFS: .notWritable(path: path, reason: reason)
    default: .failed(operation: operation, path: path, reason: reason)
    }
  }
}
