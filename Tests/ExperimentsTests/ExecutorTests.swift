import BuiltIns
import ConfigYAML
import Data
import Engine
import Experiments
import Foundation
import Synchronization
import TestSupport
import Testing
import Unlearning

/// Records all events.
final class Witness: ExecutionObserver {
  private let told = Mutex<[String]>([])
  private let onFinish: @Sendable (Int) -> Void

  init(onFinish: @escaping @Sendable (_ count: Int) -> Void = { _ in }) { self.onFinish = onFinish }

  func all(_ prefix: String) -> [String] { told.withLock { $0.filter { $0.hasPrefix(prefix) } } }
  private func tell(_ text: String) { told.withLock { $0.append(text) } }

  func started(_ step: Step, index: Int, total: Int) { tell("started \(index)/\(total) \(step.label)") }
  func progressed(_ step: Step, fraction: Double) {}
  func finished(_ step: Step, seconds: Double) {
    tell("finished \(step.kind.rawValue) \(step.label)")
    onFinish(all("finished").count)
  }
  func reused(count: Int) { tell("reused \(count)") }
  func failed(_ step: Step, error: String, skipping: Int) {
    tell("failed \(step.label), skipping \(skipping): \(error)")
  }
  func skipped(_ step: Step, because reason: String) { tell("skipped \(step.label): \(reason)") }
  func repaired(_ message: String) { tell("repaired \(message)") }
  func noted(_ message: String) { tell("noted \(message)") }
  func working(_ workers: Int, gain: Double?) { tell("working \(workers)") }
}

/// Fails until `isMended`.
struct FailingMethod: UnlearningMethod {
  static let isMended = Mutex(false)
  static let card = Card(
    name: "failing", title: "Failing", summary: "Fails.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]
  init() {}
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    guard Self.isMended.withLock({ $0 }) else { throw UnlearningError.lossNotFinite(epoch: 1, step: 2) }
    return original
  }
}

/// Returns two values of one name.
struct TwiceNamedMetric: Metric {
  static let card = Card(
    name: "twice", title: "Twice", summary: "Two values.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let reads: Set<EvidenceKind> = [.predictions]
  static let measures = [MeasurementKind("<group>", direction: .higher, meaning: "anything")]
  init() {}
  func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    [0.25, 0.75].map { Self.measures[0].named("cat_her2_").value($0) }
  }
}

/// Leaves a number behind that is not finite.
struct ExplodingMethod: UnlearningMethod {
  static let card = Card(
    name: "exploding", title: "Exploding", summary: "Explodes.", source: Source(authors: "Nobody", venue: "nowhere"))
  static let needs: Set<MethodNeed> = [.originalModel]
  static let serves: Set<RequestKind> = [.oneClass]
  init() {}
  func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    var model = original
    model.parameters["head.bias"]?[3] = .nan
    return model
  }
}

