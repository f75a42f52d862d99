import Foundation
import GRDB
import SystemErrors

/// A table of what a store holds, for questions that would otherwise open every record.
///
/// It repeats what the records say and can be made from them at any time. Whoever opens it gets one that agrees with
/// the store: a file that is missing, damaged or of another version is made again, results that it lacks are added, and
/// those that are gone are dropped. None of this is an error; `notes` tells of it.
public final class StoreIndex: Sendable {
  /// One result.
  public struct Row: Sendable, Equatable {
    /// The name of the result.
    public var key: StepKey
    /// The kind of step.
    public var kind: String
    /// What a person calls the step.
    public var label: String
    /// How long the step took, in seconds.
    public var seconds: Double
    /// The most tensor memory that the step held at once, in bytes.
    public var peakBytes: Int
    /// The size of all files of the result, in bytes.
    public var bytes: Int
    /// When the step started: ISO 8601, UTC.
    public var started: String
    /// The host it ran on.
    public var host: String
  }

  /// What was wrong with the file when the index was opened, and what was done, as sentences; empty when all was well.
  public let notes: [String]
  private let store: Store
  private let database: DatabaseQueue
  private let path: String

  private init(_ store: Store, _ path: String, _ database: DatabaseQueue, notes: [String]) {
    self.store = store
    self.path = path
    self.database = database
    self.notes = notes
  }

  /// The index of a store for the process that writes it, which holds `lock`.
  ///
  /// A damaged file is set aside; a whole database of something else is an error, `StoreError.foreignIndex`.
  public convenience init(of store: Store, lock: StoreLock) throws(StoreError) {
    let path = store.path(Self.fileName)
    try Self.requireFile(path)
    do {
      var notes: [String] = []
      if FileSystem.kind(of: path) != .nothing {
        do {
          let database = try Self.open(path, readOnly: false)
          let unreadable = try Self.synchronise(database, with: store)
          self.init(store, path, database, notes: unreadable)
          return
        } catch let error where !Self.isOfTheDisk(error) && !(error is StoreError) {
          let aside = try store.setAside(path, in: "damaged", as: Self.fileName)
          notes.append(
            "the index \(path) was unusable, was moved to \(aside) and has been made again: \(Self.reason(error))")
          // Without its database it says nothing, and beside a new one it would be taken for that one's.
          try FileSystem.remove(path + "-journal")
        }
      }
      let database = try Self.create(path)
      notes += try Self.synchronise(database, with: store)
      self.init(store, path, database, notes: notes)
    } catch {
      throw Self.storeError(error, path)
    }
  }

  /// The index of a store for a process that only reads.
  ///
  /// It is made in memory where the file does not agree with the store; the file stays as it is.
  public convenience init(reading store: Store) throws(StoreError) {
    let path = store.path(Self.fileName)
    var notes: [String] = []
    if FileSystem.kind(of: path) != .nothing {
      do {
        let database = try Self.open(path, readOnly: true)
        let difference = try Self.difference(database, store)
        if difference.added.isEmpty, difference.gone.isEmpty {
          self.init(store, path, database, notes: [])
          return
        }
      } catch {
        notes.append("the index \(path) was unusable and has been left aside: \(Self.reason(error))")
      }
    }
    do {
      let database = try Self.create(nil)
      notes += try Self.synchronise(database, with: store)
      self.init(store, path, database, notes: notes)
    } catch {
      throw Self.storeError(error, path)
    }
  }

  /// Takes up a result that was written, from its record; one that is there under the same key is replaced.
  public func add(_ key: StepKey) throws(StoreError) {
    let record = try store.record(of: key)
    try perform { try database.write { try Self.insert(record, of: store, into: $0) } }
  }

  /// Drops a result that was set aside.
  public func remove(_ key: StepKey) throws(StoreError) {
    try perform { try database.write { try $0.execute(sql: "DELETE FROM steps WHERE key = ?", arguments: [key.hex]) } }
  }

