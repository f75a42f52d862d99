import BuiltIns
import ConfigYAML
import Data
import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

@testable import Experiments

/// An audit file beside the golden arrays, or beside other files.
struct SmallAudit {
  var folder = GoldenFile.url("audit").deletingLastPathComponent()
  var file = "models.npz"
  var classes = "4"
  var forget = "{class: 2}"
  var scores = "logits"
  var attacks = "[]"
  var metrics = "[accuracy]"
  /// Replacements of lines by their key; empty for none of it.
  var changes: [String: String] = [:]

  var yaml: String {
    var lines = [
      ("audit", "clusters"), ("classes", classes), ("scores", scores), ("labels", file), ("parts", file),
      ("forget", forget), ("originals", file), ("retrained", file), ("methods", "{ascent: \(file)}"),
      ("attacks", attacks), ("metrics", metrics),
    ]
    if attacks == "[]" { lines.removeAll { $0.0 == "attacks" } }
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      let place = lines.firstIndex { $0.0 == key }
      if let place { lines.remove(at: place) }
      if !value.isEmpty { lines.insert((key, value), at: place ?? lines.endIndex) }
    }
    return lines.map { "\($0.0): \($0.1)\n" }.joined()
  }

  func plan(overrides: [String] = []) throws -> Plan {
    let document = try YAMLDocument(text: yaml, file: "audit.yaml")
    return try Plan(
      try Experiment(document, folder: folder, registry: .builtIns, overrides: overrides), registry: .builtIns)
  }

  /// Runs the plan; the rows, and the errors of steps.
  static func run(_ plan: Plan, in store: StoreFolder) async throws -> (rows: [ResultRow], errors: [String]) {
    let store = try Store(at: store.url.appending(path: "store"))
    let summary = try await Executor(plan, store: store, workers: 2, observer: Witness()).run()
    let (rows, missing) = try results(of: plan, store: store)
    #expect(missing.isEmpty || summary.failed > 0)
    return (rows, summary.failures.map(\.error))
  }
}

@Suite("audits of predictions that other programs made") struct AuditTests {
  private let folder: StoreFolder

  init() throws { folder = try StoreFolder() }

  private struct Golden: Decodable {
    var values: [String: [String: [Double]]]
  }