@Suite("Executions") struct ExecutorTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private func execute(
    _ plan: Plan, in store: String, workers: Int? = 1, witness: Witness = Witness()
  ) async throws -> (ExecutionSummary, Store) {
    let store = try Store(at: folder.url.appending(path: store))
    let executor = Executor(plan, store: store, workers: workers, observer: witness)
    return (try await executor.run(), store)
  }

  /// Every file of every artifact but the records, which have times in them.
  private func contents(_ store: Store, _ plan: Plan) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for step in plan.steps {
      for name in try store.record(of: step.key).files.keys {
        found["\(step.label)/\(step.key.short)/\(name)"] = try store.read(name, of: step.key)
      }
    }
    return found
  }

  @Test("one worker and two give the same bytes and the same rows")
  func workers() async throws {
    let plan = try SmallExperiment().plan()
    let (one, first) = try await execute(plan, in: "one", workers: 1)
    let (two, second) = try await execute(plan, in: "two", workers: 2)
    #expect(one.finished == plan.steps.count && two.finished == plan.steps.count)
    #expect(one.failures.isEmpty && two.failures.isEmpty)
    let (left, right) = (try contents(first, plan), try contents(second, plan))
    #expect(left.count >= plan.steps.count)
    #expect(Set(left.keys) == Set(right.keys))
    for (name, bytes) in left { #expect(right[name] == bytes, "\(name) differs") }
    let (rows, missing) = try results(of: plan, store: first)
    #expect(missing.isEmpty)
    #expect(try results(of: plan, store: second).rows == rows)
  }

  @Test("without a number of workers, short work starts at once with one worker per core")
  func chosenWorkers() async throws {
    let witness = Witness()
    let (summary, _) = try await execute(try SmallExperiment().plan(), in: "store", workers: nil, witness: witness)
    #expect(summary.failed == 0)
    #expect(witness.all("working") == ["working \(min(ProcessInfo.processInfo.activeProcessorCount, 8))"])
  }

  private static let weights = GoldenFile.url("weights", "weights.safetensors")

  /// The small experiment with a ResNet-18 that begins with the weights at `path`.
  private func weighted(_ path: String) throws -> Plan {
    try SmallExperiment {
      $0.architectures = ["resnet18: {width: 2, stem: large, weights: '\(path)'}"]
      $0.training = "epochs: 0, learning_rate: 0.05"
    }.plan()
  }

  @Test("originals and retrained models are initialized with the weights of a file")
  func initialWeights() async throws {
    let plan = try weighted(Self.weights.path)
    let (summary, store) = try await execute(plan, in: "store")
    #expect(summary.failures.isEmpty, "\(summary.failures)")
    let file = try SafeTensors([UInt8](Data(contentsOf: Self.weights)))
    let models = plan.steps.filter { $0.kind == .train || $0.label.contains("retrain") && $0.kind == .unlearn }
    try #require(models.count == 4)
    for step in models {
      let model = try SafeTensors(try store.read("model.safetensors", of: step.key))
      #expect(model.tensors["layer3.0.shortcut.1.running_var"] == file.tensors["layer3.0.downsample.1.running_var"])
      #expect(model.tensors["layer4.1.bn2.weight"] == file.tensors["layer4.1.bn2.weight"])
    }
    let heads = try models.map {
      try SafeTensors(try store.read("model.safetensors", of: $0.key)).tensors["head.weight"]
    }
    #expect(heads[0] != heads[1], "each seed has a head of its own")
  }

  @Test("weights are identified by content, not by path; missing weights are a plan error")
  func weightsAreFingerprinted() throws {
    let bytes = try Data(contentsOf: Self.weights)
    func copy(_ name: String, _ bytes: Data) throws -> String {
      let url = folder.url.appending(path: name)
      try bytes.write(to: url)
      return url.path
    }
    let keys = try weighted(Self.weights.path).steps.map(\.key)
    #expect(try weighted(try copy("same.safetensors", bytes)).steps.map(\.key) == keys)
    var changed = bytes
    changed[changed.count - 1] ^= 1
    let others = try weighted(try copy("other.safetensors", changed)).steps.map(\.key)
    #expect(Set(others).isDisjoint(with: keys))
    let error = #expect(throws: DataError.self) { try weighted("/nowhere/weights.safetensors") }
    #expect("\(try #require(error))".contains("/nowhere/weights.safetensors"))
  }

  @Test("a second run computes nothing; another file that shares steps computes only its own")
  func reuse() async throws {
    let plan = try SmallExperiment().plan()
    _ = try await execute(plan, in: "store")
    let witness = Witness()
    let (again, _) = try await execute(plan, in: "store", witness: witness)
    #expect(again.finished == 0 && again.reused == plan.steps.count)
    #expect(witness.all("started").isEmpty)
    let other = try SmallExperiment().plan(overrides: ["experiment=other", "attacks.0.mia-svc.cost=2"])
    let (third, _) = try await execute(other, in: "store")
    #expect(third.finished == other.steps.count { $0.kind == .attack })
  }

  @Test("rows of retrained models are their own reference; other gaps are to the same seed")
  func references() async throws {
    let plan = try SmallExperiment().plan()
    let (_, store) = try await execute(plan, in: "store", workers: 2)
    let rows = try results(of: plan, store: store).rows
    let accuracy = rows.filter { $0.name == "accuracy.forget_test" }
    #expect(accuracy.count == 8)
    for row in accuracy where row.role == .reference { #expect(row.value == 0 && row.gap == 0) }
    for row in rows where row.role != .reference && row.kind != .note {
      let reference = try #require(rows.first { $0.role == .reference && $0.seed == row.seed && $0.name == row.name })
      #expect(row.reference == reference.value)
      #expect(row.gap == row.value - reference.value)
    }
    // Notes of methods are rows, too: those of rwft, for two seeds.
    #expect(
      rows.filter { $0.kind == .note }.map { "\($0.method) \($0.name) \($0.unit.rawValue)" } == [
        "rwft notes.target_entropy nats", "rwft notes.target_entropy nats",
      ])
    // Answers without a model have total variation alone, and one value for each seed.
    for baseline in Baseline.allCases {
      let found = rows.filter { $0.method == baseline.rawValue }
      #expect(found.map(\.name) == ["total-variation.forget_test", "total-variation.forget_test"])
      #expect(found.allSatisfy { $0.role == .baseline && (0...1).contains($0.value) })
    }
  }

  @Test("a single retrained model has values, without distances from other retrained models")
  func oneSeed() async throws {
    let plan = try SmallExperiment {
      ($0.seeds, $0.attacks) = ("[7]", ["mia-nn: {discriminators: own}"])
      $0.data = ["shapes: {train_count: 200, test_count: 200}"]
    }.plan()
    let (summary, store) = try await execute(plan, in: "store")
    #expect(summary.failed == 0)
    let names = try results(of: plan, store: store).rows.filter { $0.kind == .attack && $0.role == .reference }.map(
      \.name)
    #expect(names == ["mia-nn.probabilities", "mia-nn.probabilities_argmax"])
  }

  @Test("the spread of a method's total variation leaves out its model and the retrained one of a seed together")
  func jointSpread() async throws {
    let plan = try SmallExperiment().plan(overrides: ["seeds=[1, 2, 3]"])
    let (_, store) = try await execute(plan, in: "store", workers: 2)
    let name = "total-variation.forget_test"
    let rows = try results(of: plan, store: store).rows.filter { $0.name == name }
    let steps = plan.steps.filter { $0.kind == .measure && $0.label.contains("rwft / total-variation") }
    let stored = try steps.map { step in
      let bytes = try store.read("measurements.json", of: step.key)
      return try #require(try JSONDecoder().decode([MeasuredValue].self, from: Data(bytes)).first)
    }
    let lists = stored.map { value -> [Double] in if case .withoutEach(let list) = value.spread { list } else { [] } }
    #expect(lists.map(\.count) == [3, 3, 3])
    let total = stored.reduce(0) { $0 + $1.value }
    let methods = rows.filter { $0.method == "rwft" }
    let floors = rows.filter { $0.role == .reference }
    for own in lists.indices {
      let others = lists.indices.filter { $0 != own }.reduce(0) { $0 + lists[$1][own] }
      let (spread, gap) = (try #require(methods[own].spreadNumber), try #require(methods[own].gapSpreadNumber))
      let floor = try #require(floors[own].spreadNumber)
      #expect(abs(spread - (total - others)) < 1e-12)
      #expect(abs(gap - (spread - floor)) < 1e-12)
    }
    // Without a value of one seed it cannot be known.
    _ = try store.discard(steps[2].key)
    let partial = try results(of: plan, store: store).rows.filter { $0.method == "rwft" && $0.name == name }
    #expect(partial.map(\.spread) == [.unknown, .unknown] && partial.map(\.gapSpread) == [.unknown, .unknown])
  }

  @Test("an interrupted execution resumes and gives the same bytes")
  func interruption() async throws {
    let plan = try SmallExperiment().plan()
    let (_, whole) = try await execute(plan, in: "whole")
    let store = try Store(at: folder.url.appending(path: "interrupted"))
    let box = Mutex<Executor?>(nil)
    let executor = Executor(
      plan, store: store, workers: 1,
      observer: Witness(onFinish: { count in if count == 4 { box.withLock { $0?.cancel() } } }))
    box.withLock { $0 = executor }
    let first = try await executor.run()
    #expect(first.wasCancelled)
    #expect(first.finished >= 4 && first.finished < plan.steps.count)
    let (second, _) = try await execute(plan, in: "interrupted")
    #expect(!second.wasCancelled)
    #expect(second.finished + first.finished == plan.steps.count)
    let (left, right) = (try contents(whole, plan), try contents(store, plan))
    for (name, bytes) in left { #expect(right[name] == bytes, "\(name) differs") }
  }

  @Test("a plugin that returns two values of one name fails, and none of its values reaches a table")
  func nameTwice() async throws {
    let registry = Registry {
      Registry.builtIns
      TwiceNamedMetric.self
    }
    let plan = try SmallExperiment { $0.metrics.append("twice") }.plan(registry: registry)
    let witness = Witness()
    let (summary, store) = try await execute(plan, in: "store", witness: witness)
    #expect(summary.failed == 8 && summary.skipped == 0)
    let expected = "two measurements are named 'cat_her2_', one of 0.25 and one of 0.75"
    #expect(witness.all("failed").count { $0.contains(expected) } == 8)
    #expect(!(try results(of: plan, store: store).rows.contains { $0.name.hasPrefix("twice") }))
  }

  @Test("a failing method skips its descendants only; all other steps run")
  func failure() async throws {
    let registry = Registry {
      Registry.builtIns
      FailingMethod.self
    }
    let plan = try SmallExperiment { $0.methods[1] = "failing" }.plan(registry: registry)
    let witness = Witness()
    let (summary, store) = try await execute(plan, in: "store", witness: witness)
    // Two seeds; each failed model has predictions, one attack and two metrics.
    #expect(summary.failed == 2 && summary.skipped == 8)
    #expect(summary.finished == plan.steps.count - 10)
    #expect(witness.all("failed").allSatisfy { $0.contains("the loss is not finite at epoch 1, step 2") })
    let missing = try results(of: plan, store: store).missing
    #expect(missing.count == 6)
    #expect(
      missing.allSatisfy { $0.reason?.hasPrefix("failed: the loss is not finite at epoch 1, step 2") == true })

    FailingMethod.isMended.withLock { $0 = true }
    let (again, _) = try await execute(plan, in: "store")
    #expect(again.failed == 0 && again.finished == 10)
    #expect(try results(of: plan, store: store).missing.isEmpty)
    #expect(plan.steps.allSatisfy { store.failure(of: $0.key) == nil })
  }

  @Test("a model with non-finite numbers is an error that names the tensor and no epoch")
  func notFinite() async throws {
    let registry = Registry {
      Registry.builtIns
      ExplodingMethod.self
    }
    let plan = try SmallExperiment { $0.methods[1] = "exploding" }.plan(registry: registry)
    let (summary, _) = try await execute(plan, in: "store")
    #expect(summary.failed == 2)
    for failure in summary.failures {
      #expect(
        failure.error
          == "the finished model's 'head.bias' has numbers that are not finite; a smaller learning rate may help")
    }
  }

  @Test("a damaged model that is needed again is set aside and recomputed")
  func damagedModel() async throws {
    let plan = try SmallExperiment().plan()
    let (_, store) = try await execute(plan, in: "store")
    let before = try contents(store, plan)
    let train = try #require(plan.steps.first { $0.kind == .train })
    let file = folder.url.appending(path: "store/steps/\(train.key.hex.prefix(2))/\(train.key.hex)/model.safetensors")
    var bytes = [UInt8](try Foundation.Data(contentsOf: file))
    bytes[bytes.count / 2] ^= 1
    try Foundation.Data(bytes).write(to: file)
    // Another method needs the original again.
    let more = try SmallExperiment().plan(overrides: ["methods.1.rwft.training.epochs=2"])
    let witness = Witness()
    let (summary, _) = try await execute(more, in: "store", witness: witness)
    #expect(summary.failed == 0, "\(summary.failures)")
    #expect(witness.all("repaired").count == 1)
    #expect(try contents(store, plan) == before)
  }

  @Test("damage that several steps detect at once is repaired once", arguments: [1, 2, 4])
  func sharedDamage(workers: Int) async throws {
    let plan = try SmallExperiment().plan()
    let (_, store) = try await execute(plan, in: "store")
    let before = try contents(store, plan)
    // Every total variation reads the predictions of all retrained models.
    let bank = plan.steps.filter { $0.kind == .predict && $0.label.contains("retrain") }
    #expect(bank.count == 2)
    for step in bank {
      let path = "store/steps/\(step.key.hex.prefix(2))/\(step.key.hex)/predictions.safetensors"
      try Foundation.Data("short".utf8).write(to: folder.url.appending(path: path))
    }
    let more = try SmallExperiment().plan(overrides: ["metrics.1.total-variation.against=mean"])
    let witness = Witness()
    let (summary, _) = try await execute(more, in: "store", workers: workers, witness: witness)
    #expect(summary.failed == 0 && summary.skipped == 0, "\(summary.failures)")
    #expect(witness.all("repaired").count == 2)
    #expect(try contents(store, plan) == before)
  }

  @Test("a damaged result is detected at the start and recomputed")
  func damagedResult() async throws {
    let plan = try SmallExperiment().plan()
    let (_, store) = try await execute(plan, in: "store")
    let rows = try results(of: plan, store: store).rows
    let measure = try #require(plan.steps.last { $0.kind == .measure })
    let path = "store/steps/\(measure.key.hex.prefix(2))/\(measure.key.hex)/measurements.json"
    let file = folder.url.appending(path: path)
    try Foundation.Data("[".utf8).write(to: file)
    let witness = Witness()
    let (summary, _) = try await execute(plan, in: "store", witness: witness)
    #expect(summary.finished == 1)
    #expect(witness.all("repaired").count == 1)
    #expect(try results(of: plan, store: store).rows == rows)
  }
}
