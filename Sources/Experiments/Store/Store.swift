public import Foundation

/// The results of steps on disk, each a folder named by the step's key.
///
/// ```
/// <root>/steps/<first 2 digits>/<64 digits>/step.json      what the step was and took; size and SHA-256 of its files
///                                          /step.sha256    the checksum of step.json, as sha256sum writes it
///                                          /...            the files of the result
/// <root>/temporary/                                        results being written
/// <root>/damaged/<64 digits>-<n>/                          results that were found damaged and set aside
/// <root>/failures/<64 digits>.txt                          what stopped a step the last time that it was tried
/// <root>/lock                                              held by the one process that writes
/// <root>/index.sqlite                                      see `StoreIndex`
/// ```
///
/// A result is written beside and renamed into place after the disk has it, so that a folder under `steps` is whole at
/// any moment, whatever stops the process or the machine. What happens to it later is found by its checksums.
///
/// Any number of threads and processes may read. Only the process that holds the lock writes; its threads may do so
/// side by side.
public final class Store: Sendable {
  /// The folder of the store.
  public let root: URL

  static let recordName = "step.json"
  static let checksumName = "step.sha256"
  /// No record comes near this; a longer file is damaged.
  private static let recordLimit = 1 << 26

  /// The store in the folder `root`; nothing is made before something is written.
  ///
  /// What processes of this machine that are gone have left half-written is removed.
  /// - Throws: `StoreError.notAFolder` when something else stands at `root`.
  public init(at root: URL) throws(StoreError) {
    self.root = root.absoluteURL.standardizedFileURL
    switch FileSystem.kind(of: Self.path(self.root)) {
    case .folder: try removeTemporary { ProcessToken.isOfDeadProcess($0) }
    case .nothing: break
    case .file, .other: throw .notAFolder(path: Self.path(self.root))
    }
  }

  /// Takes the right to write, and removes what any other process has left half-written.
  ///
  /// - Throws: `StoreError.locked` while somebody else, be it in this process, holds it.
  public func lock() throws(StoreError) -> StoreLock {
    try FileSystem.makeFolder(Self.path(root))
    let lock = try StoreLock(path: path("lock"))
    try removeTemporary { !ProcessToken.isOwn($0) }
    return lock
  }

  /// Whether a result is there under this key; cheap, so without looking at checksums.
  public func contains(_ key: StepKey) -> Bool {
    [Self.recordName, Self.checksumName].allSatisfy { name in
      if case .file(let size) = FileSystem.kind(of: path(of: key, name)) { size > 0 } else { false }
    }
  }

  /// The record of a result, after a check that it is what was written.
  ///
  /// - Throws: `StoreError.missing` when there is no result, `.damaged` when record or checksum are not as written.
  public func record(of key: StepKey) throws(StoreError) -> StepRecord {
    let folder = path(of: key)
    guard FileSystem.kind(of: folder) != .nothing else { throw .missing(key: key, path: folder) }
    let file = path(of: key, Self.recordName)
    guard let bytes = try FileSystem.read(file, limit: Self.recordLimit) else {
      throw .damaged(key: key, path: file, expected: "a file", found: "none")
    }
    let checksumFile = path(of: key, Self.checksumName)
    guard let checksum = try FileSystem.read(checksumFile, limit: 1 << 10) else {
      throw .damaged(key: key, path: checksumFile, expected: "a file", found: "none")
    }
    // Either file may be the damaged one; which cannot be told when only their agreement is lost.
    let found = sha256Hex(bytes)
    guard let expected = Self.digits(inChecksumFile: checksum) else {
      throw .damaged(
        key: key, path: checksumFile, expected: Self.quoted(Self.checksumLine(found)),
        found: Self.quoted(String(decoding: checksum.prefix(100), as: UTF8.self)))
    }
    guard expected == found else {
      throw .damaged(key: key, path: file, expected: "SHA-256 \(expected)", found: "SHA-256 \(found)")
    }
    guard let record = try? StepRecord(decoding: bytes) else {
      throw .damaged(key: key, path: file, expected: "a record of this version", found: "other JSON")
    }
    guard record.key == key else {
      throw .damaged(key: key, path: file, expected: "the record of \(key)", found: "that of \(record.key)")
    }
    return record
  }

  /// The bytes of a file of a result, after a check of record, size and SHA-256.
  ///
  /// - Throws: `StoreError.missing`, `.noSuchFile`, or `.damaged` with what was expected and found.
  public func read(_ file: String, of key: StepKey) throws(StoreError) -> [UInt8] {
    let record = try record(of: key)
    guard let expected = record.files[file] else {
      throw .noSuchFile(file, key: key, available: Array(record.files.keys))
    }
    return try read(file, of: key, expected: expected)
  }