  /// All results, by key.
  public var rows: [Row] {
    get throws(StoreError) {
      try perform {
        try database.read { try StoredRow.fetchAll($0, sql: "SELECT * FROM steps ORDER BY key").compactMap(\.row) }
      }
    }
  }

  /// The size of all results together, in bytes.
  public var totalBytes: Int {
    get throws(StoreError) {
      try perform {
        try database.read { try Int.fetchOne($0, sql: "SELECT COALESCE(SUM(bytes), 0) FROM steps") ?? 0 }
      }
    }
  }

  /// The median time, in seconds, of the steps of a kind whose label begins with `labelPrefix`; nil if there are none.
  public func medianSeconds(kind: String, labelPrefix: String = "") throws(StoreError) -> Double? {
    try median(
      "SELECT seconds FROM steps WHERE kind = ? AND substr(label, 1, length(?)) = ? ORDER BY seconds",
      [kind, labelPrefix, labelPrefix])
  }

  /// The median time, in seconds, of the steps of a kind in which a plugin takes part; nil if there are none.
  public func medianSeconds(kind: String, plugin: String) throws(StoreError) -> Double? {
    try median(
      "SELECT seconds FROM steps JOIN plugins USING (key) WHERE kind = ? AND plugin = ? ORDER BY seconds",
      [kind, plugin])
  }

  private func median(_ sql: String, _ arguments: StatementArguments) throws(StoreError) -> Double? {
    let sorted = try perform {
      try database.read { try Double.fetchAll($0, sql: sql, arguments: arguments) }
    }
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private func perform<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      throw Self.storeError(error, path)
    }
  }
}

/// A row as it stands in the file, whose key may be anything.
private struct StoredRow: Decodable, FetchableRecord {
  var key: String
  var kind: String
  var label: String
  var seconds: Double
  var peakBytes: Int
  var bytes: Int
  var started: String
  var host: String

  enum CodingKeys: String, CodingKey {
    case key, kind, label, seconds, bytes, started, host
    case peakBytes = "peak_bytes"
  }

  var row: StoreIndex.Row? {
    StepKey(hex: key).map {
      .init(
        key: $0, kind: kind, label: label, seconds: seconds, peakBytes: peakBytes, bytes: bytes, started: started,
        host: host)
    }
  }
}

// The file.
extension StoreIndex {
  static let fileName = "index.sqlite"

  /// The version of these tables; an index of another one is made again.
  private static let schemaVersion = 1
  private static let schema = """
    CREATE TABLE steps (
      key TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, seconds REAL NOT NULL,
      peak_bytes INTEGER NOT NULL, bytes INTEGER NOT NULL, started TEXT NOT NULL, host TEXT NOT NULL
    ) STRICT;
    CREATE TABLE plugins (
      key TEXT NOT NULL REFERENCES steps (key) ON DELETE CASCADE, plugin TEXT NOT NULL, version INTEGER NOT NULL,
      PRIMARY KEY (key, plugin)
    ) STRICT;
    CREATE INDEX steps_by_kind ON steps (kind, label);
    CREATE INDEX plugins_by_name ON plugins (plugin);
    PRAGMA user_version = \(schemaVersion);
    """

  /// Why a file is no index that can be used.
  private struct Unusable: Error { var reason: String }

  /// - Throws: `StoreError.notAFile` where a symbolic link or a folder is at `path`.
  private static func requireFile(_ path: String) throws(StoreError) {
    for file in [path, path + "-journal"] {
      switch FileSystem.kind(of: file, followingLinks: false) {
      case .nothing, .file: break
      case .folder, .link, .other, .inaccessible: throw .notAFile(path: file)
      }
    }
  }

  /// Whether the file at `path` is an index of a store, of whatever version, or holds nothing; it is not changed.
  static func isIndex(_ path: String) -> Bool {
    if FileSystem.kind(of: path, followingLinks: false) == .file(size: 0) { return true }
    var configuration = configuration
    configuration.readonly = true
    guard let database = try? DatabaseQueue(path: path, configuration: configuration) else { return false }
    return (try? database.read { try Self.tables($0).isSuperset(of: ["steps", "plugins"]) }) ?? false
  }

