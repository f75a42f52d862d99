import BuiltIns
import Data
import Engine
import Experiments
import Foundation
import Shapes
import TestSupport
import Testing
import Unlearning

/// Asks for more memory than any machine has.
struct GreedyMethod: UnlearningMethod {
  static let card = Card(
    name: "greedy", title: "Greedy", summary: "Takes memory.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]
  init() {}
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    _ = Tensor(zeros: [1 << 45])
    return original
  }
}

/// A data set that asks for as much, while it is loaded.
struct GreedySource: DatasetSource {
  static let card = Card(
    name: "greedy-data", title: "Greedy", summary: "Takes memory.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let remoteFiles: [RemoteFile] = []
  private var real: ShapesSource {
    var small = ShapesSource()
    (small.trainCount, small.testCount) = (300, 100)
    return small
  }
  var classNames: [String] { real.classNames }
  var imageShape: [Int] { real.imageShape }
  init() {}
  func localFiles() throws(DataError) -> [URL] { [] }
  func outline() throws(DataError) -> DataSplits { try real.load() }
  func load() throws(DataError) -> DataSplits {
    _ = Tensor(zeros: [1 << 45])
    return try real.load()
  }
}

@Suite("Running out of memory") struct OutOfMemoryTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private static let message =
    "out of memory: 140737488355328 bytes for a tensor were refused; finished steps are kept, fewer steps side by side "
    + "(--workers) or a smaller batch_size take less"

  @Test("running out of memory fails the allocating step; the others finish", arguments: [1, 2])
  func step(workers: Int) async throws {
    let registry = Registry {
      Registry.builtIns
      GreedyMethod.self
    }
    let plan = try SmallExperiment { $0.methods[1] = "greedy" }.plan(registry: registry)
    let store = try Store(at: folder.url.appending(path: "store"))
    let summary = try await Executor(plan, store: store, workers: workers, observer: Witness()).run()
    #expect(summary.failures.map(\.error) == [Self.message, Self.message])
    // Each failed model has predictions, one attack and two metrics.
    #expect(summary.skipped == 8 && summary.finished == plan.steps.count - 10)
    let missing = try results(of: plan, store: store).missing
    #expect(missing.count == 6 && missing.allSatisfy { $0.reason == "failed: \(Self.message)" })
  }

  @Test("running out of memory in a data set fails all steps that need it, and none waits forever", arguments: [1, 2])
  func data(workers: Int) async throws {
    let registry = Registry {
      Registry.builtIns
      GreedySource.self
    }
    let plan = try SmallExperiment { $0.data = ["greedy-data"] }.plan(registry: registry)
    let store = try Store(at: folder.url.appending(path: "store"))
    let summary = try await Executor(plan, store: store, workers: workers, observer: Witness()).run()
    #expect(summary.finished == 0)
    // Two seeds' originals and retrained models.
    #expect(summary.failures.map(\.error) == [String](repeating: Self.message, count: 4))
  }
}