  @Test("of PyTorch models every value is the one that NumPy and SciPy compute") func golden() async throws {
    let audit = SmallAudit(attacks: "[ulira, klom]", metrics: "[accuracy, total-variation, prediction-distance]")
    let (rows, errors) = try await SmallAudit.run(try audit.plan(), in: folder)
    #expect(errors.isEmpty)
    let golden = try GoldenFile.read(Golden.self, "audit").values
    #expect(Set(rows.filter { $0.role != .baseline }.map(\.method)) == Set(golden.keys))
    for (method, values) in golden {
      for (name, expected) in values {
        let found = rows.filter { $0.method == method && $0.name == name }
        #expect(found.map(\.seed) == Array(1...8), "\(method) \(name)")
        for (row, value) in zip(found, expected) {
          #expect(abs(row.value - value) < 2e-5, "\(method) \(name) \(row.seed)")
        }
      }
    }
    #expect(
      rows.allSatisfy { $0.data == "clusters" && $0.architecture == "given predictions" && $0.forget == "class 2" })
  }

  @Test("every format, several files and one file for each model give the same table") func formats() async throws {
    func rows(_ file: String = "models.npz", retrained: String? = nil) async throws -> [ResultRow] {
      var audit = SmallAudit(file: file, metrics: "[total-variation]")
      if let retrained { audit.changes["retrained"] = retrained }
      return try await SmallAudit.run(try audit.plan(overrides: ["models=3"]), in: folder).rows
    }
    let first = try await rows()
    #expect(first.count == 3 * 5)
    for file in ["compressed.npz", "fortran.npz", "models.safetensors"] {
      #expect(try await rows(file) == first, "\(file)")
    }
    let copies = try TemporaryFolder()
    let single = try ArrayFileCopy(copies).models.joined(separator: ", ")
    for place in ["double.npy", "{file: models.npz, array: retrained}", "[\(single)]"] {
      #expect(try await rows(retrained: place) == first, "\(place)")
    }
  }

  /// The retrained models in a file each.
  private struct ArrayFileCopy {
    var models: [String]
    init(_ folder: TemporaryFolder) throws {
      let bank = try ModelPlace(file: GoldenFile.url("audit", "models.npz").path, array: "retrained").open()
      models = try (0..<8).map { model in
        try folder.write(NumPy.array(try bank.numbers(at: model), [80, 4]), to: "\(model).npy").path
      }
    }
  }

  @Test(
    "of the predictions of an experiment every value, gap, spread and caveat is the experiment's",
    arguments: ["class: circle", "samples: {fraction: 0.2}"])
  func sameAsExperiment(request: String) async throws {
    let experiment = SmallExperiment {
      $0.seeds = "[1, 2, 3]"
      $0.forget = [request]
      $0.methods = ["fine-tune: {training: {epochs: 1}}", "gradient-ascent: {training: {epochs: 1}}"]
      $0.attacks = [
        "mia-svc", "mia-threshold", "ulira: {part: forget_train, permutations: 50}", "lira: {part: forget_train}",
        "klom: {parts: [forget_train, retain_test]}",
      ]
      $0.metrics = [
        "accuracy", "total-variation: {parts: [forget_train, retain_test]}", "energy-gap: {parts: [forget_train]}",
        "average-gap: {terms: [accuracy.forget_train, accuracy.retain_test]}", "aus",
      ]
    }
    let plan = try experiment.plan()
    let (expected, errors) = try await SmallAudit.run(plan, in: folder)
    #expect(errors.isEmpty && expected.count > 300)
    let export = try TemporaryFolder()
    let isClass = request.hasPrefix("class")
    try exported(plan, to: export)
    let audit = SmallAudit(
      folder: export.url, classes: "10", forget: "{class: 0}",
      attacks: "[\(experiment.attacks.joined(separator: ", "))]",
      metrics: "[\(experiment.metrics.joined(separator: ", "))]",
      changes: ["methods": "{fine-tune: models.npz, gradient-ascent: models.npz}"].merging(
        isClass ? [:] : ["forget": ""]
      ) { $1 })
    let rows = try await SmallAudit.run(try audit.plan(), in: folder).rows
    #expect(rows.map(\.seed) == expected.map(\.seed))
    #expect(rows.map(\.content) == expected.map(\.content))
  }

  /// Writes the predictions of all models of `plan` as a PyTorch user would, part after part.
  private func exported(_ plan: Plan, to export: TemporaryFolder) throws {
    let store = try Store(at: folder.url.appending(path: "store"))
    var banks: [String: [Float]] = [:]
    var samples: (labels: [Int], parts: [Int]) = ([], [])
    for step in plan.steps where step.kind == .predict {
      let outputs = try store.decode(OutputsFile.name, of: step.key, as: "predictions") { bytes throws in
        try OutputsFile.decode(bytes)
      }
      let method = step.label.split(separator: " / ").dropLast().last.map(String.init) ?? ""
      for part in Part.allCases { banks[method, default: []] += outputs[part].logits.scalars }
      samples.labels = Part.allCases.flatMap { outputs[$0].labels }
      samples.parts = Part.allCases.enumerated().flatMap {
        [Int](repeating: $0.offset, count: outputs[$0.element].count)
      }
    }
    let names = ["original": "originals", "retrain": "retrained"]
    let count = samples.labels.count
    let arrays = banks.map { (names[$0.key] ?? $0.key, NumPy.array($0.value, [3, count, 10])) }
    try export.write(
      NumPy.archive([("labels", NumPy.array(samples.labels)), ("parts", NumPy.array(samples.parts))] + arrays),
      to: "models.npz")
  }

  @Test("margins serve the attacks that read no other logits, and what reads logits is left out") func margins()
    async throws
  {
    func names(_ plugins: [any Plugin.Type]) -> [String] { plugins.map { $0.card.name }.sorted() }
    let registry = Registry.builtIns
    let audit = SmallAudit(
      file: "margins.npz", scores: "margins", attacks: "[\(names(registry.attacks).joined(separator: ", "))]",
      metrics: "[\(names(registry.metrics).joined(separator: ", "))]")
    let plan = try audit.plan()
    let (rows, errors) = try await SmallAudit.run(plan, in: folder)
    #expect(errors.isEmpty)
    let measured = Set(rows.map { String($0.name.prefix { $0 != "." }) })
    #expect(measured.isSuperset(of: ["klom", "lira", "ruli", "ulira"]))
    let readers = (registry.attacks as [any Probe.Type] + registry.metrics).filter { $0.reads.contains(.predictions) }
    #expect(measured.isDisjoint(with: readers.map { $0.card.name }))
    for reader in readers {
      let own = plan.pruned.filter { $0.description.hasSuffix("/ \(reader.card.name)") }
      #expect(own.contains { $0.reason == "\(reader.card.name) reads predictions, and the file has margins alone" })
    }
    let golden = try GoldenFile.read(Golden.self, "audit").values["ascent"] ?? [:]
    for name in ["ulira.accuracy", "ulira.auc", "klom.forget_train"] {
      let value = try #require(rows.first { $0.method == "ascent" && $0.name == name }?.value)
      #expect(try abs(value - #require(golden[name]?.first)) < 2e-5, "\(name)")
    }
  }

  @Test("without originals there is no such row, and what reads them is left out") func withoutOriginals() async throws
  {
    let audit = SmallAudit(attacks: "[ulira, lira]", metrics: "[accuracy, run-time]", changes: ["originals": ""])
    let plan = try audit.plan()
    #expect(
      plan.pruned.map(\.reason) == [
        "lira reads original models, and the file names none", "run-time reads cost, and an audit has seen no call",
      ])
    let rows = try await SmallAudit.run(plan, in: folder).rows
    #expect(Set(rows.map(\.method)) == ["retrain", "ascent"])
  }

  @Test("'models' takes the first ones, and model i has seed i + 1") func models() async throws {
    let all = try await SmallAudit.run(try SmallAudit().plan(), in: folder).rows
    let some = try await SmallAudit.run(try SmallAudit().plan(overrides: ["models=3"]), in: folder).rows
    #expect(some == all.filter { $0.seed <= 3 })
    #expect(Set(some.map(\.seed)) == [1, 2, 3])
  }

  @Test("another content of a file is another key, another path is not") func keys() throws {
    let copy = try TemporaryFolder()
    let bytes = [UInt8](try Data(contentsOf: GoldenFile.url("audit", "models.npz")))
    try copy.write(bytes, to: "models.npz")
    let first = try SmallAudit().plan().steps.map(\.key)
    #expect(try SmallAudit(folder: copy.url).plan().steps.map(\.key) == first)
    let other = try SmallAudit(file: "compressed.npz").plan().steps.map(\.key)
    #expect(Set(other).isDisjoint(with: first))
    func imports(_ retrained: String) throws -> [StepKey] {
      try SmallAudit(changes: ["retrained": retrained]).plan().steps.filter { $0.kind == .imported }.map(\.key)
    }
    // The retrained models come after the originals.
    let (own, copied) = (try imports("models.npz"), try imports("compressed.npz"))
    #expect(own.count == 24 && zip(own, copied).map { $0 == $1 } == (0..<24).map { !(8..<16).contains($0) })
  }
}

