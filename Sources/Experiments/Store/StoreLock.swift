/// The right to write to a store; given back when it goes, and by the system when the process ends in whatever way.
public final class StoreLock: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Takes the lock on the file at `path`, which is made if need be and names the process that holds the lock.
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
    // The number of a process that is gone helps nobody. The file stays: a new one of its name would be another lock.
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
