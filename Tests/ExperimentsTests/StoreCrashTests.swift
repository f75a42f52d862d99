import Experiments
import Foundation
import Testing

/// Processes that are killed, and disks that are full, during a write.
@Suite struct StoreCrashTests {
  let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  /// Every result that is there is whole.
  private func expectOnlyWholeResults(_ store: Store) throws {
    for key in store.keys {
      #expect(store.contains(key))
      try store.verify(key)
    }
  }

  @Test(arguments: [1, 3, 10, 30]) func aKilledProcessLeavesOnlyWholeResults(milliseconds: Int) async throws {
    let path = folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, milliseconds] in
      let store = try Store(at: URL(filePath: path))
      let lock = try store.lock()
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
        kill(getpid(), SIGKILL)
      }
      for step in 0... {
        try store.write(StoreFolder.record("\(step)"), files: StoreFolder.files)
        withExtendedLifetime(lock) {}
      }
    }
    let store = try Store(at: folder.url)
    try expectOnlyWholeResults(store)
    // The lock went with the process, and what it left half-written goes now.
    let lock = try store.lock()
    #expect(folder.names("temporary") == [])
    try store.write(StoreFolder.record("after"), files: StoreFolder.files)
    try store.verify(StoreFolder.key("after"))
    withExtendedLifetime(lock) {}
  }

  /// Stops the writing at every file and at many places inside, as a full disk would.
  @Test func aWriteThatEndsAnywhereLeavesAllOrNothing() async throws {
    let path = folder.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var stopped = 0
      for limit in [0, 1, 60, 82, 83, 500, 1000, 4999, 5000, 1 << 20] {
        let store = try Store(at: URL(filePath: path).appending(path: "\(limit)"))
        let key = StoreFolder.key()
        var size = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &size)
        size.rlim_cur = rlim_t(limit)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &size)
        do {
          try store.write(StoreFolder.record(), files: StoreFolder.files)
        } catch {
          guard case StoreError.full(let failed, let reason) = error else { throw error }
          stopped += 1
          precondition(failed.hasPrefix(path) && reason.contains("errno"), "\(failed): \(reason)")
          precondition(!store.contains(key) && store.keys.isEmpty, "limit \(limit): a result is there")
        }
        size.rlim_cur = size.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &size)
        let left = try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(limit)/temporary")
        precondition(left?.isEmpty ?? true, "limit \(limit): half a result is left")
        // With room again, the same store takes the result.
        try store.write(StoreFolder.record(), files: StoreFolder.files)
        try store.verify(key)
      }
      precondition(stopped >= 7, "only \(stopped) writes were stopped")
    }
  }

  @Test(
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a file system, which this user does not have"))
  func aFullDiskIsToldAndLeavesNothing() throws {
    let disk = try SmallDisk(at: folder.url.appending(path: "disk"))
    let store = try Store(at: disk.url)
    let (small, large) = (StoreFolder.key("small"), StoreFolder.key("large"))
    try store.write(StoreFolder.record("small"), files: StoreFolder.files)
    let error = try #require(throws: StoreError.self) {
      try store.write(
        StoreFolder.record("large"), files: [("a", [1]), ("model", [UInt8](repeating: 1, count: 4 << 20))])
    }
    guard case .full(let path, let reason) = error else {
      Issue.record("unexpected \(error)")
      return
    }
    #expect(path.hasPrefix(disk.url.path) && path.hasSuffix("/model"))
    #expect(reason.contains("No space left"))
    #expect(error.description.contains("free some space"))
    #expect(!store.contains(large))
    #expect(store.keys == [small])
    #expect(folder.names("disk/temporary") == [])
    try store.verify(small)
    withExtendedLifetime(disk) {}
  }

  @Test func aStoreThatMayNotBeWrittenIsTold() async throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
    let path = folder.path
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
      // Root may write everywhere, so it becomes "nobody" here.
      precondition(getuid() != 0 || setuid(65534) == 0)
      do {
        try Store(at: URL(filePath: path)).write(StoreFolder.record(), files: [])
      } catch {
        guard case StoreError.notWritable(let failed, _) = error else { throw error }
        exit(failed.hasPrefix(path) ? 42 : 1)
      }
    }
  }

  @Test func halfWrittenFoldersAreNoResultsAndGoWithTheirProcess() async throws {
    let path = folder.path
    // A process writes, sets up a half-written folder as if it had been stopped there, and is killed.
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try Store(at: URL(filePath: path))
      try store.write(StoreFolder.record(), files: StoreFolder.files)
      // The writer's temporary folders are seen while they exist; this thread leaves one whose name differs only in the
      // last part, which is random, so that the writer neither moves nor removes it.
      let temporary = "\(path)/temporary"
      let writer = Thread {
        for step in 0... { try? store.write(StoreFolder.record("\(step)"), files: StoreFolder.files) }
      }
      writer.start()
      while true {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: temporary)) ?? []
        guard let name = names.first else { continue }
        let half = "\(temporary)/\(name.dropLast(12))0123456789ab"
        try FileManager.default.createDirectory(atPath: half, withIntermediateDirectories: false)
        try Data([1]).write(to: URL(filePath: "\(half)/left"))
        kill(getpid(), SIGKILL)
      }
    }
    let left = folder.names("temporary")
    #expect(!left.isEmpty)
    let store = try Store(at: folder.url)
    #expect(folder.names("temporary") == left, "reading removes nothing")
    try expectOnlyWholeResults(store)
    let lock = try store.lock()
    #expect(folder.names("temporary") == [], "nobody else can be writing now")
    withExtendedLifetime(lock) {}
  }
}

/// A small file system in memory.
final class SmallDisk: Sendable {
  let url: URL

  init(at url: URL, megabytes: Int = 1) throws {
    self.url = url
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try #require(Self.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", url.path]))
  }

  deinit { _ = Self.run("umount", [url.path]) }

  static let isPossible: Bool = {
    guard getuid() == 0, let folder = try? StoreFolder() else { return false }
    return (try? SmallDisk(at: folder.url.appending(path: "disk"))) != nil
  }()

  private static func run(_ command: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [command] + arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
