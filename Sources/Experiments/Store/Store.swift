import Engine
public import Foundation
import SystemErrors

/// The results of steps on disk, each a folder named by the step's key.
///
/// ```
/// <root>/store.json                                        marks the folder as a store
/// <root>/steps/<first 2 digits>/<64 digits>/step.json      what the step was and took; size and SHA-256 of its files
///                                          /step.sha256    the checksum of step.json, as sha256sum writes it
///                                          /...            the files of the result
/// <root>/temporary/                                        results being written
/// <root>/damaged/<64 digits>-<n>/                          results that were found damaged and set aside
/// <root>/replaced/<64 digits>-<n>/                         results that were computed again and came out otherwise
/// <root>/failures/<64 digits>.txt                          what stopped a step the last time that it was tried
/// <root>/lock                                              held by the one process that plans what is written
/// <root>/writers                                           held by every process while it writes a result
/// ```
///
/// A result is written to a temporary folder, synced to disk and renamed into place, so that a folder under `steps` is
/// complete at any moment, whatever stops the process or the machine. Later damage is detected by checksums.
///
/// A folder with any other entries is rejected, and only entries with names of this list are ever moved or removed,
/// never through a symbolic link; `root` itself may be a symbolic link.
///
/// Any number of threads and processes may read, and reading changes nothing. One process holds the lock and decides
/// what is run, set aside and cleaned up. Any number may write results meanwhile, since a single rename publishes a
/// result.
public final class Store: Sendable {
  /// The folder of the store.
  public let root: URL

  static let recordName = "step.json"
  static let checksumName = "step.sha256"
  /// Far larger than any record; a longer file is damaged.
  private static let recordLimit = 1 << 26

  /// Opens the store in the folder `root`; nothing is created, changed or removed before the first write.
  ///
  /// - Parameter mustExist: Whether a missing folder is an error, as it is for readers.
  /// - Throws: `StoreError.notAFolder` when no folder is at `root`, or at `steps` in it, `.notAStore` when that folder holds something
  ///   else, `.notReadable` when it may not be read, `.noStore`.
  public init(at root: URL, mustExist: Bool = false) throws(StoreError) {
    self.root = root.absoluteURL.standardizedFileURL
    let path = Self.path(self.root)
    switch FileSystem.kind(of: path) {
    case .folder:
      try FileSystem.requireReadable(folder: path)
      try requireStore()
      let steps = self.path("steps")
      switch FileSystem.kind(of: steps, followingLinks: false) {
      case .folder: try FileSystem.requireReadable(folder: steps)
      case .nothing: break
      case .file, .link, .other: throw .notAFolder(path: steps)
      case .inaccessible(let reason): throw .notReadable(path: steps, reason: reason)
      }
    case .nothing: if mustExist { throw .noStore(path: path) }
    case .file, .link, .other: throw .notAFolder(path: path)
    case .inaccessible(let reason): throw .notReadable(path: path, reason: reason)
    }
  }

  /// Acquires the lock, and removes incomplete results of other processes unless one of them is writing.
  ///
  /// - Throws: `StoreError.locked` while another holder, even in this process, has it.
  public func lock() throws(StoreError) -> StoreLock {
    try prepareForWriting()
    let lock = try StoreLock(path: path("lock"))
    try removeTemporary()
    return lock
  }

  /// Whether a result exists under this key; cheap, without verifying checksums.
  ///
  /// An unreadable result counts as existing: reading it gives the error.
  public func contains(_ key: StepKey) -> Bool {
    [Self.recordName, Self.checksumName].allSatisfy { name in
      switch FileSystem.kind(of: path(of: key, name)) {
      case .file(let size): size > 0
      case .inaccessible: true
      case .nothing, .folder, .link, .other: false
      }
    }
  }

