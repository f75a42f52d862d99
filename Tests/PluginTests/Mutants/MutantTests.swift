import Testing
import Unlearning
import UnlearningTesting

/// A deliberately broken plugin with the one law that it breaks.
struct Mutant: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var law: Law
  var violations: @Sendable () throws -> [Violation]

  init(_ plugin: any Plugin.Type, breaks law: Law, _ violations: @escaping @Sendable () throws -> [Violation]) {
    testDescription = "\(plugin)"
    self.law = law
    self.violations = violations
  }
}

/// The law suites must fail: at least one mutant for each law.
@Suite("Plugin laws detect broken plugins") struct MutantTests {
  static let mutants =
    PluginMutants.all + MethodMutants.all + ProbeMutants.all + ArchitectureMutants.all + DatasetMutants.all

  @Test("each mutant breaks its law and no other", arguments: mutants)
  func breaksItsLaw(_ mutant: Mutant) throws {
    let violations = try mutant.violations()
    #expect(Set(violations.map(\.law)) == [mutant.law], "\(violations)")
  }

  @Test("every law has a mutant")
  func laws() {
    let missing = Set(Law.allCases).subtracting(Self.mutants.map(\.law)).map(\.rawValue).sorted()
    #expect(missing == [])
  }

  @Test("numbers without bounds are detected in lists and optional values")
  func boundless() {
    let findings = PluginLaws.violations(of: PluginMutants.Boundless.self).map(\.finding)
    #expect(findings == ["'steps' has none", "'sizes' has none", "'limit' has none"])
  }

  @Test("undeclared inputs of a method are detected")
  func needs() throws {
    let violations = try MethodLaws.violations(of: MethodMutants.Nosy.self, on: TinyProblem(), examples: .everyNeed)
    for need in MethodNeed.allCases {
      #expect(violations.contains { $0.finding.contains("reads \(need.rawValue) and") }, "\(need)")
    }
  }

  @Test("undeclared evidence of a metric is detected")
  func evidence() throws {
    let violations = try EvidenceLaws.violations(
      of: ProbeMutants.Nosy.self, on: TinyProblem(), examples: .allEvidence)
    for kind in EvidenceKind.allCases {
      #expect(violations.contains { $0.finding.contains("reads \(kind.rawValue) and") }, "\(kind)")
    }
  }

  @Test("parameters of the original's recipe that a method does not use are reported")
  func unusedPartsOfARecipe() throws {
    let violations = try MethodLaws.violations(of: MethodMutants.Hoarding.self, on: TinyProblem())
    let dead = ["group_robust", "group_step", "keep"]
    #expect(violations.map(\.finding) == dead.map { "'recipe.\($0)' changes nothing" })
  }
}

extension Card {
  /// A card in which nothing is wrong.
  static func mutant(
    name: String = "mutant", title: String = "Mutant", summary: String = "Is broken.",
    source: Source = Source(authors: "Nobody", venue: "nowhere"), version: Int = 1
  ) -> Card {
    Card(name: name, title: title, summary: summary, source: source, version: version)
  }
}
