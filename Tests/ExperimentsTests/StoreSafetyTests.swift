import Experiments
import Foundation
import Testing

/// Files that do not belong to a store are not changed.
@Suite struct StoreSafetyTests {
  let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private func make(_ name: String, _ text: String = "mine\n") throws {
    let file = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func link(_ name: String, to target: URL) throws {
    let place = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: place, withDestinationURL: target)
  }

  /// Every name below the folder with the bytes of files.
  private func contents() -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map { ($0, (try? Data(contentsOf: folder.url.appending(path: $0))) ?? Data()) })
  }

  /// Folders that a person may name by mistake; the last ones look like a store at first sight.
  static let others: [[String: String]] = [
    ["notes.txt": "mine\n"], ["temporary/draft.txt": "mine\n"], ["lock": "mine\n", "temporary/a/b": "c"],
    ["index.sqlite": "this is no database"], ["steps/one/step.json": "{}"], ["failures/list.txt": "none"],
    ["damaged/photo.jpg": "x"], [".git/HEAD": "ref: refs/heads/main\n"],
    ["lock": "4711\n"], ["lock": ""],
  ]

  @Test(arguments: others.indices) func aFolderOfSomethingElseIsRefusedAndStaysAsItIs(number: Int) throws {
    for (name, text) in Self.others[number] { try make(name, text) }
    let before = contents()
    let error = try #require(throws: StoreError.self) { try Store(at: folder.url) }
    guard case .notAStore(let path, let found) = error else {
      Issue.record("unexpected \(error)")
      return
    }
    #expect(path == folder.path.trimmingSuffix("/"))
    #expect(Self.others[number].keys.contains { found.contains($0.prefix { $0 != "/" }) }, "\(found)")
    #expect(error.description.contains("this folder is no store") && error.description.contains("nothing was changed"))
    #expect(contents() == before)
  }

  @Test func aFolderThatFillsUpBetweenOpeningAndWritingIsRefused() throws {
    let store = try Store(at: folder.url)
    try make("notes.txt")
    let before = contents()
    #expect(throws: StoreError.notAStore(path: folder.path.trimmingSuffix("/"), found: "\"notes.txt\"")) {
      try store.lock()
    }
    #expect(throws: StoreError.self) { try store.write(StoreFolder.record(), files: StoreFolder.files) }
    #expect(contents() == before)
  }

  @Test func theMarkerIsWrittenFirstAndIsEnough() throws {
    let store = try Store(at: folder.url)
    let lock = try store.lock()
    #expect(folder.names("").contains("store.json"))
    try make("table.csv")
    #expect(try Store(at: folder.url).keys == [])
    withExtendedLifetime(lock) {}
  }

  @Test func storesOlderThanTheMarkerAreKnown() throws {
    let store = try Store(at: folder.url)
    let lock = try store.lock()
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    try FileManager.default.removeItem(at: folder.url.appending(path: "store.json"))
    // With a result, other files do no harm.
    try make("table.csv")
    #expect(try Store(at: folder.url).keys == [StoreFolder.key()])
    try FileManager.default.removeItem(at: folder.url.appending(path: "table.csv"))
    // Without one, all that is there must be of a store.
    try store.discard(StoreFolder.key())
    #expect(try Store(at: folder.url).keys == [])
    try make("table.csv")
    #expect(throws: StoreError.self) { try Store(at: folder.url) }
    withExtendedLifetime(lock) {}
  }

  @Test(arguments: ["{\"store\": \"wine\"}", "{\"store\": \"lacuna\", \"version\": 99}\n", ""], [true, false])
  func anotherMarkerIsRefused(text: String, hasResult: Bool) throws {
    let store = try Store(at: folder.url)
    if hasResult { try store.write(StoreFolder.record(), files: StoreFolder.files) }
    try make("store.json", text)
    let before = contents()
    for open in [{ _ = try Store(at: folder.url) }, { _ = try store.lock() }] {
      let error = try #require(throws: StoreError.self) { try open() }
      guard case .foreignMarker(let path, _, let found) = error else {
        Issue.record("unexpected \(error)")
        return
      }
      #expect(path == folder.url.appending(path: "store.json").path)
      #expect(found == (text.isEmpty ? "nothing" : text.trimmingSuffix("\n")))
    }
    #expect(contents() == before)
  }

  @Test(arguments: ["", "\r\n", "\n\n", " "])
  func spacesInTheMarkerDoNotMatter(end: String) throws {
    try Store(at: folder.url).write(StoreFolder.record(), files: StoreFolder.files)
    let text = "{\"store\":\"lacuna\", \"version\":1}\(end)"
    try make("store.json", text)
    let store = try Store(at: folder.url)
    #expect(store.keys.count == 1)
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    #expect(try String(contentsOf: folder.url.appending(path: "store.json"), encoding: .utf8) == text)
  }

  @Test func aMarkerThatIsNoFileIsRefused() throws {
    let store = try Store(at: folder.url)
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    let marker = folder.url.appending(path: "store.json")
    try FileManager.default.removeItem(at: marker)
    try #require(mkfifo(marker.path, 0o644) == 0)
    #expect(throws: StoreError.notAFile(path: marker.path)) { try Store(at: folder.url) }
    #expect(throws: StoreError.notAFile(path: marker.path)) { try store.lock() }
  }

  @Test func onlyNamesThatTheStoreMakesAreRemoved() throws {
    _ = try Store(at: folder.url).lock()
    let own = "some_host-12-345-6-0123456789ab"
    for name in ["notes.txt", "a-1-2-3-0123456789AB", "host-1-2-3-abc", "-1-2-3-0123456789ab"] {
      try make("temporary/\(name)")
    }
    try make("temporary/\(own)/step.json")
    try make("temporary/\(own)-failure")
    _ = try Store(at: folder.url)
    #expect(folder.names("temporary").count == 6, "opening removes nothing")
    let lock = try Store(at: folder.url).lock()
    #expect(
      folder.names("temporary") == ["-1-2-3-0123456789ab", "a-1-2-3-0123456789AB", "host-1-2-3-abc", "notes.txt"])
    withExtendedLifetime(lock) {}
  }

  @Test(arguments: ["temporary", "steps", "damaged", "failures"])
  func foldersThatAreLinksAreRefused(name: String) throws {
    let elsewhere = try StoreFolder()
    let kept = elsewhere.url.appending(path: "some_host-12-345-6-0123456789ab")
    try Data("mine".utf8).write(to: kept)
    let store = try Store(at: folder.url)
    try store.write(StoreFolder.record("other"), files: [])
    try? FileManager.default.removeItem(at: folder.url.appending(path: name))
    try link(name, to: elsewhere.url)
    #expect(throws: StoreError.notAFolder(path: folder.url.appending(path: name).path)) {
      let lock = try store.lock()
      if name == "damaged" {
        try store.discard(StoreFolder.key("other"))
      } else {
        try store.write(StoreFolder.record(), files: StoreFolder.files)
      }
      withExtendedLifetime(lock) {}
      // Failure notes are written by executions alone.
      if name == "failures" { throw StoreError.notAFolder(path: folder.url.appending(path: name).path) }
    }
    #expect(elsewhere.names("") == [kept.lastPathComponent])
  }

  @Test(arguments: ["pipe", "file", "link"]) func stepsThatAreNoFolderAreRefused(what: String) throws {
    _ = try Store(at: folder.url).lock()
    let steps = folder.url.appending(path: "steps")
    switch what {
    case "pipe": try #require(mkfifo(steps.path, 0o644) == 0)
    case "file": try Data().write(to: steps)
    default: try link("steps", to: folder.url.appending(path: "temporary"))
    }
    #expect(throws: StoreError.notAFolder(path: steps.path)) { try Store(at: folder.url, mustExist: true) }
  }

  @Test func linksInTemporaryResultsAreNotFollowed() throws {
    let elsewhere = try StoreFolder()
    try Data("mine".utf8).write(to: elsewhere.url.appending(path: "file"))
    _ = try Store(at: folder.url).lock()
    try link("temporary/some_host-12-345-6-0123456789ab/inner", to: elsewhere.url)
    try link("temporary/some_host-12-345-7-0123456789ab", to: elsewhere.url)
    let lock = try Store(at: folder.url).lock()
    #expect(folder.names("temporary") == [])
    #expect(elsewhere.names("") == ["file"])
    withExtendedLifetime(lock) {}
  }

  @Test func aLockThatIsALinkIsRefused() throws {
    let elsewhere = try StoreFolder()
    let target = elsewhere.url.appending(path: "file")
    try Data("mine".utf8).write(to: target)
    let store = try Store(at: folder.url)
    _ = try store.lock()
    let place = folder.url.appending(path: "lock")
    try FileManager.default.removeItem(at: place)
    try link("lock", to: target)
    #expect(throws: StoreError.notAFile(path: place.path)) { try store.lock() }
    #expect(try Data(contentsOf: target) == Data("mine".utf8))
  }

  @Test func theStoreItselfMayBeALink() throws {
    let elsewhere = try StoreFolder()
    try link("linked", to: elsewhere.url)
    let store = try Store(at: folder.url.appending(path: "linked"))
    let lock = try store.lock()
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    #expect(try Store(at: elsewhere.url).keys == [StoreFolder.key()])
    withExtendedLifetime(lock) {}
  }

  @Test func aFolderThatMayNotBeReadIsTold() async throws {
    let store = try Store(at: folder.url)
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    let path = folder.path
    let key = StoreFolder.key()
    for closed in ["", "steps", "steps/\(key.hex.prefix(2))", "steps/\(key.hex.prefix(2))/\(key)"] {
      let place = folder.url.appending(path: closed).path
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place)
      await #expect(processExitsWith: .exitCode(42), "\(closed)") { [path = path as String] in
        // Root may read everything, so it becomes "nobody" here.
        precondition(getuid() != 0 || setuid(65534) == 0)
        do {
          let key = StepKey(canonicalText: "step")
          let store = try Store(at: URL(filePath: path))
          precondition(store.contains(key), "what may not be read is not missing")
          try store.verify(key)
        } catch {
          guard case StoreError.notReadable(let failed, let reason) = error else { throw error }
          exit(failed.hasPrefix(String(path.dropLast())) && reason.contains("Permission denied") ? 42 : 1)
        }
      }
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)
    }
  }

  @Test func readersNeedAStore() throws {
    let nowhere = folder.url.appending(path: "nowhere")
    #expect(throws: StoreError.noStore(path: nowhere.path)) { try Store(at: nowhere, mustExist: true) }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
