import JSON
import BuiltIns
import ConfigYAML
import Foundation
import TestSupport
import Testing
import Unlearning
import UnlearningRunner

@Suite("cards")
struct CardTests {
  @Test func listsEveryPluginAsJSON() async throws {
    let result = await runner("list", "--format", "json")
    #expect(result.status == .done)
    let cards = try #require(try JSONValue(parsing: result.output).items)
    let names = cards.map { "\($0["role"]?.string ?? "?") \($0["name"]?.string ?? "?")" }
    let registry = Registry.builtIns
    let expected =
      registry.methods.map { "method \($0.card.name)" } + registry.attacks.map { "attack \($0.card.name)" }
      + registry.metrics.map { "metric \($0.card.name)" } + registry.datasets.map { "dataset \($0.card.name)" }
      + registry.architectures.map { "architecture \($0.card.name)" }
    #expect(names.count == expected.count)
    #expect(Set(names) == Set(expected))
    for card in cards {
      let keys = Set(card.members?.map(\.key) ?? [])
      let common: Set = ["role", "name", "title", "summary", "version", "swift_type", "source", "parameters"]
      let traits: [String: Set<String>] = [
        "method": ["needs", "serves"], "attack": ["reads", "retrained_models_needed", "measures"],
        "metric": ["reads", "retrained_models_needed", "measures"],
        "dataset": ["files", "by_hand"],
        "architecture": [],
      ]
      #expect(keys == common.union(traits[card["role"]?.string ?? ""] ?? []), "\(card["name"]?.string ?? "?")")
    }
  }

  @Test func everyParameterHasTypeDefaultAndSummary() async throws {
    let cards = try JSONValue(parsing: await runner("list", "--format", "json").output).items ?? []
    var count = 0
    for card in cards {
      let plugin = card["name"]?.string ?? "?"
      for parameter in card["parameters"]?.items ?? [] {
        count += 1
        let place: Comment = "\(plugin).\(parameter["name"]?.string ?? "?")"
        #expect(parameter["type"]?.string != "any", place)
        #expect(parameter["summary"]?.string?.isEmpty == false, place)
        let isOptional = try #require(parameter["optional"]?.bool as Bool?, place)
        let value = try #require(parameter["default"], place)
        #expect(!value.isNull || isOptional, place)
      }
    }
    #expect(count > 100)
  }

  @Test(
    arguments: [
      ("trw", "tilt", "number", false), ("trw", "pca_rank", "integer", true), ("trw", "centered", "boolean", false),
      ("trw", "training.milestones", "list of integer", false), ("trw", "score", "text", false),
      ("trw", "training.augmentation.flip", "boolean", false), ("mia-svc", "gamma", "number", true),
      ("mia-svc", "variants", "list of text", false), ("cifar10", "root", "text", true),
    ])
  func typesAreThoseOfTheProperties(plugin: String, name: String, type: String, isOptional: Bool) async throws {
    let cards = try JSONValue(parsing: await runner("list", "--format", "json").output).items ?? []
    let card = try #require(cards.first { $0["name"]?.string == plugin })
    let parameter = try #require(card["parameters"]?.items?.first { $0["name"]?.string == name })
    #expect(parameter["type"]?.string == type)
    #expect(parameter["optional"]?.bool == isOptional)
  }

  @Test func aRoleAloneIsListed() async throws {
    let result = await runner("list", "metrics")
    #expect(result.status == .done)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "metrics")
    #expect(lines.count == Registry.builtIns.metrics.count + 1)
    #expect(result.output.contains("  accuracy "))
    #expect(!result.output.contains("fine-tune"))
  }

  /// A folder of Plugins/ that is in no list would not be built.
  @Test func everyFolderOfPluginsIsListed() throws {
    for (folder, count) in [
      ("Methods", Registry.builtIns.methods.count), ("Attacks", Registry.builtIns.attacks.count),
      ("Metrics", Registry.builtIns.metrics.count), ("Datasets", Registry.builtIns.datasets.count),
      ("Architectures", Registry.builtIns.architectures.count),
    ] {
      let path = packageRoot.appending(path: "Plugins/\(folder)").path
      let files = try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(".swift") }
      let names = Set(files.map { $0.prefix { $0 != "/" } })
      #expect(names.count == count, "\(folder): \(names.sorted())")
    }
  }

  @Test func describesAPlugin() async {
    let result = await runner("describe", "fine-tune")
    #expect(result.status == .done)
    let text = result.output
    #expect(text.hasPrefix("fine-tune: Fine-tuning (method, version 1)\n"))
    #expect(text.replacing(/[ ]+/, with: " ").contains("\nneeds original model, retain data\n"))
    #expect(text.replacing(/[ ]+/, with: " ").contains("\nSwift type FineTune.FineTuning\n"))
    #expect(text.replacing(/[ ]+/, with: " ").contains("\ntraining.learning_rate number 0.01 in (0, 1000000000] "))
  }

  @Test func describesWhatAPluginMeasures() async throws {
    let text = await runner("describe", "energy-gap").output.replacing(/[ ]+/, with: " ")
    #expect(text.contains("\nmeasurement unit better reference meaning\n"))
    #expect(text.contains("\n<part>_p fraction higher retrained p-value of the energy distance"))
    let narrow = await runner("describe", "run-time", outputWidth: 60).output
    #expect(
      narrow.contains("\ncall: seconds, better lower, reference retrained\n    wall-clock time of the unlearning"))

    let cards = try JSONValue(parsing: await runner("list", "--format", "json").output).items ?? []
    for card in cards where ["attack", "metric"].contains(card["role"]?.string) {
      let kinds = try #require(card["measures"]?.items)
      #expect(!kinds.isEmpty)
      for kind in kinds { #expect(kind.members?.map(\.key) == ["name", "unit", "direction", "reference", "meaning"]) }
    }
  }

  @Test(arguments: [60, 90, 200])
  func aDescriptionFitsTheTerminal(width: Int) async {
    let result = await runner("describe", "mia-nn", outputWidth: width)
    let longest = result.output.split(separator: "\n").map(\.count).max() ?? 0
    #expect(longest > 0 && longest <= width)
    #expect(result.output.contains("neighbor-probability"))
  }

  @Test func anUnknownPluginNamesTheNearest() async {
    let result = await runner("describe", "fine-tun")
    #expect(result.status == .badUsage)
    #expect(result.messages == "error: unknown plugin 'fine-tun' (did you mean 'fine-tune'?)\n")
  }
}
