import BuiltIns
import ConfigYAML
import Data
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

/// The keys of all steps of all files in experiments/, so that none changes without anyone meaning it.
///
/// `Tests/Golden/keys/<file>.txt` has a line for the steps of one kind and plugin: their number and the digest of their
/// keys. Data sets are stand-ins of the same card and parameters without files, so keys are those of no real data. Where
/// keys are meant to change: `LACUNA_UPDATE_KEYS=1 swift test --filter StepKeyTests` writes the files, and the CHANGELOG
/// says what is computed again.
@Suite("keys of steps") struct StepKeyTests {
  static let experiments =
    (try? FileManager.default.contentsOfDirectory(atPath: packageRoot.appending(path: "experiments").path))?
    .filter { $0.hasSuffix(".yaml") }.sorted() ?? []

  private static func standingIn(for type: any DatasetSource.Type) -> any Plugin.Type {
    func make<Source: DatasetSource>(_ type: Source.Type) -> any Plugin.Type { WithoutFiles<Source>.self }
    return make(type)
  }

  private func plan(_ file: String) throws -> Plan {
    let plugins =
      Registry.builtIns.datasets.map(Self.standingIn) + Registry.builtIns.all.filter { !($0 is any DatasetSource.Type) }
    let registry = Registry { plugins }
    let url = packageRoot.appending(path: "experiments/\(file)")
    let text = try String(contentsOf: url, encoding: .utf8)
    // Weights are got by hand; what they contain is part of the key by the same rule as data.
    let overrides = text.contains("weights: ") ? ["architectures.0={resnet18: {stem: large}}"] : []
    let experiment = try Experiment(
      try YAMLDocument(text: text, file: file), folder: url.deletingLastPathComponent(), registry: registry,
      overrides: overrides)
    return try Plan(experiment, registry: registry)
  }

  /// "unlearn shapes+lenet5+rwft: 5 steps, 1f0c…".
  private func lines(_ plan: Plan) -> String {
    var keys: [String: [String]] = [:]
    for step in plan.steps {
      keys["\(step.kind.rawValue) \(step.plugins.keys.sorted().joined(separator: "+"))", default: []].append(
        step.key.hex)
    }
    return keys.sorted { $0.key < $1.key }.map { name, keys in
      "\(name): \(keys.count) steps, \(StepKey(canonicalText: keys.sorted().joined(separator: "\n")).hex.prefix(16))\n"
    }.joined()
  }

  @Test("equal the golden files", arguments: experiments)
  func golden(file: String) throws {
    let found = lines(try plan(file))
    let url = packageRoot.appending(path: "Tests/Golden/keys/\(file.replacing(".yaml", with: ".txt"))")
    if ProcessInfo.processInfo.environment["LACUNA_UPDATE_KEYS"] == "1" {
      try found.write(to: url, atomically: true, encoding: .utf8)
    }
    let known = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    for line in found.split(separator: "\n") where !known.contains(line) { Issue.record("new or changed: \(line)") }
    #expect(known.count == found.split(separator: "\n").count)
  }

  @Test("every experiment has a golden file, and every golden file an experiment") func files() throws {
    let goldens = try FileManager.default.contentsOfDirectory(
      atPath: packageRoot.appending(path: "Tests/Golden/keys").path)
    #expect(goldens.map { $0.replacing(".txt", with: ".yaml") }.sorted() == Self.experiments)
    #expect(Self.experiments.count > 5)
  }

  @Test("a changed parameter changes the key of its plugin's steps and of their descendants") func change() throws {
    let before = lines(try SmallExperiment().plan()).split(separator: "\n")
    let after = lines(try SmallExperiment().plan(overrides: ["attacks.0.mia-svc.cost=2"])).split(separator: "\n")
    let changed = Set(after).subtracting(before).map { $0.prefix { $0 != ":" } }
    #expect(changed.map(String.init).sorted() == ["attack mia-svc"])
  }
}

/// A data set with the name, the parameters and the classes of another, 25 samples in each part for every class and value
/// of its attribute, and no files.
private struct WithoutFiles<Source: DatasetSource>: DatasetSource {
  static var card: Card { Source.card }
  static var remoteFiles: [RemoteFile] { [] }
  private var source: Source

  static var fields: [ParameterField] { Source.fields }
  init() { source = Source() }
  init(_ parameters: Self) throws(ParameterError) { source = try Source(parameters.source) }
  init(from decoder: any Decoder) throws { source = try Source(from: decoder) }
  func encode(to encoder: any Encoder) throws { try source.encode(to: encoder) }

  var classNames: [String] { source.classNames }
  var imageShape: [Int] { source.imageShape }
  var attribute: SensitiveAttribute? { source.attribute }
  func localFiles() throws(DataError) -> [URL] { [] }
  func load() throws(DataError) -> DataSplits { DataSplits(train: samples, test: samples) }

  private var samples: Dataset {
    let values = attribute?.valueNames.count ?? 1
    let groups = (0..<25).flatMap { _ in classNames.indices.flatMap { label in (0..<values).map { (label, $0) } } }
    let bytes = imageShape.reduce(groups.count, *)
    return Dataset(
      name: Source.card.name, classNames: classNames, imageShape: imageShape, storedShape: imageShape,
      normalization: Normalization(
        mean: Array(repeating: 0, count: imageShape[2]), deviation: Array(repeating: 1, count: imageShape[2])),
      pixels: .absent(count: bytes), labels: groups.map(\.0), attribute: attribute,
      sensitive: attribute == nil ? [] : groups.map(\.1))
  }
}