  /// The record of a result, verified by its checksum.
  ///
  /// - Throws: `StoreError.missing` when there is no result, `.damaged` when record and checksum do not match.
  public func record(of key: StepKey) throws(StoreError) -> StepRecord {
    let bytes = try recordBytes(of: key)
    let file = path(of: key, Self.recordName)
    guard let record = StepRecord(decoding: bytes) else {
      throw .damaged(key: key, path: file, expected: "a record of this version", found: "other JSON")
    }
    guard record.key == key else {
      throw .damaged(key: key, path: file, expected: "the record of \(key)", found: "that of \(record.key)")
    }
    return record
  }

  /// A part of the record of each of `keys`; nil where there is no result, or its record cannot be read.
  func parts<Part: Decodable & Sendable>(_ type: Part.Type, of keys: [StepKey]) -> [Part?] {
    Runtime.concurrentMap(keys.count) { index in
      guard let bytes = try? recordBytes(of: keys[index]) else { return nil }
      return try? JSONDecoder().decode(Part.self, from: Data(bytes))
    }
  }

  /// The bytes of a record, verified by their checksum.
  private func recordBytes(of key: StepKey) throws(StoreError) -> [UInt8] {
    let folder = path(of: key)
    guard FileSystem.kind(of: folder) != .nothing else { throw .missing(key: key, path: folder) }
    if case .inaccessible(let reason) = FileSystem.kind(of: path(of: key, Self.recordName)) {
      throw .notReadable(path: folder, reason: reason)
    }
    let file = path(of: key, Self.recordName)
    guard let bytes = try FileSystem.read(file, limit: Self.recordLimit) else {
      throw .damaged(key: key, path: file, expected: "a file", found: "none")
    }
    let checksumFile = path(of: key, Self.checksumName)
    guard let checksum = try FileSystem.read(checksumFile, limit: 1 << 10) else {
      throw .damaged(key: key, path: checksumFile, expected: "a file", found: "none")
    }
    // Either file may be the damaged one; a mismatch does not show which.
    let found = sha256Hex(bytes)
    guard let expected = Self.digits(inChecksumFile: checksum) else {
      throw .damaged(
        key: key, path: checksumFile, expected: Self.quoted(Self.checksumLine(found)),
        found: Self.quoted(String(decoding: checksum.prefix(100), as: UTF8.self)))
    }
    guard expected == found else {
      throw .damaged(key: key, path: file, expected: "SHA-256 \(expected)", found: "SHA-256 \(found)")
    }
    return bytes
  }

  /// The bytes of a file of a result, verified by record, size and SHA-256.
  ///
  /// - Throws: `StoreError.missing`, `.noSuchFile`, or `.damaged` with what was expected and found.
  public func read(_ file: String, of key: StepKey) throws(StoreError) -> [UInt8] {
    let record = try record(of: key)
    guard let expected = record.files[file] else {
      throw .noSuchFile(file, key: key, available: Array(record.files.keys))
    }
    return try read(file, of: key, expected: expected)
  }

  /// Decodes a verified file of a result.
  ///
  /// An intact file may still not be decodable: from an older version, or written by hand.
  /// - Throws: `StoreError.damaged` also where `decode` fails.
  func decode<Value>(
    _ file: String, of key: StepKey, as what: String, _ decode: ([UInt8]) throws -> Value
  ) throws(StoreError) -> Value {
    let bytes: [UInt8]
    do throws(StoreError) {
      bytes = try read(file, of: key)
    } catch {
      guard case .noSuchFile(_, _, let available) = error else { throw error }
      // Whoever decodes a file knows that the step makes it, so the record is not the one that was written.
      throw .damaged(
        key: key, path: path(of: key, Self.recordName), expected: "a record of \(file)",
        found: available.isEmpty ? "one of no file" : "one of \(available.sorted().joined(separator: ", "))")
    }
    do {
      return try decode(bytes)
    } catch {
      // The message of a parser continues with the source line and a caret.
      let reason = error.plainText.prefix { $0 != "\n" }
      throw .damaged(key: key, path: path(of: key, file), expected: what, found: "something else (\(reason))")
    }
  }

