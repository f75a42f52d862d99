import JSON
import ConfigYAML
import Experiments
import Foundation
import Testing

/// A folder that is removed with the last reference to it, with the files of a result.
final class StoreFolder: Sendable {
  let url: URL
  var path: String { url.path(percentEncoded: false) }

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: folder).path)) ?? []).sorted()
  }

  /// The folder of a result.
  func artifact(_ key: StepKey) -> URL { url.appending(path: "steps/\(key.hex.prefix(2))/\(key.hex)") }

  /// Changes the text of a record, and its checksum to match.
  func forge(_ key: StepKey, _ change: (String) -> String) throws {
    let record = artifact(key).appending(path: "step.json")
    let text = try String(contentsOf: record, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    try Data(changed.utf8).write(to: record)
    // A key is the SHA-256 of its text.
    let checksum = "\(StepKey(canonicalText: changed).hex)  step.json\n"
    try Data(checksum.utf8).write(to: artifact(key).appending(path: "step.sha256"))
  }

  /// Changes the text of a file of a result, and its record to match.
  func forge(_ name: String, of key: StepKey, _ change: (String) -> String) throws {
    let file = artifact(key).appending(path: name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    try Data(changed.utf8).write(to: file)
    func record(_ text: String) -> String {
      "\"sha256\" : \"\(StepKey(canonicalText: text))\",\n      \"size\" : \(text.utf8.count)"
    }
    try forge(key) { $0.replacing(record(text), with: record(changed)) }
  }

  static func key(_ name: String = "step") -> StepKey { StepKey(canonicalText: name) }

  static func record(
    _ name: String = "step", kind: String = "train", seconds: Double = 1.5, plugins: [String: Int] = ["resnet18": 1]
  ) -> StepRecord {
    StepRecord(
      kind: kind, label: name, key: key(name), configuration: ["rate": 0.1, "epochs": 3, "on": [true, nil]],
      plugins: plugins, parents: [key("parent")], gitRevision: "abcdef", started: "2024-05-01T12:00:00Z",
      seconds: seconds, peakBytes: 4096, notes: ["loss": 0.25, "nothing": .nan, "most": .infinity])
  }

  static let files: [(name: String, bytes: [UInt8])] = [
    ("model.safetensors", (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }), ("empty", []), ("notes.txt", [10]),
  ]
}

@Suite struct StoreKeyTests {
  @Test func isTheSHA256OfItsText() {
    // FIPS 180-2, appendix B.1.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let key = StepKey(canonicalText: "abc")
    #expect(key.hex == expected)
    #expect(key.description == expected)
    #expect(key.short == "ba7816bf8f01")
    #expect(StepKey(hex: expected) == key)
  }

  @Test(arguments: [
    "", "ba7816bf", String(repeating: "A", count: 64), String(repeating: "g", count: 64),
    String(repeating: "0", count: 65), String(repeating: "é", count: 32),
  ]) func otherTextsAreNoKeys(text: String) throws {
    #expect(StepKey(hex: text) == nil)
    let json = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([StepKey].self, from: json) }
  }

  @Test func isOneTextInJSON() throws {
    let key = StoreFolder.key()
    let json = try JSONEncoder().encode([key])
    #expect(String(decoding: json, as: UTF8.self) == "[\"\(key.hex)\"]")
    #expect(try JSONDecoder().decode([StepKey].self, from: json) == [key])
  }
}

@Suite struct StoreTests {
  let folder: StoreFolder
  let store: Store
  let key = StoreFolder.key()

  init() throws {
    folder = try StoreFolder()
    store = try Store(at: folder.url)
  }

