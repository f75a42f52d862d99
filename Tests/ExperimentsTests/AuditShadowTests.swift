import BuiltIns
import ConfigYAML
import Data
import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

@testable import Experiments

extension ResultRow {
  /// What was measured of a model, without its seed.
  var content: [String] {
    [
      method, name, "\(value)", "\(unit) \(direction) \(role) \(kind)", "\(reference as Any) \(gap as Any)",
      "\(spread as Any) \(gapSpread as Any)", caveat ?? "",
    ]
  }
}

@Suite("audits of shadow models of random halves") struct AuditShadowTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private static let experiment = SmallExperiment.tiny {
    $0.seeds = "[1, 2]"
    $0.bank = "{size: 10, halves: true, forgets_per_model: 2}"
    $0.data = ["shapes: {train_count: 120, test_count: 40}"]
    $0.forget = ["samples: {count: 60}"]
    $0.attacks = ["sample-ulira", "sample-lira", "sample-ruli", "rmia"]
  }

  @Test("of the predictions of an experiment every value is the experiment's") func sameAsExperiment() async throws {
    let plan = try Self.experiment.plan()
    let (expected, errors) = try await SmallAudit.run(plan, in: folder)
    #expect(errors.isEmpty && expected.contains { $0.name == "sample-lira.auc" && $0.method == "retrain" })
    let export = try TemporaryFolder()
    try exported(plan, to: export)
    let (rows, _) = try await SmallAudit.run(try audit(export).plan(), in: folder)
    #expect(rows.map(\.content) == expected.map(\.content))
  }

  private func audit(
    _ export: TemporaryFolder, _ shadows: [String: String] = [:], methods: String = "{fine-tune: models.npz}"
  ) -> SmallAudit {
    var lines = [
      "originals": "halves.npz", "membership": "halves.npz", "forgotten": "halves.npz", "originals_of": "halves.npz",
      "methods": "{retrain: halves.npz, fine-tune: halves.npz}",
    ].merging(shadows) { $1 }
    lines = lines.filter { !$0.value.isEmpty }
    let block = lines.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    return SmallAudit(
      folder: export.url, classes: "10", attacks: "[\(Self.experiment.attacks.joined(separator: ", "))]",
      changes: ["forget": "", "methods": methods, "shadows": "{\(block)}"])
  }

  /// Writes `models.npz` with the models of the seeds, and `halves.npz` with the shadow models and their members.
  private func exported(_ plan: Plan, to export: TemporaryFolder) throws {
    let store = try Store(at: folder.url.appending(path: "store"))
    var samples: (labels: [Int], parts: [Int], indices: [Int]) = ([], [], [])
    func bank(_ keys: [StepKey]) throws -> [UInt8] {
      var numbers: [Float] = []
      for key in keys {
        let outputs = try store.decode(OutputsFile.name, of: key, as: "predictions") { bytes throws in
          try OutputsFile.decode(bytes)
        }
        for part in Part.allCases { numbers += outputs[part].logits.scalars }
        samples.labels = Part.allCases.flatMap { outputs[$0].labels }
        samples.parts = Part.allCases.enumerated().flatMap {
          [Int](repeating: $0.offset, count: outputs[$0.element].count)
        }
        samples.indices = Part.allCases.flatMap { part in outputs[part].indices }
      }
      return NumPy.array(numbers, [keys.count, samples.labels.count, 10])
    }
    var (whole, halves): ([(String, [UInt8])], [(String, [UInt8])]) = ([], [])
    for (method, name) in [("original", "originals"), ("retrain", "retrain"), ("fine-tune", "fine-tune")] {
      let own = plan.steps.filter { $0.kind == .predict && $0.label.contains(" / \(method) / seed") }.map(\.key)
      whole.append((name == "retrain" ? "retrained" : name, try bank(own)))
      let attack = try #require(plan.steps.first { $0.label.contains(" / \(method) / rmia") }?.body as? AttackStep)
      let shadows = try #require(attack.target.shadows)
      halves.append((name, try bank(method == "original" ? shadows.originals : shadows.unlearned)))
      guard method == "original" else { continue }
      let data = DataCache(plan.plugins, planned: plan.files)
      let train = try data.data(attack.setting.data).train
      let requested = try data.split(attack.setting).forgetTrain.indices
      var (membership, forgotten): ([[Bool]], [[Bool]]) = ([], [])
      for seed in shadows.seeds {
        let half = Set(ShadowDraw.half(of: train, seed: seed).map { train.indices[$0] })
        membership.append(zip(samples.indices, samples.parts).map { half.contains($0) && $1 < 2 })
        for number in 0..<2 {
          let drawn = ShadowDraw(number: number, fraction: 0.5).forgotten(
            of: requested.filter(half.contains), seed: seed)
          forgotten.append(zip(samples.indices, samples.parts).map { drawn.contains($0) && $1 == 0 })
        }
      }
      halves.append(("membership", flags(membership)))
      halves.append(("forgotten", flags(forgotten)))
      halves.append(("originals_of", NumPy.array((0..<20).map { $0 / 2 })))
    }
    whole += [("labels", NumPy.array(samples.labels)), ("parts", NumPy.array(samples.parts))]
    try export.write(NumPy.archive(whole), to: "models.npz")
    try export.write(NumPy.archive(halves), to: "halves.npz")
  }

  private func flags(_ rows: [[Bool]]) -> [UInt8] {
    NumPy.array("|b1", [rows.count, rows[0].count], rows.joined().map { $0 ? 1 : 0 })
  }

  /// Two originals of four samples of two classes, and one unlearned model of each.
  private func small(_ scores: ScoreKind = .logits) throws -> TemporaryFolder {
    let export = try TemporaryFolder()
    let one = scores == .logits ? [4, 10] : [4]
    let bank = NumPy.array([Float](repeating: 0.5, count: 2 * one.reduce(1, *)), [2] + one)
    try export.write(
      NumPy.archive([
        ("labels", NumPy.array([0, 1, 0, 1])), ("parts", NumPy.array([0, 0, 1, 3])), ("retrained", bank),
        ("originals", bank), ("fine-tune", bank),
      ]), to: "models.npz")
    try export.write(
      NumPy.archive([
        ("originals", bank), ("fine-tune", bank), ("retrain", bank),
        ("membership", flags([[true, true, false, false], [false, true, true, false]])),
        ("forgotten", flags([[true, false, false, false], [false, true, false, false]])),
        ("originals_of", NumPy.array([0, 1])), ("others", NumPy.array([0, 2])),
        ("swapped", NumPy.array([1, 0])), ("three", NumPy.array([0, 1, 0])),
        ("numbers", NumPy.array("|u1", [2, 4], [0, 1, 1, 0, 0, 0, 2, 1])), ("one", flags([[true, true, true, true]])),
      ]), to: "halves.npz")
    return export
  }

  @Test(
    "errors in shadow models name the problem",
    arguments: [
      (["originalls": "halves.npz"], "unknown key 'originalls' (did you mean 'originals'?)"),
      (["forgotten": ""], "the key 'forgotten' is missing"),
      (["methods": "{fine-tun: halves.npz}"], "unknown method 'fine-tun' (did you mean 'fine-tune'?)"),
      (["methods": "{fine-tune: [halves.npz, halves.npz]}"], "4 shadow models of 'fine-tune', and 'forgotten' has 2"),
      (["membership": "{file: halves.npz, array: one}"], "shape [1, 4]; expected [2, 4]"),
      (["forgotten": "{file: halves.npz, array: three}"], "shape [3]; expected [models, 4]"),
      (["membership": "{file: halves.npz, array: numbers}"], "model 1, sample 2: expected 0 or 1, found 2"),
      (["forgotten": "{file: halves.npz, array: one}", "originals_of": ""], "'forgotten' has 1 models of 2 originals"),
      (["originals_of": "{file: halves.npz, array: three}"], "shape [3]; expected [2]"),
      (["originals_of": "{file: halves.npz, array: others}"], "model 1 is of original 2; originals are 0 to 1"),
      (
        ["originals_of": "{file: halves.npz, array: swapped}"],
        "shadow model 0 has forgotten sample 0, which is no member of its original 1"
      ),
    ] as [([String: String], String)])
  func errors(_ shadows: [String: String], _ expected: String) throws {
    let export = try small()
    _ = try audit(export).plan()
    let error = #expect(throws: DiagnosticList.self) { try audit(export, shadows).plan() }
    #expect(error?.description.contains(expected) == true, "\(error as Any)")
  }

  @Test("margins serve the attacks on single samples that read no other logits") func margins() throws {
    let export = try small(.margins)
    var audit = audit(export)
    (audit.scores, audit.metrics) = ("margins", "[run-time]")
    let plan = try audit.plan()
    #expect(plan.pruned.contains { $0.reason == "rmia reads predictions, and the file has margins alone" })
    let attacks = plan.steps.filter { $0.kind == .attack }.map(\.label)
    for name in ["sample-ulira", "sample-lira", "sample-ruli"] {
      #expect(attacks.contains { $0.contains("fine-tune / \(name)") })
    }
    #expect(!attacks.contains { $0.contains("rmia") })
  }

  @Test("a method without shadow models, and an audit without any, are left out with the reason") func leftOut() throws
  {
    let export = try small()
    let some = try audit(export, ["methods": "{fine-tune: halves.npz}"]).plan()
    #expect(
      some.pruned.contains {
        $0.reason == "rmia of retrain reads shadow models, and 'shadows' names none of it"
      })
    #expect(some.steps.contains { $0.label.contains("fine-tune / rmia") })
    var none = audit(export)
    none.changes["shadows"] = ""
    #expect(
      try none.plan().pruned.contains {
        $0.reason == "rmia reads shadow models of random halves, and the file names none in 'shadows'"
      })
  }
}
