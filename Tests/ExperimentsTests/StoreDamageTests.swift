import Data
import Experiments
import Foundation
import Testing

@Suite struct StoreDamageTests {
  let folder: StoreFolder
  let store: Store
  let key = StoreFolder.key()
  static let names = ["step.json", "step.sha256"] + StoreFolder.files.map(\.name)

  init() throws {
    folder = try StoreFolder()
    store = try Store(at: folder.url)
    try store.write(StoreFolder.record(), files: StoreFolder.files)
  }

  private func file(_ name: String) -> URL { folder.artifact(key).appending(path: name) }

  /// Replaces a file of the result by `bytes` and expects the error that names it.
  private func expectDamage(_ name: String, _ bytes: [UInt8], _ what: String) throws {
    try Data(bytes).write(to: file(name))
    // Where record and checksum disagree, either may have changed; the error names the record.
    let told = name == "step.sha256" ? ["step.json", name] : [name]
    let error = try #require(throws: StoreError.self, "\(name), \(what)") { try store.verify(key) }
    guard case .damaged(let damagedKey, let path, let expected, let found) = error else {
      Issue.record("\(name), \(what): unexpected \(error)")
      return
    }
    #expect(damagedKey == key)
    #expect(told.map { file($0).path }.contains(path), "\(name), \(what)")
    #expect(expected != found, "\(name), \(what)")
    for part in [path, expected, found, key.short] { #expect(error.description.contains(part)) }
    if !name.hasPrefix("step.") {
      #expect(throws: StoreError.self, "\(name), \(what)") { try store.read(name, of: key) }
    }
  }

  @Test(arguments: names) func everyFlippedBitIsFound(name: String) throws {
    let whole = try [UInt8](Data(contentsOf: file(name)))
    for index in stride(from: 0, to: whole.count, by: max(1, whole.count / 150)) {
      var damaged = whole
      damaged[index] ^= 1 << (index % 8)
      try expectDamage(name, damaged, "bit \(index % 8) of byte \(index)")
    }
    try Data(whole).write(to: file(name))
    try store.verify(key)
  }

  @Test(arguments: names) func everyTruncationIsFound(name: String) throws {
    let whole = try [UInt8](Data(contentsOf: file(name)))
    for count in Set(stride(from: 0, to: whole.count, by: max(1, whole.count / 60))).union([whole.count - 1])
    where count >= 0 {
      try expectDamage(name, Array(whole.prefix(count)), "\(count) of \(whole.count) bytes")
    }
    try expectDamage(name, whole + [32], "one byte more")
  }

  @Test(arguments: names) func aFileThatIsGoneIsFound(name: String) throws {
    try FileManager.default.removeItem(at: file(name))
    let error = try #require(throws: StoreError.self) { try store.verify(key) }
    guard case .damaged(_, let path, _, let found) = error else {
      Issue.record("unexpected \(error)")
      return
    }
    #expect(path == file(name).path && found == "none")
    #expect(store.contains(key) == !name.hasPrefix("step."))
  }

  @Test func aResultUnderAnotherKeyIsFound() throws {
    let other = StoreFolder.key("other")
    try FileManager.default.createDirectory(
      at: folder.artifact(other).deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder.artifact(key), to: folder.artifact(other))
    let error = try #require(throws: StoreError.self) { try store.verify(other) }
    #expect(error.description.contains(other.hex) && error.description.contains(key.hex))
  }

  @Test func aRecordOfAnotherFormIsFound() throws {
    // Whole by its checksum, yet no record of ours: `printf '{}\n' | sha256sum`.
    try Data("{}\n".utf8).write(to: file("step.json"))
    let digits = "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"
    try Data("\(digits)  step.json\n".utf8).write(to: file("step.sha256"))
    let error = try #require(throws: StoreError.self) { try store.record(of: key) }
    guard case .damaged(_, let path, _, _) = error else {
      Issue.record("unexpected \(error)")
      return
    }
    #expect(path == file("step.json").path)
  }

  @Test func aRecordWithANameTwiceIsDamage() throws {
    let whole = try String(contentsOf: file("step.json"), encoding: .utf8)
    let doubled = whole.replacing("\"kind\" :", with: "\"seconds\" : 7,\n  \"kind\" :")
    try #require(doubled != whole)
    for (text, isWhole) in [(doubled, false), (whole, true)] {
      try Data(text.utf8).write(to: file("step.json"))
      try Data("\(FileDigest.sha256(of: text))  step.json\n".utf8).write(to: file("step.sha256"))
      #expect(((try? store.record(of: key)) != nil) == isWhole)
    }
  }

  @Test(
    "a record of an impossible cost, or of a file elsewhere, is damage, whatever its checksum",
    arguments: [
      ("\"seconds\" : 1.5", "\"seconds\" : -1"), ("\"seconds\" : 1.5", "\"seconds\" : 1e300"),
      ("\"seconds\" : 1.5", "\"seconds\" : \".inf\""), ("\"seconds\" : 1.5", "\"seconds\" : \".nan\""),
      ("\"peak_bytes\" : 4096", "\"peak_bytes\" : -1"), ("\"notes.txt\"", "\"../notes.txt\""),
      ("\"notes.txt\"", "\"step.sha256\""), ("\"notes.txt\"", "\"\""),
    ])
  func impossibleRecords(part: String, instead: String) throws {
    try folder.forge(key) { $0.replacing(part, with: instead) }
    let error = try #require(throws: StoreError.self) { try store.record(of: key) }
    guard case .damaged(key, file("step.json").path, "a record of this version", _) = error else {
      Issue.record("unexpected \(error)")
      return
    }
  }

  @Test func discardingSetsAside() throws {
    try Data([1]).write(to: file("model.safetensors"))
    let first = try store.discard(key)
    #expect(!store.contains(key))
    #expect(store.keys == [])
    #expect(folder.names("damaged") == ["\(key)-1"])
    #expect(try Data(contentsOf: first.appending(path: "model.safetensors")) == Data([1]))
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    try store.verify(key)
    try store.discard(key)
    #expect(folder.names("damaged") == ["\(key)-1", "\(key)-2"])
  }

  @Test(arguments: names) func writingAgainMendsAndKeepsTheDamagedOne(name: String) throws {
    try Data([1, 2, 3]).write(to: file(name))
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    try store.verify(key)
    #expect(folder.names("damaged") == ["\(key)-1"])
    #expect(try Data(contentsOf: folder.url.appending(path: "damaged/\(key)-1/\(name)")) == Data([1, 2, 3]))
    #expect(folder.names("temporary") == [])
  }

  @Test func writingMendsAFolderWithoutRecordAndAFileInPlaceOfAFolder() throws {
    try FileManager.default.removeItem(at: file("step.json"))
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    try store.verify(key)
    try FileManager.default.removeItem(at: folder.artifact(key))
    try Data([1]).write(to: folder.artifact(key))
    #expect(!store.contains(key))
    #expect(throws: StoreError.self) { try store.verify(key) }
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    try store.verify(key)
    #expect(folder.names("damaged").count == 2)
  }
}
