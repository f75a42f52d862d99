import TestSupport
import Testing
@testable import Unlearning

@Suite("intervals over samples") struct SamplingIntervalTests {
  private struct Golden: Decodable {
    struct Proportion: Decodable { var count: Int, total: Int, low: Double, high: Double }
    struct Area: Decodable {
      var positives: [Double], negatives: [Double], weights: [Double]?, low: Double, high: Double
    }
    var proportions: [Proportion], areas: [Area]
  }

  @Test("the interval of a proportion is SciPy's exact one") func proportions() throws {
    for golden in try GoldenFile.read(Golden.self, "intervals").proportions {
      let found = SamplingInterval(of: golden.count, in: golden.total)
      #expect(abs(found.low - golden.low) < 1e-10, "\(golden): \(found)")
      #expect(abs(found.high - golden.high) < 1e-10, "\(golden): \(found)")
    }
  }

  @Test("the interval of an area is DeLong's, from all pairs of scores") func areas() throws {
    for golden in try GoldenFile.read(Golden.self, "intervals").areas {
      let found = try #require(
        SamplingInterval(areaOf: golden.positives, over: golden.negatives, negativeWeights: golden.weights))
      #expect(abs(found.low - golden.low) < 1e-12 && abs(found.high - golden.high) < 1e-12, "\(found)")
    }
  }

  @Test("sides that do not overlap, or are of one sample, have no interval") func none() {
    #expect(SamplingInterval(areaOf: [3, 4], over: [1, 2]) == nil)
    #expect(SamplingInterval(areaOf: [3], over: [1, 4]) == nil)
    #expect(SamplingInterval(areaOf: [3, 1], over: [1, 4], negativeWeights: [0, 1]) == nil)
  }

  @Test("the incomplete beta function by hand") func beta() {
    // I_x(1, 1) = x, I_x(2, 1) = x², I_x(1, 2) = 1 − (1 − x)².
    for x in [0.01, 0.3, 0.5, 0.99] {
      #expect(abs(IncompleteBeta(1, 1)(x) - x) < 1e-15)
      #expect(abs(IncompleteBeta(2, 1)(x) - x * x) < 1e-15)
      #expect(abs(IncompleteBeta(1, 2)(x) - (1 - (1 - x) * (1 - x))) < 1e-15)
    }
    #expect(IncompleteBeta(3, 2)(0) == 0 && IncompleteBeta(3, 2)(1) == 1)
  }
}