  /// Makes sure that record and files of a result are what was written.
  ///
  /// - Throws: `StoreError.missing`, or `.damaged` for the first file that is not as written.
  public func verify(_ key: StepKey) throws(StoreError) {
    for (name, expected) in try record(of: key).files.sorted(by: { $0.key < $1.key }) {
      _ = try read(name, of: key, expected: expected)
    }
  }

  /// Keeps a result: all of it or, if anything goes wrong, nothing.
  ///
  /// A whole result that is there under the same key stays as it is; a damaged one is set aside first.
  /// - Parameters:
  ///   - record: Of the step; its `files` are filled in here.
  ///   - files: Names, which are plain and differ, with contents.
  /// - Throws: `StoreError.full` or `.notWritable` with the path and what to do; then nothing was kept.
  public func write(_ record: StepRecord, files: [(name: String, bytes: [UInt8])]) throws(StoreError) {
    precondition(Set(files.map(\.name)).count == files.count, "a name stands twice in \(files.map(\.name))")
    for (name, _) in files {
      precondition(
        !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && !name.hasPrefix("step."),
        "'\(name)' is no name for a file of a result")
    }
    if isWhole(record.key) { return }
    var record = record
    record.files = Dictionary(
      uniqueKeysWithValues: files.map { ($0.name, .init(size: $0.bytes.count, sha256: sha256Hex($0.bytes))) })
    let temporary = path("temporary/\(ProcessToken.name(for: record.key))")
    do throws(StoreError) {
      try writeFolder(temporary, record: record, files: files)
      try moveIntoPlace(temporary, key: record.key)
    } catch {
      // The error that stopped the writing is the one to tell; what stays behind is removed by the next process.
      try? FileSystem.remove(temporary)
      throw error
    }
  }

  /// Sets a damaged result aside, so that the step can be run again; nothing is lost.
  ///
  /// - Returns: Where it is now, below `<root>/damaged`.
  /// - Throws: `StoreError.missing` when there is no result under this key.
  @discardableResult
  public func discard(_ key: StepKey) throws(StoreError) -> URL {
    let source = path(of: key)
    guard FileSystem.kind(of: source) != .nothing else { throw .missing(key: key, path: source) }
    try FileSystem.makeFolder(path("damaged"))
    var number = 1
    while true {
      let target = path("damaged/\(key)-\(number)")
      if FileSystem.kind(of: target) == .nothing, try FileSystem.move(source, to: target) {
        try FileSystem.synchronise(folder: path("damaged"))
        return URL(filePath: target)
      }
      number += 1
    }
  }

  /// The keys of all results, sorted; those whose folder cannot be listed are left out.
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

  /// How many bytes the files of a result take, its record among them.
  func size(of record: StepRecord) -> Int {
    var size = record.files.values.reduce(0) { $0 + $1.size }
    for name in [Self.recordName, Self.checksumName] {
      if case .file(let bytes) = FileSystem.kind(of: path(of: record.key, name)) { size += bytes }
    }
    return size
  }

  private static func path(_ url: URL) -> String {
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
      throw .failed(operation: "encode the record", path: folder, reason: "\(error)")
    }
    try FileSystem.makeFolder(folder)
    for (name, bytes) in files { try FileSystem.write(bytes, to: "\(folder)/\(name)") }
    try FileSystem.write(encoded, to: "\(folder)/\(Self.recordName)")
    try FileSystem.write(
      Array(Self.checksumLine(sha256Hex(encoded)).utf8), to: "\(folder)/\(Self.checksumName)")
    try FileSystem.synchronise(folder: folder)
  }

  private func moveIntoPlace(_ temporary: String, key: StepKey) throws(StoreError) {
    let parent = path("steps/\(key.hex.prefix(2))")
    try FileSystem.makeFolder(parent)
    while try !FileSystem.move(temporary, to: path(of: key)) {
      // Something is there: a whole result of another thread, or a damaged one.
      if isWhole(key) {
        try FileSystem.remove(temporary)
        return
      }
      try discard(key)
    }
    try FileSystem.synchronise(folder: parent)
  }

  private func removeTemporary(where isStale: (String) -> Bool) throws(StoreError) {
    for name in try FileSystem.names(in: path("temporary")) where isStale(name) {
      try FileSystem.remove(path("temporary/\(name)"))
    }
  }
}
