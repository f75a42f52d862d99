import Experiments
import Foundation
import TestSupport
import Testing

@Suite("A store that is full")
struct FullStoreTests {
  @Test(
    "stops the run at the first failure of that kind, says it once, and the run goes on with room again",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a file system, which this user does not have"),
    arguments: [1, 2])
  func full(workers: Int) async throws {
    let folder = try StoreFolder()
    let disk = try SmallDisk(at: folder.url.appending(path: "disk"), megabytes: 32)
    let filler = disk.url.appending(path: "filler")
    let store = try Store(at: disk.url.appending(path: "store"))
    // Models and predictions have some ten thousand bytes.
    let plan = try SmallExperiment().plan()
    _ = try store.lock()
    try fill(filler, leaving: 400_000)
    let witness = Witness()
    let error = await #expect(throws: StoreError.self) {
      try await Executor(plan, store: store, workers: workers, observer: witness).run()
    }
    guard case .full(let path, let reason) = error else {
      Issue.record("unexpected \(String(describing: error))")
      return
    }
    #expect(path.hasPrefix(disk.url.path) && reason.contains("No space left"))
    #expect(witness.all("failed") == [] && witness.all("skipped") == [] && witness.all("repaired") == [])
    #expect(witness.all("started").count < plan.steps.count)
    for key in store.keys { try store.verify(key) }
    try FileManager.default.removeItem(at: filler)
    let summary = try await Executor(plan, store: store, workers: workers, observer: Witness()).run()
    #expect(summary.failed == 0 && summary.reused == witness.all("finished").count)
    withExtendedLifetime(disk) {}
  }

  /// Writes `file` until about `bytes` are free on its disk.
  private func fill(_ file: URL, leaving bytes: Int) throws {
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: file.deletingLastPathComponent().path)
    let free = try #require(attributes[.systemFreeSize] as? Int)
    try Data(count: max(0, free - bytes)).write(to: file)
  }
}
