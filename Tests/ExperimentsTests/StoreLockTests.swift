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

  @Test func aLockThatAnotherProcessHoldsCannotBeTaken() async throws {
    _ = try store.lock()
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    // flock(1) tells that it has the lock by running the command.
    let output = Pipe()
    holder.standardOutput = output
    holder.arguments = ["flock", "--no-fork", lockPath, "sh", "-c", "echo locked; exec sleep 60"]
    try holder.run()
    defer { kill(holder.processIdentifier, SIGKILL) }
    try #require(output.fileHandleForReading.availableData == Data("locked\n".utf8))
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
    let writer = Process()
    writer.executableURL = URL(filePath: "/usr/bin/env")
    let output = Pipe()
    writer.standardOutput = output
    let path = folder.url.appending(path: "writers").path
    writer.arguments = ["flock", "--no-fork", "--shared", path, "sh", "-c", "echo writing; exec sleep 60"]
    try writer.run()
    defer { kill(writer.processIdentifier, SIGKILL) }
    try #require(output.fileHandleForReading.availableData == Data("writing\n".utf8))
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