  private static func tables(_ database: Database) throws -> Set<String> {
    try String.fetchSet(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
  }

  private static func create(_ path: String?) throws -> DatabaseQueue {
    // SQLite would make the file readable for all and writable for the user alone; the user's mask shall decide.
    if let path { try FileSystem.write([], to: path) }
    let database = try path.map { try DatabaseQueue(path: $0, configuration: configuration) } ?? DatabaseQueue()
    try database.write { try $0.execute(sql: schema) }
    return database
  }

  private static func open(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
    var configuration = configuration
    configuration.readonly = readOnly
    let database = try DatabaseQueue(path: path, configuration: configuration)
    try database.read { database in
      let tables = try tables(database)
      guard tables.isEmpty || !tables.isDisjoint(with: ["steps", "plugins"]) else {
        throw StoreError.foreignIndex(path: path, tables: tables.sorted())
      }
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      guard version == schemaVersion else {
        throw Unusable(reason: "expected version \(schemaVersion), found \(version)")
      }
      let check = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer"
      guard check == "ok" else { throw Unusable(reason: check) }
      try database.checkForeignKeys()
      // A file of the right version may still have other tables.
      _ = try StoredRow.fetchOne(database, sql: "SELECT * FROM steps")
      _ = try Int.fetchOne(database, sql: "SELECT version FROM plugins")
    }
    return database
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    return configuration
  }

  /// The keys of results that the index lacks, and those in the index without a result.
  private static func difference(
    _ database: DatabaseQueue, _ store: Store
  ) throws -> (added: [StepKey], gone: Set<String>) {
    let known = try database.read { try String.fetchSet($0, sql: "SELECT key FROM steps") }
    let keys = store.keys
    return (keys.filter { !known.contains($0.hex) }, known.subtracting(keys.map(\.hex)))
  }

  /// Adds what the index lacks, drops what is gone, and tells which results could not be read.
  private static func synchronise(_ database: DatabaseQueue, with store: Store) throws -> [String] {
    let (added, gone) = try difference(database, store)
    if added.isEmpty, gone.isEmpty { return [] }
    var notes: [String] = []
    try database.write { database in
      for hex in gone { try database.execute(sql: "DELETE FROM steps WHERE key = ?", arguments: [hex]) }
      for key in added {
        do {
          try insert(store.record(of: key), of: store, into: database)
        } catch let error as StoreError {
          notes.append("a result is not in the index: \(error)")
        }
      }
    }
    return notes
  }

  private static func insert(_ record: StepRecord, of store: Store, into database: Database) throws {
    try database.execute(sql: "DELETE FROM steps WHERE key = ?", arguments: [record.key.hex])
    // SQLite takes NaN for NULL; a time that is no number counts as none.
    let seconds = record.seconds.isNaN ? 0 : record.seconds
    try database.execute(
      sql: "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        record.key.hex, record.kind, record.label, seconds, record.peakBytes, store.size(of: record), record.started,
        record.host,
      ])
    for (plugin, version) in record.plugins {
      try database.execute(sql: "INSERT INTO plugins VALUES (?, ?, ?)", arguments: [record.key.hex, plugin, version])
    }
  }
}

// Errors.
extension StoreIndex {
  /// Whether a new file would fare no better.
  private static func isOfTheDisk(_ error: any Error) -> Bool {
    guard let code = (error as? DatabaseError)?.resultCode else { return false }
    return [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_BUSY].contains(code)
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as Unusable: error.reason
    case let error as DatabaseError: error.message ?? error.description
    default: error.plainText
    }
  }

  private static func storeError(_ error: any Error, _ path: String) -> StoreError {
    if let error = error as? StoreError { return error }
    return switch (error as? DatabaseError)?.resultCode {
    case .SQLITE_FULL: .full(path: path, reason: reason(error))
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: .notWritable(path: path, reason: reason(error))
    default: .failed(operation: "use the index", path: path, reason: reason(error))
    }
  }
}
