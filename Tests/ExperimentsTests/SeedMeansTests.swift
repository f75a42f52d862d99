import Foundation
import TestSupport
import Testing
import Unlearning

@testable import Experiments

@Suite("comparisons of means over seeds") struct SeedMeansTests {
  private struct Golden: Decodable {
    var own: [[Double]], retrained: [[Double]]
    var of_means: Double, of_seeds: Double
    var pseudo_values: [Double]
  }

  private static let terms = ["accuracy.retain_test", "accuracy.forget_test", "accuracy.retain_train"]
  private static let experiment = SmallExperiment.tiny {
    $0.seeds = "[1, 2, 3, 4]"
    $0.metrics = ["accuracy", "average-gap: {terms: [\(terms.joined(separator: ", "))]}"]
  }

  private func rows(_ change: (Cell, inout [String: Double]) -> Void = { _, _ in }) throws -> [ResultRow] {
    let golden = try GoldenFile.read(Golden.self, "gap-of-means")
    let plan = try Self.experiment.plan()
    var means = SeedMeans()
    for cell in plan.cells {
      let numbers = (cell.role == .reference ? golden.retrained : golden.own)[cell.seed - 1]
      var named = Dictionary(uniqueKeysWithValues: zip(Self.terms, numbers))
      change(cell, &named)
      means.note(named, of: cell)
    }
    return try means.rows(of: plan, Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0) }))
  }

  @Test("the gap of means and its jackknife agree with NumPy, and differ from the mean of gaps") func numPy() throws {
    let golden = try GoldenFile.read(Golden.self, "gap-of-means")
    let found = try rows().filter { $0.method == "fine-tune" }
    #expect(found.map(\.name) == [String](repeating: "average-gap.gap_of_means", count: 4))
    #expect(found.map(\.seed) == [1, 2, 3, 4])
    for (row, pseudo) in zip(found, golden.pseudo_values) {
      #expect(abs(row.value - golden.of_means) < 1e-12)
      #expect(abs(try #require(row.spreadNumber) - pseudo) < 1e-12)
    }
    #expect(golden.of_seeds - golden.of_means > 0.01)
  }

  @Test("a model without a term in one seed has no gap of means, and others keep theirs") func missing() throws {
    let found = try rows { cell, values in
      if cell.method == "fine-tune", cell.seed == 3 { values[Self.terms[1]] = nil }
    }
    #expect(Set(found.map(\.method)) == ["original"])
    #expect(try rows { cell, values in if cell.role == .reference, cell.seed == 2 { values = [:] } }.isEmpty)
  }

  @Test("results have it beside the gap of each seed") func results() async throws {
    let folder = try StoreFolder()
    let plan = try Self.experiment.plan()
    let store = try Store(at: folder.url.appending(path: "store"))
    #expect(try await Executor(plan, store: store, workers: 2, observer: Witness()).run().failed == 0)
    let rows = try Experiments.results(of: plan, store: store).rows
    func values(_ name: String, _ method: String) -> [Double] {
      rows.filter { $0.name == name && $0.method == method }.map(\.value)
    }
    for method in ["original", "fine-tune"] {
      let expected = Self.terms.map { abs(values($0, method).mean - values($0, "retrain").mean) }.mean
      let found = values("average-gap.gap_of_means", method)
      #expect(found.count == 4 && found.allSatisfy { abs($0 - expected) < 1e-12 }, "\(found), expected \(expected)")
    }
    #expect(values("average-gap.gap_of_means", "retrain").isEmpty && values("average-gap.gap", "retrain").count == 4)
  }
}
