/// The exclusive lock of a store, released on deinitialization, or by the system when the process ends in any way.
public final class StoreLock: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Locks the file at `path`, which is created if necessary and contains the number of the holding process.
  init(path: String) throws(StoreError) {
    guard let descriptor = try FileSystem.openLocked(path) else {
      throw .locked(pid: try Self.holder(path), path: path)
    }
    self.descriptor = descriptor
    self.path = path
    do throws(StoreError) {
      try FileSystem.replace(contentsOf: descriptor, path: path, with: Array("\(ProcessToken.pid)\n".utf8))
    } catch {
      FileSystem.closeLocked(descriptor)
      throw error
    }
  }

  deinit {
    // The number of an ended process is useless. The file itself is kept: a new file of this name would be another
    // lock.
    try? FileSystem.replace(contentsOf: descriptor, path: path, with: [])
    FileSystem.closeLocked(descriptor)
  }

  private static func holder(_ path: String) throws(StoreError) -> Int? {
    guard let bytes = try FileSystem.read(path, limit: 32), let line = bytes.split(separator: 10).first else {
      return nil
    }
    return Int(String(decoding: line, as: UTF8.self))
  }
}
