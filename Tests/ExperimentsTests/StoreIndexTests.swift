import Experiments
import Foundation
import Testing

@Suite struct StoreIndexTests {
  let folder: StoreFolder
  let store: Store
  let lock: StoreLock

  init() throws {
    folder = try StoreFolder()
    store = try Store(at: folder.url)
    lock = try store.lock()
  }

  private var file: URL { folder.url.appending(path: "index.sqlite") }

  private func write(
    _ name: String, kind: String = "train", seconds: Double = 1, plugins: [String: Int] = [:], size: Int = 10
  ) throws {
    try store.write(
      StoreFolder.record(name, kind: kind, seconds: seconds, plugins: plugins),
      files: [("a", [UInt8](repeating: 1, count: size))])
  }

  /// Four steps in the store and in its index.
  private func filled() throws -> StoreIndex {
    let index = try StoreIndex(of: store, lock: lock)
    #expect(index.notes == [])
    let steps: [(String, String, Double, [String: Int])] = [
      ("original resnet18", "train", 10, ["resnet18": 1]), ("original mlp", "train", 2, ["mlp": 1]),
      ("retrain resnet18", "unlearn", 8, ["resnet18": 1, "retrain": 2]),
      ("trw", "unlearn", 4, ["resnet18": 1, "trw": 1]),
    ]
    for (name, kind, seconds, plugins) in steps {
      try write(name, kind: kind, seconds: seconds, plugins: plugins)
      try index.add(StoreFolder.key(name))
    }
    return index
  }

  @Test func repeatsTheRecords() throws {
    let index = try filled()
    let rows = try index.rows
    #expect(rows.map(\.key) == store.keys)
    var total = 0
    for row in rows {
      let record = try store.record(of: row.key)
      #expect(row.kind == record.kind && row.label == record.label && row.seconds == record.seconds)
      #expect(row.peakBytes == record.peakBytes && row.started == record.started && row.host == record.host)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.artefact(row.key).path)
      let sizes = try names.map { try Data(contentsOf: folder.artefact(row.key).appending(path: $0)).count }
      #expect(row.bytes == sizes.reduce(0, +))
      total += row.bytes
    }
    #expect(try index.totalBytes == total)
  }

  @Test func answersWithMedians() throws {
    let index = try filled()
    #expect(try index.medianSeconds(kind: "train") == 6)
    #expect(try index.medianSeconds(kind: "train", labelPrefix: "original m") == 2)
    #expect(try index.medianSeconds(kind: "train", labelPrefix: "ORIGINAL") == nil)
    #expect(try index.medianSeconds(kind: "train", labelPrefix: "%") == nil)
    #expect(try index.medianSeconds(kind: "predict") == nil)
    #expect(try index.medianSeconds(kind: "unlearn", plugin: "trw") == 4)
    #expect(try index.medianSeconds(kind: "unlearn", plugin: "resnet18") == 6)
    #expect(try index.medianSeconds(kind: "unlearn", plugin: "rwft") == nil)
    try write("third", kind: "train", seconds: 3)
    try index.add(StoreFolder.key("third"))
    #expect(try index.medianSeconds(kind: "train") == 3)
  }

  @Test func aStepMadeAnewReplacesItself() throws {
    let index = try filled()
    let key = StoreFolder.key("trw")
    try store.discard(key)
    try index.remove(key)
    #expect(try index.rows.count == 3)
    #expect(try index.medianSeconds(kind: "unlearn", plugin: "trw") == nil)
    try write("trw", kind: "unlearn", seconds: 5, plugins: ["trw": 1])
    try index.add(key)
    try index.add(key)
    #expect(try index.rows.count == 4)
    #expect(try index.medianSeconds(kind: "unlearn", plugin: "trw") == 5)
  }

  @Test func rebuiltEqualsTheOriginal() throws {
    let rows = try filled().rows
    try FileManager.default.removeItem(at: file)
    let rebuilt = try StoreIndex(of: store, lock: lock)
    #expect(try rebuilt.rows == rows)
    #expect(try rebuilt.medianSeconds(kind: "unlearn", plugin: "retrain") == 8)
    #expect(rebuilt.notes == [])
  }

  static let damages: [(String, @Sendable (Data) -> Data)] = [
    ("empty", { _ in Data() }),
    ("one byte", { $0.prefix(1) }),
    ("no database", { _ in Data("this is no database".utf8) }),
    ("half", { $0.prefix($0.count / 2) }),
    ("zeros in the middle", { $0.prefix(4096) + Data(count: $0.count - 4096) }),
    ("another version", { $0.prefix(63) + Data([99]) + $0.dropFirst(64) }),
    ("another header", { Data(count: 16) + $0.dropFirst(16) }),
  ]

