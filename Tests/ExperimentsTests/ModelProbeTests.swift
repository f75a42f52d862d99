import BuiltIns
import Data
import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

@testable import Experiments

@Suite("probes that read models") struct ModelProbeTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  /// How much a probe is given: the number of retrained models, and 100 for the target and its original.
  private struct Given<Kinds: Reading>: Metric {
    static var card: Card {
      Card(name: Kinds.name, title: "Given", summary: "Counts models.", source: Source(authors: "A", venue: "B"))
    }
    static var reads: Set<EvidenceKind> { Kinds.reads }
    static var measures: [MeasurementKind] {
      [MeasurementKind("models", unit: .steps, direction: .lower, meaning: "models")]
    }
    func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
      let count = try evidence.models.map { models in
        // Every model can be read, and is one of those that the outputs are of.
        let outputs = try Predictions(of: models.target(), on: models.shared.data.retainTest)
        let isTarget = outputs.logits == evidence.target[.retainTest].logits
        _ = try models.original()
        for read in models.shared.retrained { _ = try read() }
        return (isTarget ? 100 : 0) + models.shared.retrained.count
      }
      return [Self.measures[0].value(Double(count ?? 0))]
    }
  }

  private protocol Reading: Sendable {
    static var name: String { get }
    static var reads: Set<EvidenceKind> { get }
  }
  private enum Nothing: Reading {
    static let name = "given-nothing"
    static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels]
  }
  private enum Own: Reading {
    static let name = "given-own"
    static let reads: Set<EvidenceKind> = [.models]
  }
  private enum All: Reading {
    static let name = "given-all"
    static let reads: Set<EvidenceKind> = [.models, .retrainedModels]
  }

  private static let registry = Registry {
    Registry.builtIns
    Given<Nothing>.self
    Given<Own>.self
    Given<All>.self
  }
  private static let experiment = SmallExperiment.tiny {
    $0.bank = "{size: 3}"
    $0.metrics = ["accuracy", "given-nothing", "given-own", "given-all"]
  }

  @Test("a probe gets the models that it declares, and no others") func given() async throws {
    let plan = try Self.experiment.plan(registry: Self.registry)
    let store = try Store(at: folder.url.appending(path: "store"))
    #expect(try await Executor(plan, store: store, workers: 2, observer: Witness()).run().failed == 0)
    let rows = try results(of: plan, store: store).rows
    for (name, expected) in [("nothing", 0.0), ("own", 100), ("all", 103)] {
      let found = rows.filter { $0.name == "given-\(name).models" }
      // Two seeds of original, retrained and fine-tuned models.
      #expect(found.count == 6 && Set(found.map(\.value)) == [expected], "\(name): \(found.map(\.value))")
    }
  }

  @Test("a step depends on the models that it reads, and other keys do not change") func parents() throws {
    let plan = try Self.experiment.plan(registry: Self.registry)
    let steps = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) })
    func models(_ probe: String, of method: String) throws -> [String] {
      let step = try #require(plan.steps.first { $0.label.hasSuffix("\(method) / \(probe) / seed 1") })
      return step.parents.compactMap { steps[$0] }.filter { [.train, .unlearn].contains($0.kind) }
        .map { $0.label.split(separator: " / ").suffix(2).joined(separator: " ") }
    }
    #expect(try models("given-nothing", of: "fine-tune") == [])
    #expect(try models("given-own", of: "fine-tune") == ["fine-tune seed 1", "original seed 1"])
    let retrained = (1...3).map { "retrain seed \($0)" }
    #expect(try models("given-all", of: "fine-tune") == ["fine-tune seed 1", "original seed 1"] + retrained)
    #expect(try models("given-all", of: "retrain") == ["retrain seed 1", "original seed 1"] + retrained)
    #expect(try models("given-all", of: "original") == ["original seed 1", "original seed 1"] + retrained)
    let without = try Self.experiment.plan(overrides: ["metrics=[accuracy]"], registry: Self.registry)
    #expect(Set(without.steps.map(\.key)).isSubset(of: steps.keys))
  }

  @Test("built-in probes of models run, and a second run computes nothing") func resuming() async throws {
    let experiment = SmallExperiment.tiny { $0.metrics = ["accuracy", "zrf", "weight-distance"] }
    let plan = try experiment.plan()
    let store = try Store(at: folder.url.appending(path: "store"))
    let first = try await Executor(plan, store: store, workers: 2, observer: Witness()).run()
    #expect(first.failed == 0 && first.finished == plan.steps.count)
    #expect(try await Executor(plan, store: store, workers: 2, observer: Witness()).run().finished == 0)
    let rows = try results(of: plan, store: store).rows
    #expect(rows.filter { $0.name == "zrf.forget_train" }.count == 6)
    let original = rows.filter { $0.method == "original" && $0.name == "weight-distance.to_original" }
    #expect(original.map(\.value) == [0, 0])
    let tuned = rows.filter { $0.method == "fine-tune" && $0.name == "weight-distance.to_original" }
    #expect(tuned.count == 2 && tuned.allSatisfy { $0.value > 0 })
  }
}