  /// Verifies record and files of a result by their checksums.
  ///
  /// - Throws: `StoreError.missing`, or `.damaged` for the first file that does not match its checksum.
  public func verify(_ key: StepKey) throws(StoreError) {
    for (name, expected) in try record(of: key).files.sorted(by: { $0.key < $1.key }) {
      _ = try read(name, of: key, expected: expected)
    }
  }

  /// Stores a result atomically.
  ///
  /// An intact result under the same key is kept; a damaged one is set aside first.
  /// - Parameters:
  ///   - record: The record of the step; its `files` are filled in here.
  ///   - files: The files by distinct plain names.
  /// - Throws: `StoreError.full` or `.notWritable` with the path and a remedy; then nothing was stored.
  public func write(_ record: StepRecord, files: [(name: String, bytes: [UInt8])]) throws(StoreError) {
    precondition(Set(files.map(\.name)).count == files.count, "a name stands twice in \(files.map(\.name))")
    for (name, _) in files {
      precondition(StepRecord.isFileName(name), "'\(name)' is no name for a file of a result")
    }
    if isWhole(record.key) { return }
    var record = record
    record.files = Dictionary(
      uniqueKeysWithValues: files.map { ($0.name, .init(size: $0.bytes.count, sha256: sha256Hex($0.bytes))) })
    try prepareForWriting()
    let writing = try FileSystem.openLocked(path(Self.writersName), by: LOCK_SH)
    defer { if let writing { FileSystem.closeLocked(writing) } }
    try FileSystem.makeFolder(path("temporary"))
    let temporary = path("temporary/\(ProcessToken.name(for: record.key))")
    do throws(StoreError) {
      try writeFolder(temporary, record: record, files: files)
      try moveIntoPlace(temporary, key: record.key)
    } catch {
      // The first error is the one to report; remaining files are removed by the next process.
      try? FileSystem.remove(temporary)
      throw error
    }
  }

  /// Moves a damaged result to `<root>/damaged`, so that the step can be run again.
  ///
  /// - Returns: Where it is now, below `<root>/damaged`.
  /// - Throws: `StoreError.missing` when there is no result under this key.
  @discardableResult
  public func discard(_ key: StepKey) throws(StoreError) -> URL { try setAside(key, in: "damaged") }

  /// Moves the result of a step to `<root>/<folder>/<64 digits>-<n>`.
  func setAside(_ key: StepKey, in folder: String) throws(StoreError) -> URL {
    let source = path(of: key)
    guard FileSystem.kind(of: source, followingLinks: false) != .nothing else {
      throw .missing(key: key, path: source)
    }
    return URL(filePath: try setAside(source, in: folder, as: key.hex))
  }

  /// Moves `source` to the first free path `<root>/<folder>/<name>-<n>`, and returns that path.
  func setAside(_ source: String, in folder: String, as name: String) throws(StoreError) -> String {
    try FileSystem.makeFolder(path(folder))
    var number = 1
    while true {
      let target = path("\(folder)/\(name)-\(number)")
      if FileSystem.kind(of: target, followingLinks: false) == .nothing, try FileSystem.move(source, to: target) {
        try FileSystem.synchronize(folder: path(folder))
        return target
      }
      number += 1
    }
  }

  /// The sorted keys of all results, without those in folders that cannot be listed.
  public var keys: [StepKey] {
    var keys: [StepKey] = []
    for prefix in (try? FileSystem.names(in: path("steps"))) ?? [] where prefix.count == 2 {
      for name in (try? FileSystem.names(in: path("steps/\(prefix)"))) ?? [] where name.hasPrefix(prefix) {
        if let key = StepKey(hex: name) { keys.append(key) }
      }
    }
    return keys.sorted()
  }
}

extension Store {
  /// The path of something in the store.
  func path(_ name: String) -> String { Self.path(root) + "/" + name }

  /// The folder of a result.
  func path(of key: StepKey) -> String { path("steps/\(key.hex.prefix(2))/\(key)") }

