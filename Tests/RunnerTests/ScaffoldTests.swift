import BuiltIns
import Foundation
import TestSupport
import Testing
import Unlearning
import UnlearningRunner

@Suite("new plugins")
struct ScaffoldTests {
  private let folder: TemporaryFolder
  private static let manifest = "Package.swift"
  private static let list = "Sources/BuiltIns/BuiltIns.swift"

  /// A tree with the two lists of this package as they are.
  init() throws {
    folder = try TemporaryFolder()
    for path in [Self.manifest, Self.list] {
      try folder.write(String(contentsOf: packageRoot.appending(path: path), encoding: .utf8), to: path)
    }
    for path in [
      "Plugins/Architectures/MLP", "Plugins/Attacks/MIANN", "Plugins/Datasets/MNIST", "Plugins/Methods/FineTune",
      "Plugins/Metrics/Accuracy", "Tests/PluginTests", "Sources/Engine",
    ] {
      try FileManager.default.createDirectory(
        at: folder.url.appending(path: path), withIntermediateDirectories: true)
    }
  }

  private var scaffold: PluginScaffold { PluginScaffold(root: folder.url, registry: .builtIns) }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: folder.path(path), encoding: .utf8) }

  @Test func writesEverything() throws {
    let before = (manifest: try text(Self.manifest), list: try text(Self.list))
    let paths = try scaffold.create(PluginName("noisy-tuning", of: .methods))
    #expect(
      paths == [
        "Plugins/Methods/NoisyTuning/NoisyTuningMethod.swift", "Tests/PluginTests/NoisyTuningTests.swift",
        Self.manifest, Self.list,
      ])
    #expect(Set(folder.files) == Set(paths))
    let source = try text(paths[0])
    #expect(source.contains("public struct NoisyTuningMethod: UnlearningMethod"))
    #expect(source.contains("@Parameter(\"what logits are divided by\", .positive) public var temperature = 2.0"))
    #expect(source.contains("name: \"noisy-tuning\", title: \"Noisy tuning\","))
    #expect(try text(paths[1]).contains("@Suite struct NoisyTuningTests {"))

    let manifest = try text(Self.manifest)
    // The list may have been broken into lines.
    func words(_ text: String) -> [Substring] { text.split { $0.isWhitespace || "[],".contains($0) } }
    let (new, old) = (words(manifest), words(before.manifest))
    let place = try #require(new.firstIndex(of: "\"NoisyTuning\""))
    #expect(new[place - 1] == "\"NegGradPlus\"" && new[place + 1] == "\"RandomLabels\"")
    #expect(Array(new[..<place] + new[(place + 1)...]) == old)
    let list = try text(Self.list)
    #expect(list.contains("\nimport NegGradPlus\nimport NoisyTuning\nimport PeakMemory\n"))
    #expect(
      list.contains("    NegativeGradientPlus.self\n    NoisyTuningMethod.self\n    RandomLabelUnlearning.self\n"))
    #expect(
      list.replacing("import NoisyTuning\n", with: "").replacing("    NoisyTuningMethod.self\n", with: "")
        == before.list)
  }

  @Test(
    arguments: [
      (PluginRole.methods, "Plugins/Methods", "NewIdeaMethod: UnlearningMethod", "// Methods"),
      (.attacks, "Plugins/Attacks", "NewIdeaAttack: Attack", "// Attacks"),
      (.metrics, "Plugins/Metrics", "NewIdeaMetric: Metric", "// Metrics"),
      (.datasets, "Plugins/Datasets", "NewIdeaSource: DatasetSource", "// Data sets"),
      (.architectures, "Plugins/Architectures", "NewIdeaArchitecture: Architecture", "// Architectures"),
    ])
  func everyRole(role: PluginRole, place: String, declaration: String, heading: String) throws {
    let before = try text(Self.list)
    let name = try PluginName("new-idea", of: role)
    let paths = try scaffold.create(name)
    #expect(
      paths == [
        "\(place)/NewIdea/\(name.type).swift", "Tests/PluginTests/NewIdeaTests.swift", Self.manifest, Self.list,
      ])
    let source = try text(paths[0])
    #expect(source.contains("public struct \(declaration) {"))
    #expect(source.contains("name: \"new-idea\", title: \"New idea\","))
    #expect(source.contains("  @Parameter(\""))
    #expect(try text(paths[1]).contains("import NewIdea\n"))
    let long = try PluginName(String(repeating: "a", count: 40), of: role)
    for line in (long.source + long.test).split(separator: "\n") {
      #expect(line.count <= 120 && line.last != " ", "\(line)")
    }

    let manifest = try text(Self.manifest)
    let start = try #require(manifest.range(of: "let \(role.rawValue) = ["))
    #expect(manifest[start.upperBound...].prefix { $0 != "]" }.contains("\"NewIdea\""))
    let list = try text(Self.list)
    let section = try #require(list.range(of: heading)).upperBound
    let types = list[section...].split(separator: "\n").prefix { $0.hasSuffix(".self") }
    #expect(types.contains("    \(name.type).self"))
    #expect(
      list.replacing("import NewIdea\n", with: "").replacing("    \(name.type).self\n", with: "") == before)
  }

  @Test func linesStayShortAndSorted() throws {
    for name in ["aaa", "zzz", "quite-a-long-name-of-a-method", "another-long-name-of-a-method"] {
      _ = try scaffold.create(PluginName(name, of: .methods))
    }
    let manifest = try text(Self.manifest)
    #expect(manifest.split(separator: "\n").allSatisfy { $0.count <= 120 })
    let start = try #require(manifest.range(of: "let methods = ["))
    let list = manifest[start.upperBound...].prefix { $0 != "]" }
    let names = list.split(separator: "\"").filter { $0.first?.isLetter == true }.map { $0.lowercased() }
    #expect(names.count == Registry.builtIns.methods.count + 4)
    #expect(names == names.sorted())
    let lines = try text(Self.list).split(separator: "\n").map(String.init)
    let imports = lines.compactMap { $0.hasPrefix("import ") ? String($0.dropFirst(7)) : nil }
    #expect(imports == imports.sorted())
  }

  @Test(
    arguments: [
      ("noisy-tuning", "noisy-tuning", "NoisyTuning"), ("NoisyTuning", "noisy-tuning", "NoisyTuning"),
      ("scrub", "scrub", "Scrub"), ("ssd-2", "ssd-2", "Ssd2"),
    ])
  func spellings(name: String, plugin: String, module: String) throws {
    let names = try PluginName(name, of: .methods)
    #expect(names.plugin == plugin)
    #expect(names.module == module)
    #expect(names.type == module + "Method")
  }

  @Test(
    arguments: [
      "", "-", "a--b", "a-", "2nd", "has space", "under_score", "naïve", "../up", "swift", "Testing",
      "Self", "any", "Type", "Protocol", "Init", "Nil", "Main", "Int", "UInt", "String", "Error", "Double", "Array",
      "Set",
      "Suite", "HeapModule", "null", "true", "No", "yes", "on", "y", "sweep", "each", "zip", "original",
      "constant-answer", "MeanRetrained", "notes",
      String(repeating: "a", count: 41),
    ])
  func namesThatCannotBe(name: String) throws {
    let error = #expect(throws: ScaffoldError.self) { try PluginName(name, of: .methods) }
    #expect(error?.description.contains("cannot be the name of a plugin: ") == true)
  }

  @Test(
    arguments: [
      (PluginRole.methods, "fine-tune", "the method of that name"), (.attacks, "mia-nn", "the attack of that name"),
      (.methods, "finetune", "the folder Plugins/Methods/FineTune"),
      (.datasets, "accuracy", "the folder Plugins/Metrics/Accuracy"), (.metrics, "engine", "the folder Sources/Engine"),
    ])
  func namesThatAreTaken(role: PluginRole, name: String, owner: String) throws {
    let before = folder.files
    let error = #expect(throws: ScaffoldError.self) { try scaffold.create(PluginName(name, of: role)) }
    #expect(error?.description.contains("is taken by \(owner);") == true, "\(String(describing: error))")
    #expect(folder.files == before)
  }

  /// The list of plugins imports the modules of all.
  @Test(
    arguments: [
      (PluginRole.attacks, "forest", "ForestAttack", "Plugins/Attacks/ForestMIA/ForestAttack.swift"),
      (.datasets, "picture", "PictureSource", "Sources/Data/PictureSource.swift"),
      (.methods, "attack-power", "AttackPowerTests", "Tests/PluginTests/PowerTests.swift"),
    ])
  func typesThatExist(role: PluginRole, name: String, type: String, file: String) throws {
    try folder.write("/// It.\npublic struct \(type): Sendable {}\n", to: file)
    let error = #expect(throws: ScaffoldError.self) { try scaffold.create(PluginName(name, of: role)) }
    #expect("\(try #require(error))".contains("is taken by the type \(type) in \(file);"))
    try folder.write("/// It.\npublic struct \(type)s: Sendable {}\n", to: file)
    #expect(throws: Never.self) { try scaffold.create(PluginName(name, of: role)) }
  }

  /// A module of such a name could not be told from what the code means.
  @Test func whatTheGeneratedCodeNamesIsRefused() throws {
    var words: Set<String> = ["Registry", "Plugin", "BuiltIns"]
    for role in PluginRole.allCases {
      let name = try PluginName("new-idea", of: role)
      for line in (name.source + name.test).split(separator: "\n") {
        let code = line.contains("//") ? "" : line.replacing(/"(\\"|[^"])*"/, with: "")
        words.formUnion(code.matches(of: /\b[A-Z][A-Za-z0-9]+/).map { String($0.output) })
      }
    }
    words = words.filter { !$0.hasPrefix("NewIdea") }
    try #require(words.isSuperset(of: ["Classifier", "Double", "Parameter", "Suite", "UnlearningMethod"]))
    let scaffold = PluginScaffold(root: packageRoot, registry: .builtIns)
    for word in words {
      #expect(throws: ScaffoldError.self, "\(word)") {
        try scaffold.checkIsFree(try PluginName(word, of: .methods))
      }
    }
    for name in ["noisy-tuning", "velocity", "x", "swift-2", "types", "each-class"] {
      #expect(throws: Never.self, "\(name)") { try scaffold.checkIsFree(try PluginName(name, of: .methods)) }
    }
  }

  @Test func twiceIsRefused() throws {
    _ = try scaffold.create(PluginName("noisy-tuning", of: .methods))
    let manifest = try text(Self.manifest)
    #expect(throws: ScaffoldError.self) { try scaffold.create(PluginName("NoisyTuning", of: .methods)) }
    #expect(try text(Self.manifest) == manifest)
  }

  @Test func anotherFolderIsRefused() throws {
    try FileManager.default.removeItem(atPath: folder.path(Self.list))
    let error = #expect(throws: ScaffoldError.self) { try scaffold.create(PluginName("noisy-tuning", of: .methods)) }
    #expect(error?.description.contains("is not the root of the Lacuna package: it has no \(Self.list);") == true)
  }

  @Test func aListThatCannotBeReadChangesNothing() throws {
    try folder.write("import Unlearning\n", to: Self.list)
    let manifest = try text(Self.manifest)
    #expect(throws: ScaffoldError.self) { try scaffold.create(PluginName("noisy-tuning", of: .methods)) }
    #expect(try text(Self.manifest) == manifest)
    #expect(Set(folder.files) == [Self.manifest, Self.list])
  }
}
