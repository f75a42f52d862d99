import BuiltIns
import Data
import Engine
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
  static let metrics = Registry.builtIns.metrics.map { Named(name: $0.card.name, type: $0) }
  static let architectures = Registry.builtIns.architectures.map { Named(name: $0.card.name, type: $0) }

  @Test("card and parameters", arguments: everything)
  func plugin(_ plugin: Named<any Plugin.Type>) {
    func check<P: Plugin>(_ type: P.Type) -> [Violation] { PluginLaws.violations(of: type) }
    let violations = check(plugin.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("methods", arguments: methods)
  func method(_ method: Named<any UnlearningMethod.Type>) throws {
    func check<M: UnlearningMethod>(_ type: M.Type) throws -> [Violation] {
      try MethodLaws.violations(of: type, on: TinyProblem())
    }
    let violations = try check(method.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("attacks", arguments: attacks)
  func attack(_ attack: Named<any Attack.Type>) throws {
    func check<A: Attack>(_ type: A.Type) throws -> [Violation] {
      try EvidenceLaws.violations(ofAttack: type, on: TinyProblem())
    }
    let violations = try check(attack.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("metrics", arguments: metrics)
  func metric(_ metric: Named<any Metric.Type>) throws {
    func check<M: Metric>(_ type: M.Type) throws -> [Violation] {
      try EvidenceLaws.violations(ofMetric: type, on: TinyProblem())
    }
    let violations = try check(metric.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("architectures", arguments: architectures, [[32, 32, 3], [28, 28, 1]])
  func architecture(_ architecture: Named<any Architecture.Type>, imageShape: [Int]) throws {
    func check<A: Architecture>(_ type: A.Type) throws -> [Violation] {
      try ArchitectureLaws.violations(of: type, imageShape: imageShape)
    }
    let violations = try check(architecture.type)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test("procedural data sets are what their cards say")
  func datasets() throws {
    for type in Registry.builtIns.datasets where type.remoteFiles.isEmpty && type.gotByHand == nil {
      func load<D: DatasetSource>(_ type: D.Type) throws -> (any DatasetSource, DataSplits) {
        let source = try D(D())
        return (source, try source.load())
      }
      let (source, splits) = try load(type)
      #expect(splits.train.classNames == source.classNames)
      #expect(splits.train.imageShape == source.imageShape)
      #expect(try source.localFiles().isEmpty)
    }
  }
}