  /// A file of a result.
  func path(of key: StepKey, _ file: String) -> String { path(of: key) + "/" + file }

  static func path(_ url: URL) -> String {
    let path = url.path(percentEncoded: false)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  private static func checksumLine(_ digits: String) -> String { "\(digits)  \(recordName)\n" }

  /// The digits of a step.sha256 that is exactly of the form in which it is written.
  private static func digits(inChecksumFile bytes: [UInt8]) -> String? {
    guard let key = StepKey(hex: String(decoding: bytes.prefix(64), as: UTF8.self)),
      bytes == Array(checksumLine(key.hex).utf8)
    else { return nil }
    return key.hex
  }

  private static func quoted(_ text: String) -> String { text.debugDescription }

  private func isWhole(_ key: StepKey) -> Bool {
    guard contains(key) else { return false }
    do throws(StoreError) {
      try verify(key)
      return true
    } catch {
      return false
    }
  }

  private func read(
    _ name: String, of key: StepKey, expected: StepRecord.FileRecord
  ) throws(StoreError) -> [UInt8] {
    let file = path(of: key, name)
    guard case .file(let size) = FileSystem.kind(of: file) else {
      throw .damaged(key: key, path: file, expected: "a file of \(expected.size) bytes", found: "none")
    }
    guard size == expected.size else {
      throw .damaged(key: key, path: file, expected: "\(expected.size) bytes", found: "\(size) bytes")
    }
    guard let bytes = try FileSystem.read(file, limit: expected.size) else {
      throw .damaged(key: key, path: file, expected: "a file of \(expected.size) bytes", found: "none")
    }
    let found = sha256Hex(bytes)
    guard found == expected.sha256 else {
      throw .damaged(key: key, path: file, expected: "SHA-256 \(expected.sha256)", found: "SHA-256 \(found)")
    }
    return bytes
  }

  private func writeFolder(
    _ folder: String, record: StepRecord, files: [(name: String, bytes: [UInt8])]
  ) throws(StoreError) {
    let encoded: [UInt8]
    do {
      encoded = try record.encoded()
    } catch {
      throw .failed(operation: "encode the record", path: folder, reason: error.plainText)
    }
    try FileSystem.makeFolder(folder)
    for (name, bytes) in files { try FileSystem.write(bytes, to: "\(folder)/\(name)") }
    try FileSystem.write(encoded, to: "\(folder)/\(Self.recordName)")
    try FileSystem.write(
      Array(Self.checksumLine(sha256Hex(encoded)).utf8), to: "\(folder)/\(Self.checksumName)")
    try FileSystem.synchronize(folder: folder)
  }

  private func moveIntoPlace(_ temporary: String, key: StepKey) throws(StoreError) {
    let parent = path("steps/\(key.hex.prefix(2))")
    try FileSystem.makeFolder(path("steps"))
    try FileSystem.makeFolder(parent)
    while try !FileSystem.move(temporary, to: path(of: key)) {
      // The target exists: an intact result of another thread, or a damaged one.
      if isWhole(key) {
        try FileSystem.remove(temporary)
        return
      }
      try discard(key)
    }
    try FileSystem.synchronize(folder: parent)
  }

  /// Removes incomplete results of other processes; nothing while one of them is writing.
  private func removeTemporary() throws(StoreError) {
    guard let alone = try FileSystem.openLocked(path(Self.writersName)) else { return }
    defer { FileSystem.closeLocked(alone) }
    let folder = path("temporary")
    switch FileSystem.kind(of: folder, followingLinks: false) {
    case .nothing: return
    case .folder: break
    case .file, .link, .other: throw .notAFolder(path: folder)
    case .inaccessible(let reason): throw .notReadable(path: folder, reason: reason)
    }
    for name in try FileSystem.names(in: folder) where ProcessToken.isName(name) && !ProcessToken.isOwn(name) {
      try FileSystem.remove("\(folder)/\(name)")
    }
  }
}
