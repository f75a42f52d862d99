import Experiments
import Foundation
import Testing

@Suite struct StoreLockTests {
  let folder: StoreFolder
  let store: Store

  init() throws {
    folder = try StoreFolder()
    store = try Store(at: folder.url)
  }

  private var lockPath: String { folder.url.appending(path: "lock").path }

  @Test func onlyOneHolderInAProcess() throws {
    let pid = Int(getpid())
    var lock: StoreLock? = try store.lock()
    #expect(try String(contentsOfFile: lockPath, encoding: .utf8) == "\(pid)\n")
    let second = try Store(at: folder.url)
    let error = try #require(throws: StoreError.self) { try second.lock() }
    #expect(error == .locked(pid: pid, path: lockPath))
    #expect(error.description.contains("\(pid)"))
    withExtendedLifetime(lock) {}
    lock = nil
    let next = try second.lock()
    #expect(try String(contentsOfFile: lockPath, encoding: .utf8) == "\(pid)\n")
    withExtendedLifetime(next) {}
  }

  @Test func anotherProcessCannotTakeAHeldLock() async throws {
    let lock = try store.lock()
    let (path, pid) = (folder.path, Int(getpid()))
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String, pid = pid as Int] in
      do {
        _ = try Store(at: URL(filePath: path)).lock()
      } catch {
        guard case StoreError.locked(let holder, _) = error else { throw error }
        exit(holder == pid ? 42 : 1)
      }
    }
    withExtendedLifetime(lock) {}
  }

  /// A process that holds a lock of the store while it runs `script`.
  private func holder(of name: String, _ options: String..., script: String = "exec sleep 60") throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let lock = folder.url.appending(path: name).path
    process.arguments = ["flock", "--no-fork"] + options + [lock, "sh", "-c", "echo locked; \(script)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // The script begins when flock(1) has the lock.
    try #require(output.fileHandleForReading.availableData == Data("locked\n".utf8))
    return process
  }

  @Test func aLockThatAnotherProcessHoldsCannotBeTaken() async throws {
    _ = try store.lock()
    let holder = try holder(of: "lock")
    defer { kill(holder.processIdentifier, SIGKILL) }
    #expect(throws: StoreError.locked(pid: nil, path: lockPath)) { try store.lock() }
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    _ = try store.lock()
  }

  @Test func aKilledProcessHoldsNoLock() async throws {
    let path = folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lock = try Store(at: URL(filePath: path)).lock()
      kill(getpid(), SIGKILL)
      withExtendedLifetime(lock) {}
    }
    let lock = try store.lock()
    #expect(try String(contentsOfFile: lockPath, encoding: .utf8) == "\(getpid())\n")
    withExtendedLifetime(lock) {}
  }

  /// Results come from worker processes, too, which may live on when the process that planned them is gone.
  @Test func nothingIsTidiedWhileAnotherProcessWrites() throws {
    _ = try store.lock()
    let left = "other-1-2-3-0123456789ab"
    let temporary = folder.url.appending(path: "temporary")
    try FileManager.default.createDirectory(
      at: temporary.appending(path: left), withIntermediateDirectories: true)
    let writer = try holder(of: "writers", "--shared")
    defer { kill(writer.processIdentifier, SIGKILL) }
    _ = try store.lock()
    #expect(folder.names("temporary") == [left])
    // Others write at the same time.
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    #expect(store.contains(StoreFolder.key()))
    kill(writer.processIdentifier, SIGKILL)
    writer.waitUntilExit()
    _ = try store.lock()
    #expect(folder.names("temporary") == [])
  }

  /// Whoever removes incomplete results holds this lock alone.
  @Test func nothingIsWrittenWhileAnotherProcessTidies() throws {
    _ = try store.lock()
    let elsewhere = try StoreFolder()
    let tidier = try holder(of: "writers", script: "sleep 0.3; touch '\(elsewhere.path)/tidied'")
    try store.write(StoreFolder.record(), files: StoreFolder.files)
    #expect(elsewhere.names("") == ["tidied"])
    tidier.waitUntilExit()
  }

  /// The children of a process that was killed must not keep its lock alive, so none may inherit the descriptor.
  @Test func childrenDoNotInheritTheLock() throws {
    let lock = try store.lock()
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
    let own = open.filter {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == lockPath
    }
    try #require(own.count == 1)
    #expect(fcntl(own[0], F_GETFD) & FD_CLOEXEC != 0)
    withExtendedLifetime(lock) {}
  }
}
