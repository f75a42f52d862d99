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
