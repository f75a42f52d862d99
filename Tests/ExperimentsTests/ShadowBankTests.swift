import BuiltIns
import ConfigYAML
import Data
import Engine
import Foundation
import Shapes
import TestSupport
import Testing
import Unlearning

@testable import Experiments

@Suite("shadow models of random halves") struct ShadowBankTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private static let experiment = SmallExperiment.tiny {
    $0.seeds = "[1, 4]"
    $0.bank = "{size: 20, halves: true}"
    $0.data = ["shapes: {train_count: 200, test_count: 40}"]
    $0.training = "epochs: 40, batch_size: 20, learning_rate: 0.02"
    $0.architectures = ["mlp: {hidden: [16]}"]
    $0.forget = ["samples: {count: 60}"]
    $0.methods = ["fine-tune: {training: {epochs: 1}}"]
    $0.attacks = ["sample-ulira", "sample-lira"]
    $0.metrics = ["accuracy"]
  }

  private static func labels(_ plan: Plan, _ kind: StepKind, _ text: String) -> [String] {
    plan.steps.filter { $0.kind == kind && $0.label.contains(text) }.map(\.label)
  }

  @Test("each seed of the bank has an original of a half, a retrained model and one of each method")
  func steps() throws {
    let plan = try Self.experiment.plan()
    #expect(Self.labels(plan, .train, "of a half").count == 20)
    #expect(Self.labels(plan, .unlearn, "retrain of a half").count == 20)
    #expect(Self.labels(plan, .unlearn, "fine-tune of a half").count == 20)
    #expect(Self.labels(plan, .predict, "of a half").count == 60)
    // Other models are those of the seeds.
    #expect(plan.steps.count { $0.kind == .train } == 22)
    // Original, retrained and one method, each judged by two attacks.
    #expect(plan.steps.count { $0.kind == .attack } == 6)
    #expect(plan.steps.contains { $0.label.hasSuffix("/ original / sample-lira / 20 models") })
    let twice = try Self.experiment.plan(overrides: ["bank.forgets_per_model=2"])
    #expect(Self.labels(twice, .unlearn, "fine-tune of a half").count == 40)
    #expect(Self.labels(twice, .unlearn, "fine-tune of a half, forget set 2").count == 20)
    #expect(Self.labels(twice, .train, "of a half").count == 20)
  }

  @Test("a larger bank, more forget sets and more seeds train the new models alone") func growing() throws {
    let kinds: Set<StepKind> = [.train, .unlearn, .predict]
    func models(_ overrides: [String]) throws -> Set<StepKey> {
      Set(try Self.experiment.plan(overrides: overrides).steps.filter { kinds.contains($0.kind) }.map(\.key))
    }
    let small = try models([])
    #expect(try models(["bank.size=24"]).subtracting(small).count == 4 * 6)
    #expect(try models(["bank.size=24"]).isSuperset(of: small))
    // Two steps of retraining and two of the method.
    #expect(try models(["bank.forgets_per_model=2"]).subtracting(small).count == 20 * 4)
    // Another fraction forgets other samples; originals and their predictions stay.
    #expect(try models(["bank.forget_fraction=0.6"]).subtracting(small).count == 20 * 4)
  }

  @Test("samples that a retrained model never saw are not found, those of an original that forgot nothing are")
  func run() async throws {
    let plan = try Self.experiment.plan()
    let store = try Store(at: folder.url.appending(path: "store"))
    #expect(try await Executor(plan, store: store, workers: 2, observer: Witness()).run().failed == 0)
    let (rows, missing) = try results(of: plan, store: store)
    #expect(missing.isEmpty)
    func value(_ method: String, _ name: String) throws -> Double {
      let own = rows.filter { $0.method == method && $0.name == name }
      #expect(own.map(\.seed) == [1, 4] && Set(own.map(\.value)).count == 1)
      return try #require(own.first).value
    }
    for attack in ["sample-ulira", "sample-lira"] {
      #expect(try value("original", "\(attack).auc") > 0.75)
      #expect(abs(try value("retrain", "\(attack).auc") - 0.5) < 0.1)
    }
    #expect(try value("retrain", "sample-lira.retained_auc") > 0.75)
  }

  @Test("a half has half of the training set, and a forget set is a part of what the request and the half share")
  func draws() throws {
    let train = try ShapesSource(ShapesSource()).outline().train
    let half = ShadowDraw.half(of: train, seed: 3)
    #expect(
      half.count == train.count / 2 && Set(half).count == half.count && half != ShadowDraw.half(of: train, seed: 4))
    let candidates = Array(half.prefix(41))
    let draw = ShadowDraw(number: 0, fraction: 0.5)
    let forgotten = draw.forgotten(of: candidates, seed: 3)
    #expect(forgotten.count == 21 && Set(forgotten).isSubset(of: candidates))
    #expect(forgotten == draw.forgotten(of: candidates, seed: 3))
    #expect(forgotten != ShadowDraw(number: 1, fraction: 0.5).forgotten(of: candidates, seed: 3))
    #expect(forgotten != draw.forgotten(of: candidates, seed: 4))
    // Never all, never none.
    #expect(ShadowDraw(number: 0, fraction: 0.999).forgotten(of: candidates, seed: 3).count == 40)
    #expect(ShadowDraw(number: 0, fraction: 0.001).forgotten(of: candidates, seed: 3).count == 1)
  }

  @Test(
    "what is an obstacle to shadow models is said with the reason",
    arguments: [
      ("bank={size: 20}", "sample-ulira reads shadow models of random halves; write for example"),
      (
        "bank={size: 4, halves: true}", "sample-ulira needs 4 models that forgot a sample, and there are 1.0 on average"
      ),
      (
        "forget=[samples: {count: 12}]",
        "sample-ulira needs 20 samples to draw forget sets among, and the request has 12"
      ),
      ("forget=[class: circle]", "sample-ulira with these parameters has nothing to say of a request of class"),
    ])
  func obstacles(_ override: String, _ expected: String) throws {
    let plan = try Self.experiment.plan(overrides: [override])
    #expect(!plan.steps.contains { $0.label.contains("sample-ulira") })
    #expect(plan.pruned.contains { $0.reason.hasPrefix(expected) }, "\(plan.pruned.map(\.reason))")
  }

  @Test("an excluded seed has no shadow model, and an excluded call none of the method") func exclusions() throws {
    var experiment = Self.experiment
    experiment.exclude = ["{method: fine-tune, seed: 7}"]
    let partial = try experiment.plan()
    #expect(!partial.steps.contains { $0.label.contains("fine-tune / sample-ulira") })
    #expect(partial.steps.contains { $0.label.contains("retrain / sample-ulira") })
    let reason =
      "sample-ulira of fine-tune needs its models of all seeds of the bank; {method: fine-tune, seed: 7} excludes one"
    #expect(partial.pruned.contains { $0.reason == reason }, "\(partial.pruned.map(\.reason))")
    experiment.exclude = ["{seed: 7}"]
    #expect(Self.labels(try experiment.plan(), .train, "of a half").count == 19)
  }

  @Test(
    "a bank of halves that cannot be is an error at its place",
    arguments: [
      ("{size: 20, halves: maybe}", "3:26: error: expected true or false"),
      ("{size: 20, forgets_per_model: 2}", "3:37: error: 'forgets_per_model' is of a bank of halves: 'halves: true'"),
      ("{size: 20, halves: true, forgets_per_model: 0}", "3:51: error: 'forgets_per_model' must be in 1 to 64, is 0"),
      ("{size: 20, halves: true, forget_fraction: 1}", "3:49: error: 'forget_fraction' must be in (0, 1), is 1.0"),
      ("{size: 1, halves: true}", "3:14: error: the models of the 2 seeds are the first of the bank, whose size is 1"),
    ])
  func refused(_ bank: String, _ expected: String) throws {
    var experiment = Self.experiment
    experiment.bank = bank
    let error = #expect(throws: DiagnosticList.self) { try experiment.plan() }
    let messages = error.map { "\($0)" } ?? ""
    #expect(messages.contains(expected), "\(messages)")
  }

  @Test("a request that draws with every seed has no samples to judge all shadow models on") func drawsEach() throws {
    var experiment = Self.experiment
    experiment.forget = ["samples: {count: 60, seed: each}"]
    let error = #expect(throws: DiagnosticList.self) { try experiment.plan() }
    #expect("\(try #require(error))".contains("'seed: each' has others with every seed"))
  }
}