  @Test(arguments: damages.indices) func isMadeAnewWhenItCannotBeUsed(number: Int) throws {
    let (name, damage) = Self.damages[number]
    let rows = try filled().rows
    try damage(Data(contentsOf: file)).write(to: file)
    let damaged = try Data(contentsOf: file)
    let reader = try StoreIndex(reading: store)
    #expect(try reader.rows == rows, "\(name)")
    #expect(reader.notes.count == 1, "\(name): \(reader.notes)")
    #expect(try Data(contentsOf: file) == damaged, "a reader changes nothing")
    let index = try StoreIndex(of: store, lock: lock)
    #expect(try index.rows == rows, "\(name)")
    #expect(index.notes.count == 1, "\(name): \(index.notes)")
    #expect(try StoreIndex(of: store, lock: lock).notes == [])
  }

  @Test func noFlippedByteStopsTheProcess() throws {
    let rows = try filled().rows
    let whole = try Data(contentsOf: file)
    for index in stride(from: 0, to: whole.count, by: 97) {
      var damaged = whole
      damaged[index] ^= 0xFF
      try damaged.write(to: file)
      // A flipped number or text inside a row cannot be told from a true one; keys always agree with the store.
      #expect(try StoreIndex(of: store, lock: lock).rows.map(\.key) == rows.map(\.key), "byte \(index)")
    }
  }

  @Test func agreesWithTheStoreWhenOpened() throws {
    _ = try filled()
    try write("not indexed")
    try store.discard(StoreFolder.key("trw"))
    let reader = try StoreIndex(reading: store)
    #expect(try reader.rows.map(\.key) == store.keys)
    let index = try StoreIndex(of: store, lock: lock)
    #expect(try index.rows.map(\.key) == store.keys)
    #expect(try index.medianSeconds(kind: "unlearn", plugin: "trw") == nil)
  }

  @Test func damagedResultsAreNoted() throws {
    _ = try filled()
    let key = StoreFolder.key("trw")
    try Data([1]).write(to: folder.artefact(key).appending(path: "step.json"))
    try FileManager.default.removeItem(at: file)
    let index = try StoreIndex(of: store, lock: lock)
    #expect(try index.rows.count == 3)
    #expect(index.notes.count == 1 && index.notes[0].contains(key.hex))
    #expect(throws: StoreError.self) { try index.add(key) }
  }

  @Test func readersMakeNoFile() throws {
    try write("step")
    let index = try StoreIndex(reading: store)
    #expect(try index.rows.count == 1)
    #expect(index.notes == [])
    #expect(!FileManager.default.fileExists(atPath: file.path))
    let nowhere = try Store(at: folder.url.appending(path: "nowhere"))
    #expect(try StoreIndex(reading: nowhere).totalBytes == 0)
    #expect(!FileManager.default.fileExists(atPath: nowhere.root.path))
  }

  @Test func readersSeeWhatTheWriterAdds() throws {
    let index = try filled()
    let reader = try StoreIndex(reading: store)
    try write("later")
    try index.add(StoreFolder.key("later"))
    #expect(try reader.rows == index.rows)
  }

  @Test func aDamagedFileIsSetAside() throws {
    _ = try filled()
    try Data("this is no database".utf8).write(to: file)
    let notes = try StoreIndex(of: store, lock: lock).notes
    #expect(folder.names("damaged") == ["index.sqlite-1"])
    let aside = folder.url.appending(path: "damaged/index.sqlite-1")
    #expect(try Data(contentsOf: aside) == Data("this is no database".utf8))
    #expect(notes.first?.contains(aside.path) == true)
  }

  /// A database of one table, made by SQLite: "CREATE TABLE birds (name TEXT)".
  @Test func aDatabaseOfSomethingElseIsRefused() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE birds (name TEXT)'); c.commit()",
      file.path,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let before = try Data(contentsOf: file)
    let error = try #require(throws: StoreError.self) { try StoreIndex(of: store, lock: lock) }
    #expect(error == .foreignIndex(path: file.path, tables: ["birds"]))
    #expect(error.description.contains("birds"))
    #expect(try Data(contentsOf: file) == before)
    #expect(try StoreIndex(reading: store).notes.count == 1)
  }

  @Test func aLinkIsRefused() throws {
    let other = try StoreFolder()
    let target = other.url.appending(path: "file")
    try Data("mine".utf8).write(to: target)
    try FileManager.default.createSymbolicLink(at: file, withDestinationURL: target)
    #expect(throws: StoreError.notAFile(path: file.path)) { try StoreIndex(of: store, lock: lock) }
    #expect(try Data(contentsOf: target) == Data("mine".utf8))
  }

  @Test(arguments: [0o002, 0o022, 0o077]) func obeysTheMaskOfTheUser(mask: Int) async throws {
    let path = folder.path + "\(mask)"
    await #expect(processExitsWith: .success) { [path = path as String, mask] in
      umask(mode_t(mask))
      let store = try Store(at: URL(filePath: path))
      let lock = try store.lock()
      try store.write(StoreFolder.record(), files: [])
      try StoreIndex(of: store, lock: lock).add(StoreFolder.key())
      for name in ["index.sqlite", "lock", "store.json"] {
        let found = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int
        precondition(found == 0o666 & ~mask, "\(name): \(String(found ?? -1, radix: 8))")
      }
    }
    try? FileManager.default.removeItem(atPath: path)
  }
}
