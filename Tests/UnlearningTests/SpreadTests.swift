import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("spreads and names of measurements") struct SpreadTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      struct Joint: Decodable { var own: [Double], without: [[Double]], pseudo: [Double] }
      var distances: [[Double]], pseudo: [Double], values: [Double], floor: [Double]
      var mean: Joint, root: Joint
    }
    var cases: [Case]
  }

  private func cases() throws -> [Golden.Case] { try GoldenFile.read(Golden.self, "spread").cases }

  private func number(_ spread: Spread) -> Double {
    if case .pseudoValue(let value) = spread { value } else { .nan }
  }

  @Test("pseudo-values agree with NumPy's leaving out of one model after the other") func pairs() throws {
    for golden in try cases() {
      for (position, expected) in golden.pseudo.enumerated() {
        let found = number(.ofPairs(golden.distances, at: position))
        #expect(abs(found - expected) < 1e-12, "\(position) of \(golden.pseudo.count): \(found), \(expected)")
      }
      for (position, expected) in golden.floor.enumerated() {
        let found = number(
          .jackknife(golden.values, at: position) { values in
            values.indices.map { own in
              let others = values.indices.filter { $0 != own }.map { values[$0] }
              return abs(values[own] - others.reduce(0, +) / Double(others.count))
            }.reduce(0, +) / Double(values.count)
          })
        #expect(abs(found - expected) < 1e-12, "\(position) of \(golden.floor.count): \(found), \(expected)")
      }
    }
  }

  @Test("a method's spread agrees with NumPy's leaving out of its model and the retrained one together") func joint()
    throws
  {
    for golden in try cases() {
      for joint in [golden.mean, golden.root] {
        // In another order of seeds, too.
        for shift in [0, 1] {
          let order = joint.own.indices.map { ($0 + shift) % joint.own.count }
          let found = Spread.joint(
            order.map { joint.own[$0] }, withoutEach: order.map { joint.without[$0] }, positions: order
          ).map(number)
          let expected = order.map { joint.pseudo[$0] }
          #expect(found.count == expected.count)
          for (seed, (a, b)) in zip(found, expected).enumerated() { #expect(abs(a - b) < 1e-12, "\(seed): \(a), \(b)") }
        }
      }
    }
  }

  @Test("with fewer than three retrained models, or two values of one seed, a shared spread is unknown")
  func partial() {
    let lists = [[1.0, 2, 3], [2, 3, 4], [3, 4, 5]]
    #expect(Spread.joint([1], withoutEach: Array(lists.prefix(1)), positions: [0]) == [.unknown])
    #expect(Spread.joint([1, 2, 3], withoutEach: lists, positions: [0, 1, 1]) == Array(repeating: .unknown, count: 3))
    #expect(Spread.joint([1, 2], withoutEach: [[1, 2], [3, 4]], positions: [0, 1]) == [.unknown, .unknown])
    #expect(Spread.ofComparison(with: [1]) { _ in 0 } == .unknown)
    #expect(Spread.ofComparison(with: [1.0, 2, 4]) { $0.reduce(0, +) } == .withoutEach([6, 5, 3]))
  }

  /// The value of a seed is its model's number plus the mean of all retrained ones, so that the variance is known:
  /// s²/n of the method's and r²/m of the retrained models; the jackknife has n − 1 in place of n, and m − 1 of m.
  @Test("with a bank the standard error is that of both kinds of models", arguments: [(3, 8), (5, 16), (2, 4)])
  func bank(_ seeds: Int, _ models: Int) {
    let own: [Double] = (0..<seeds).map { Double(($0 * 7) % 5) - 0.3 * Double($0) }
    let retrained: [Double] = (0..<models).map { 0.05 * Double(($0 * 11) % 13) }
    let mean = retrained.reduce(0, +) / Double(models)
    let values = own.map { $0 + mean }
    let meansOfOthers = retrained.map { (mean * Double(models) - $0) / Double(models - 1) }
    let lists = own.map { own in meansOfOthers.map { own + $0 } }
    func sumOfSquares(_ numbers: [Double]) -> Double {
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let found = Spread.joint(values, withoutEach: lists, positions: Array(0..<seeds)).map(number)
    let error = (sumOfSquares(found) / Double((seeds - 1) * seeds)).squareRoot()
    // Leaving out unit k changes the mean by −(uₖ − ū)/(n − 1) − (rₖ − r̄)/(m − 1).
    let ownMean = own.reduce(0, +) / Double(seeds)
    let changes = (0..<models).map { unit -> Double in
      let change = (retrained[unit] - mean) / Double(models - 1)
      return unit < seeds ? change + (own[unit] - ownMean) / Double(seeds - 1) : change
    }
    let expected = (Double(models - 1) / Double(models) * sumOfSquares(changes)).squareRoot()
    #expect(abs(error - expected) < 1e-12, "\(error), \(expected)")
  }

  @Test("two models have pairs, but no spread of them") func twoModels() {
    #expect(Spread.ofPairs([[0, 1], [1, 0]], at: 0) == .unknown)
    #expect(Spread.jackknife([1.0, 2], at: 0) { $0[0] } == .unknown)
  }

  @Test(
    "a spread reads back from JSON",
    arguments: [
      Spread.pseudoValue(0.25), .pseudoValue(-1), .withoutEach([1, 0.5]), .pseudoValues([0.5, 1]), .unknown,
    ])
  func coding(spread: Spread) throws {
    let value = MeasuredValue("a", 0.5, direction: .lower, spread: spread, caveat: "why")
    let data = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(MeasuredValue.self, from: data) == value)
    let plain = try JSONEncoder().encode(MeasuredValue("a", 0.5, direction: .lower))
    #expect(!String(decoding: plain, as: UTF8.self).contains("spread"))
  }

  @Test(
    "names of different texts differ, and usual ones are readable",
    arguments: [
      (["cat V-1", "Dog 2"], ["cat_v_1", "dog_2"]),
      (["cat HER2+", "cat HER2-", "dog HER2+"], ["cat_her2_2b", "cat_her2_2d", "dog_her2_"]),
      (["Benign x", "benign x"], ["_42enign_x", "benign_x"]),
      (["a b", "a b", "a_b"], ["a_b", "a_b_2", "a_5fb"]),
      (["forget group", "worst"], ["forget_group_2", "worst_2"]),
      (["a b", "a b", "a b 2"], ["a_b", "a_b_3", "a_b_2"]),
    ])
  func names(texts: [String], names: [String]) {
    let found = MeasuredValue.names(for: texts, reserved: ["worst", "forget_group"])
    #expect(found == names)
    #expect(Set(found).count == texts.count)
  }

  @Test("names of many texts that are alike differ") func manyNames() {
    let signs = ["", "+", "-", " ", "_", "__", "A", "a", "é", "2", "_2", "_2b", "+2", "2b", "B"]
    let texts = signs.flatMap { first in signs.map { "\(first) \($0)" } }
    #expect(Set(MeasuredValue.names(for: texts, reserved: ["a_b", "_2"])).count == texts.count)
  }
}