  @Test func givesBackWhatWasWritten() throws {
    #expect(!store.contains(key))
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    #expect(store.contains(key))
    for (name, bytes) in StoreFolder.files { #expect(try store.read(name, of: key) == bytes, "\(name)") }
    try store.verify(key)
    #expect(store.keys == [key])
    #expect(folder.names("temporary") == [])
    let record = try store.record(of: key)
    let written = StoreFolder.record()
    #expect(record.files.mapValues(\.size) == ["model.safetensors": 5000, "empty": 0, "notes.txt": 1])
    #expect(record.files["empty"]?.sha256.hasPrefix("e3b0c44298fc1c14") == true)
    #expect(record.configuration == written.configuration)
    #expect(record.notes["loss"] == 0.25)
    #expect(record.notes["nothing"]?.isNaN == true)
    #expect(record.notes["most"] == .infinity)
    #expect(record.parents == written.parents)
    #expect(record.plugins == written.plugins)
    #expect(record.gitRevision == "abcdef")
    #expect(record.started == written.started && record.seconds == 1.5 && record.peakBytes == 4096)
    #expect(!record.host.isEmpty && !record.processor.isEmpty && !record.blas.isEmpty)
    #expect(["amx", "avx512", "avx2", "portable"].contains(record.instructionSet))
  }

  @Test func namesOfPropertiesOnDiskAreInSnakeCase() throws {
    try store.write(StoreFolder.record(), files: [])
    let text = try String(contentsOf: folder.artifact(key).appending(path: "step.json"), encoding: .utf8)
    for name in ["git_revision", "instruction_set", "peak_bytes"] { #expect(text.contains("\"\(name)\"")) }
  }

  @Test func theChecksumFileIsOneThatOtherToolsRead() throws {
    try store.write(StoreFolder.record(), files: [])
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/sha256sum")
    process.arguments = ["--check", "--strict", "--status", "step.sha256"]
    process.currentDirectoryURL = folder.artifact(key)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func sameContentsAreSameBytes() throws {
    let other = try StoreFolder()
    let otherStore = try Store(at: other.url)
    try store.write(StoreFolder.record(seconds: 1), files: StoreFolder.files)
    try otherStore.write(StoreFolder.record(seconds: 2), files: StoreFolder.files)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.artifact(key).path).sorted()
    #expect(names == ["empty", "model.safetensors", "notes.txt", "step.json", "step.sha256"])
    for name in names where !name.hasPrefix("step.") {
      let (one, two) = (folder.artifact(key).appending(path: name), other.artifact(key).appending(path: name))
      #expect(try Data(contentsOf: one) == Data(contentsOf: two), "\(name)")
    }
    // The same record, too, is always the same bytes.
    let third = try StoreFolder()
    try Store(at: third.url).write(StoreFolder.record(seconds: 1), files: StoreFolder.files)
    for name in ["step.json", "step.sha256"] {
      let (one, two) = (folder.artifact(key).appending(path: name), third.artifact(key).appending(path: name))
      #expect(try Data(contentsOf: one) == Data(contentsOf: two), "\(name)")
    }
  }

  @Test func aWholeResultIsKept() throws {
    try store.write(StoreFolder.record(), files: [("a", [1])])
    try store.write(StoreFolder.record(), files: [("a", [2])])
    #expect(try store.read("a", of: key) == [1])
    #expect(folder.names("damaged") == [])
    #expect(folder.names("temporary") == [])
  }

  @Test func manyThreadsMayWriteTheSameResult() async throws {
    let store = store
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { try store.write(StoreFolder.record(), files: StoreFolder.files) }
      }
      try await group.waitForAll()
    }
    try store.verify(key)
    #expect(folder.names("temporary") == [])
    #expect(folder.names("damaged") == [])
  }

  @Test func whatIsNotThereIsMissing() throws {
    let path = folder.artifact(key).path
    #expect(throws: StoreError.missing(key: key, path: path)) { try store.record(of: key) }
    #expect(throws: StoreError.missing(key: key, path: path)) { try store.read("a", of: key) }
    #expect(throws: StoreError.missing(key: key, path: path)) { try store.verify(key) }
    #expect(throws: StoreError.missing(key: key, path: path)) { try store.discard(key) }
    #expect(store.keys == [])
    try store.write(StoreFolder.record(), files: [("a", [1])])
    let error = try #require(throws: StoreError.self) { try store.read("b", of: key) }
    #expect(error == .noSuchFile("b", key: key, available: ["a"]))
    #expect(error.description.contains("\"b\""))
  }

  @Test func nothingIsMadeBeforeSomethingIsWritten() throws {
    let root = folder.url.appending(path: "not yet/store")
    let store = try Store(at: root)
    #expect(!store.contains(key))
    #expect(store.keys == [])
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "not yet").path))
    try store.write(StoreFolder.record(), files: [])
    #expect(try Store(at: root).keys == [key])
  }

  @Test func aFileIsNoStore() throws {
    let file = folder.url.appending(path: "file")
    try Data([1]).write(to: file)
    #expect(throws: StoreError.notAFolder(path: file.path)) { try Store(at: file) }
    let below = try Store(at: file.appending(path: "store"))
    #expect(throws: StoreError.notAFolder(path: file.path)) { try below.write(StoreFolder.record(), files: []) }
    #expect(throws: StoreError.notAFolder(path: file.path)) { try below.lock() }
  }

  @Test func otherThingsInTheFolderAreNoResults() throws {
    try store.write(StoreFolder.record(), files: [])
    let steps = folder.url.appending(path: "steps")
    for name in ["ff/readme", "zz", "\(key.hex.prefix(2))/abc", "00/\(key.hex)"] {
      try FileManager.default.createDirectory(at: steps.appending(path: name), withIntermediateDirectories: true)
    }
    #expect(store.keys == [key])
  }
}
