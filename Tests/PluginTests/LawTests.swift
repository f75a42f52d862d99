import BuiltIns
import Data
import Engine
import JSON
import Testing
import Unlearning
import UnlearningTesting

/// A plugin as an argument of a test, under its name.
struct Named<Role: Sendable>: Sendable, CustomTestStringConvertible {
  var name: String
  var type: Role
  var testDescription: String { name }
}

@Suite("Laws of every plugin") struct LawTests {
  static let everything = Registry.builtIns.all.map { Named(name: $0.card.name, type: $0) }
  static let methods = Registry.builtIns.methods.map { Named(name: $0.card.name, type: $0) }
  static let attacks = Registry.builtIns.attacks.map { Named(name: $0.card.name, type: $0) }
  static let probes = (Registry.builtIns.attacks as [any Probe.Type] + Registry.builtIns.metrics as [any Probe.Type])
    .map { Named(name: $0.card.name, type: $0) }
  static let architectures = Registry.builtIns.architectures.map { Named(name: $0.card.name, type: $0) }
  static let datasets = Registry.builtIns.datasets.map { Named(name: $0.card.name, type: $0) }
    .filter { SmallDataset.isAvailable($0.name) }

  @Test("card and parameters", arguments: everything)
  func plugin(_ plugin: Named<any Plugin.Type>) {
    func check<P: Plugin>(_ type: P.Type) -> [Violation] { PluginLaws.violations(of: type) }
    let violations = check(plugin.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("methods", arguments: methods)
  func method(_ method: Named<any UnlearningMethod.Type>) throws {
    func check<M: UnlearningMethod>(_ type: M.Type) throws -> [Violation] {
      try MethodLaws.violations(of: type, on: TinyProblem(), examples: .of(method.name))
    }
    let violations = try check(method.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("attacks and metrics", arguments: probes)
  func probe(_ probe: Named<any Probe.Type>) throws {
    func check<P: Probe>(_ type: P.Type) throws -> [Violation] {
      try EvidenceLaws.violations(of: type, on: TinyProblem(), examples: .of(probe.name))
    }
    let violations = try check(probe.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("architectures", arguments: architectures, [[32, 32, 3], [28, 28, 1]])
  func architecture(_ architecture: Named<any Architecture.Type>, imageShape: [Int]) throws {
    func check<A: Architecture>(_ type: A.Type) throws -> [Violation] {
      try ArchitectureLaws.violations(of: type, imageShape: imageShape, examples: .of(architecture.name))
    }
    let violations = try check(architecture.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("data sets", arguments: datasets)
  func dataset(_ dataset: Named<any DatasetSource.Type>) throws {
    let small = try SmallDataset(dataset.name)
    func check<D: DatasetSource>(_ type: D.Type) throws -> [Violation] {
      try DatasetLaws.violations(of: type, examples: small.examples)
    }
    let violations = try check(dataset.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("every parameter of the original's recipe changes the model that it trains")
  func originalRecipe() throws {
    let problem = try TinyProblem()
    let split = try problem.split(.fraction(0.25))
    let examples = try [[:], ["group_robust": true], ["keep": "best-validation", "learning_rate": 0.5]].map {
      try OriginalRecipe().with($0)
    }
    let violations = ParameterLaw.violations(examples) { recipe in
      try recipe.validateRanges()
      var run = problem.run()
      run.recipe = recipe
      run.validation = split.forgetTrain
      return try run.train(on: split.retainTrain, purpose: "original").parameters
    }
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("examples are of plugins that exist")
  func examples() {
    let names = Set(Self.everything.map(\.name))
    #expect(names.isSuperset(of: Examples.ofPlugins.keys), "\(Set(Examples.ofPlugins.keys).subtracting(names))")
  }
}
