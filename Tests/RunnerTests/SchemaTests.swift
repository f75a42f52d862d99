import JSON
import BuiltIns
import ConfigYAML
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("schemas")
struct SchemaTests {
  @Test("the files are what the command prints", arguments: ["experiment", "audit", "results"])
  func filesAreCurrent(subject: String) async throws {
    let file = packageRoot.appending(path: "schemas/\(subject).schema.json")
    let stored = try String(contentsOf: file, encoding: .utf8)
    let printed = await runner("schema", subject).output
    let isCurrent = stored == printed
    #expect(isCurrent, "run: swift run runner schema \(subject) > schemas/\(subject).schema.json")
  }

  @Test(arguments: ["experiment", "audit", "results"])
  func referencesLeadSomewhere(subject: String) async throws {
    let schema = try JSONValue(parsing: await runner("schema", subject).output)
    #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
    let known = Set((schema["$defs"]?.members ?? []).map { "#/$defs/\($0.key)" })
    let used = references(in: schema)
    #expect(used == known)
  }

  private func references(in value: JSONValue) -> Set<String> {
    var found = Set((value.items ?? value.members?.map(\.value) ?? []).flatMap { references(in: $0) })
    if let reference = value["$ref"]?.string { found.insert(reference) }
    return found
  }

  @Test func everyPluginCanBeNamed() async throws {
    let properties = try #require(try JSONValue(parsing: await runner("schema").output)["properties"])
    func names(_ key: String) -> Set<String> {
      Set((properties[key]?["items"]?["anyOf"]?.items?.first?["enum"]?.items ?? []).compactMap(\.string))
    }
    let registry = Registry.builtIns
    #expect(names("methods") == Set(registry.methods.map { $0.card.name }))
    #expect(names("attacks") == Set(registry.attacks.map { $0.card.name }))
    #expect(names("metrics") == Set(registry.metrics.map { $0.card.name }))
    #expect(names("data") == Set(registry.datasets.map { $0.card.name }))
    #expect(names("architectures") == Set(registry.architectures.map { $0.card.name }))
  }

  @Test func rangesAndDefaultsAreThere() async throws {
    let schema = try JSONValue(parsing: await runner("schema").output)
    let trw = try #require(schema["$defs"]?["method-trw"]?["properties"])
    func value(_ parameter: JSONValue?) -> JSONValue? {
      let name = parameter?["$ref"]?.string?.split(separator: "/").last.map(String.init)
      return name.flatMap { schema["$defs"]?[$0]?["anyOf"]?.items?.first }
    }
    #expect(value(trw["temperature"]) == ["type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000])
    #expect(trw["temperature"]?["default"] == 0.1)
    #expect(value(trw["pca_rank"])?["anyOf"]?.items?.last == ["type": "null"])
    #expect(value(trw["score"])?["enum"]?.items?.contains("softmax") == true)
    let flip = trw["training"]?["properties"]?["augmentation"]?["properties"]?["flip"]
    #expect(value(flip) == ["type": "boolean"])
    #expect(flip?["default"] == false)
  }
}
