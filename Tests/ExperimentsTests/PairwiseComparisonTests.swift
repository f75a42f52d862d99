import Foundation
import TestSupport
import Testing
import Unlearning

@testable import Experiments

@Suite("pairwise comparisons of methods") struct PairwiseComparisonTests {
  private struct Golden: Decodable {
    struct Pair: Decodable {
      var first: String, second: String, difference: Double, p: Double, effect: Double, half_width: Double
      var adjusted_p: Double
    }
    var values: [String: [Double]], pairs: [Pair]
  }

  private func rows(_ values: [String: [Double]], spread: Spread? = nil) -> [ResultRow] {
    values.sorted { $0.key < $1.key }.flatMap { method, values in
      values.enumerated().map { place, value in
        ResultRow(
          experiment: "demo", data: "shapes", architecture: "mlp", forget: "class circle", method: method,
          parameters: "{}", seeds: ModelSeeds(training: place + 1, unlearning: place + 1), kind: .metric,
          name: "accuracy.retain_test", value: value, unit: .fraction, direction: .higher, spread: spread)
      }
    }
  }

  @Test("differences, intervals, exact sign flips and Holm's correction agree with SciPy") func golden() throws {
    let golden = try GoldenFile.read(Golden.self, "pairs")
    let tables = PairwiseComparison.tables(of: rows(golden.values), by: "accuracy.retain_test")
    let pairs = try #require(tables.first).pairs
    try #require(pairs.count == golden.pairs.count)
    for (found, expected) in zip(pairs, golden.pairs) {
      #expect(found.first == expected.first && found.second == expected.second && found.count == 8)
      for (name, a, b) in [
        ("difference", found.difference, expected.difference), ("p", found.p, expected.p),
        ("half width", found.halfWidth, expected.half_width), ("effect", found.effect, expected.effect),
        ("adjusted p", found.adjustedP, expected.adjusted_p),
      ] as [(String, Double?, Double)] {
        #expect(abs((a ?? .nan) - b) < 1e-9, "\(found.first) and \(found.second): \(name) \(a ?? .nan), \(b)")
      }
      #expect(found.isDifferent == (expected.adjusted_p <= 0.05))
    }
    #expect(pairs.contains { $0.isDifferent } && pairs.contains { !$0.isDifferent && ($0.p ?? 1) <= 0.05 })
  }

  @Test("five seeds cannot tell methods apart, six can") func fewSeeds() throws {
    for (count, isDifferent) in [(5, false), (6, true)] {
      let first = (0..<count).map { 0.9 + 0.001 * Double($0) }
      let table = PairwiseComparison.tables(
        of: rows(["a": first, "b": first.map { $0 - 0.5 }]), by: "accuracy.retain_test")
      let pair = try #require(table.first?.pairs.first)
      #expect(pair.p == 2 / Double(1 << count))
      #expect(pair.isDifferent == isDifferent)
    }
  }

  @Test("where a spread is not known there is a difference and no p-value") func unknown() throws {
    let rows = rows(["a": [0.1, 0.2, 0.3], "b": [0.2, 0.3, 0.4]], spread: .unknown)
    let pair = try #require(PairwiseComparison.tables(of: rows, by: "accuracy.retain_test").first?.pairs.first)
    #expect(abs(pair.difference + 0.1) < 1e-12)
    #expect(pair.p == nil && pair.adjustedP == nil && pair.halfWidth == nil && !pair.isDifferent)
  }

  @Test("a score of a bank is paired over its models") func bank() throws {
    var rows = rows(["a": [0.9], "b": [0.8]])
    rows[0].bankPseudoValues = [0.9, 0.91, 0.89, 0.92, 0.88, 0.9, 0.9]
    rows[1].bankPseudoValues = [0.8, 0.8, 0.81, 0.79, 0.8, 0.82, 0.78]
    let pair = try #require(PairwiseComparison.tables(of: rows, by: "accuracy.retain_test").first?.pairs.first)
    #expect(pair.count == 7 && pair.p == 2.0 / 128 && pair.isDifferent)
    // The jackknife's estimate may be elsewhere: the test is of the difference that is shown.
    rows[1].bankPseudoValues = rows[1].bankPseudoValues?.map { $0 + 0.1 }
    let shifted = try #require(PairwiseComparison.tables(of: rows, by: "accuracy.retain_test").first?.pairs.first)
    #expect(shifted.p == 2.0 / 128 && shifted.difference == pair.difference)
    rows[1].bankPseudoValues = rows[1].bankPseudoValues?.map { $0 - 0.1 }
    let text = try #require(PairwiseComparison.tables(of: rows, by: "accuracy.retain_test").first?.text)
    #expect(text.contains("a      b            +10.0"))
    #expect(text.contains("different"))
  }

  @Test("missing p-values are left out of Holm's correction") func holm() {
    #expect(PairwiseComparison.adjusted([0.01, nil, 0.04, 0.03]) == [0.03, nil, 0.06, 0.06])
    #expect(PairwiseComparison.adjusted([0.6, 0.7]) == [1, 1])
    #expect(PairwiseComparison.adjusted([]) == [])
  }

  @Test("many seeds are flipped at random, with the same result within chance") func manySeeds() {
    // 20 differences of which 5 are negative: P(at most 5 or at least 15 of 20) = 0.0414.
    let differences = (0..<20).map { $0 < 5 ? -1.0 : 1.0 }
    #expect(abs(PairwiseComparison.signFlipP(differences) - 0.0414) < 0.008)
  }
}