@Suite("audit files") struct AuditFileTests {
  /// Changed lines of the audit file, and what the error says.
  struct Broken: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var changes: [String: String]
    var message: String
  }

  private static func broken(_ name: String, _ changes: [String: String], _ message: String) -> Broken {
    Broken(testDescription: name, changes: changes, message: message)
  }

  static let broken = [
    broken("unknown key", ["atacks": "[ulira]"], "error: unknown key 'atacks' (did you mean 'attacks'?)"),
    broken("no labels", ["labels": ""], "error: the key 'labels' is missing"),
    broken("nothing to measure", ["metrics": ""], "error: at least one attack or metric is needed"),
    broken(
      "unknown metric", ["metrics": "[acuracy]"], "10:11: error: unknown metric 'acuracy' (did you mean 'accuracy'?)"),
    broken("name", ["audit": "my models"], "1:8: error: an experiment's name has letters"),
    broken("one class", ["classes": "1"], "2:10: error: 2 to 100000 classes, found 1"),
    broken("class twice", ["classes": "[a, b, a, c]"], "2:17: error: class 'a' is named twice"),
    broken("labels beyond the classes", ["classes": "3"], "sample 3 has the label 3; labels are 0 to 2"),
    broken("classes of another number", ["classes": "5"], "shape [8, 80, 4]; expected [models, 80, 5] or [80, 5]"),
    broken("unknown class", ["forget": "{class: bird}"], "6:17: error: unknown class 'bird'"),
    broken("misspelt forget", ["forget": "{clas: 2}"], "6:10: error: unknown key 'clas' (did you mean 'class'?)"),
    broken(
      "other class", ["forget": "{class: 1}"],
      "sample 2 has the label 2 and is in forget_train; the forget parts hold exactly the samples of class 1"),
    broken(
      "samples with a forget test part", ["forget": ""],
      "sample 50 is in forget_test, which holds test samples of forgotten"),
    broken(
      "unknown scores", ["scores": "logit"], "3:9: error: unknown kind of scores 'logit' (did you mean 'logits'?)"),
    broken("logits as margins", ["scores": "margins"], "shape [8, 80, 4]; expected [models, 80] or [80]"),
    broken("no such file", ["retrained": "nowhere.npz"], "8:12: error: "),
    broken(
      "no such array", ["retrained": "{file: models.npz, array: oracle}"],
      "no array is named 'oracle'; it has labels, parts"),
    broken(
      "a file of several arrays", ["methods": "{other: models.npz}"], "name one of its arrays by '{file: …, array: …}'"),
    broken("misspelt array", ["retrained": "{file: models.npz, aray: retrained}"], "8:31: error: unknown key 'aray'"),
    broken("no file", ["retrained": "{array: retrained}"], "8:12: error: the key 'file' is missing"),
    broken("labels that are no integers", ["labels": "floats.npy"], "expected integers, found numbers of type float32"),
    broken(
      "labels of two dimensions", ["labels": "{file: half.safetensors, array: float16}"],
      "shape [8, 80, 4]; expected [samples]"),
    broken("parts of other samples", ["parts": "short.npy"], "3 parts of 80 samples; expected one for each"),
    broken(
      "impossible part", ["parts": "parts.npy"],
      "sample 79 has the part 4; expected 0 for forget_train, 1 for retain_train"),
    broken("an empty part", ["parts": "empty.npy"], "5:8: error: no sample is in forget_train"),
    broken(
      "fewer models", ["originals": "[{file: models.npz, array: originals}, {file: models.npz, array: ascent}]"],
      "16 models of 'original', and 8 retrained ones"),
    broken("too few models", ["models": "9"], "8 models of 'retrain', and 9 are wanted"),
    broken("no models", ["models": "0"], "1 to 4096 models of each kind, found 0"),
    broken("the name of another row", ["methods": "{retrain: models.npz}"], "'retrain' is the name of another row"),
    broken("no method", ["methods": "{}"], "9:10: error: at least one method is needed"),
    broken("methods in a list", ["methods": "[models.npz]"], "9:10: error: expected a mapping"),
    broken(
      "a metric that reads what is not listed", ["metrics": "[average-gap]"],
      "average-gap reads 'accuracy.forget_train', but 'accuracy' is not listed"),
  ]

  @Test("errors name the problem and its position", arguments: broken) func errors(_ broken: Broken) throws {
    let folder = try TemporaryFolder()
    for name in ["models.npz", "half.safetensors", "double.npy"] {
      try folder.write([UInt8](try Data(contentsOf: GoldenFile.url("audit", name))), to: name)
    }
    try folder.write(NumPy.array([0, 1, 3]), to: "short.npy")
    try folder.write(NumPy.array([Float](repeating: 0, count: 80), [80]), to: "floats.npy")
    try folder.write(NumPy.array([Int](repeating: 0, count: 79) + [4]), to: "parts.npy")
    try folder.write(NumPy.array([Int](repeating: -1, count: 80)), to: "empty.npy")
    let error = #expect(throws: DiagnosticList.self) {
      try SmallAudit(folder: folder.url, changes: broken.changes).plan()
    }
    #expect(error?.description.contains(broken.message) == true, "\(error as Any)")
  }

  @Test(
    "a model that diverged fails by itself, and its error names file, model and sample", arguments: ScoreKind.allCases)
  func notFinite(scores: ScoreKind) async throws {
    let (folder, store) = (try TemporaryFolder(), try StoreFolder())
    let one = scores == .logits ? [6, 2] : [6]
    var numbers = (0..<3 * one.reduce(1, *)).map { Float($0 % 5) }
    let banks = ["retrained", "own"].map { name in
      // Sample 4 of the last model of the method, in no other part than retain test.
      if name == "own" { numbers[numbers.count - one.reduce(1, *) / 3] = .nan }
      return (name, NumPy.array(numbers, [3] + one))
    }
    try folder.write(
      NumPy.archive(
        [("labels", NumPy.array([0, 1, 1, 0, 1, 1])), ("parts", NumPy.array([0, 1, 1, 2, 3, 3]))] + banks),
      to: "models.npz")
    var audit = SmallAudit(folder: folder.url, classes: "2", forget: "{class: 0}", scores: scores.rawValue)
    audit.changes = ["originals": "", "methods": "{own: models.npz}"]
    if scores == .margins { (audit.attacks, audit.changes["metrics"]) = ("[klom]", "") }
    let (rows, errors) = try await SmallAudit.run(try audit.plan(), in: store)
    let message =
      "own, model 2, sample 4: the \(scores.rawValue) are not finite (NaN or infinity); the model may have diverged"
    #expect(errors.count == 1 && errors[0] == "\(folder.path("models.npz")): \(message)", "\(errors)")
    #expect(Set(rows.filter { $0.method == "own" }.map(\.seed)) == (scores == .logits ? [1, 2] : []))
  }

  @Test("samples in no part are left out, and an audit without 'forget' forgets samples") func samples() throws {
    let folder = try TemporaryFolder()
    let bank = NumPy.array([Float](repeating: 0.5, count: 2 * 5 * 2), [2, 5, 2])
    try folder.write(
      NumPy.archive([
        ("labels", NumPy.array([0, 1, 1, 0, 1])), ("parts", NumPy.array([0, 1, -1, 3, 1])), ("retrained", bank),
        ("own", bank),
      ]), to: "models.npz")
    let audit = SmallAudit(
      folder: folder.url, classes: "[cat, dog]",
      changes: ["forget": "", "originals": "", "methods": "{own: models.npz}"])
    let plan = try audit.plan()
    #expect(plan.cells.allSatisfy { $0.forget == "samples 1" && $0.architecture == "given predictions" })
    let samples = try #require(plan.experiment.data.first?.plugin as? AuditedSamples).load()
    #expect(samples.train.indices == [0, 1, 4] && samples.train.labels == [0, 1, 1])
    #expect(samples.test.indices == [3] && samples.test.classNames == ["cat", "dog"])
  }
}
