import Testing
import Unlearning

@Suite("statistics of a few numbers") struct StatisticsTests {
  // numpy.mean, std(ddof=1), std(ddof=0) and median of the same numbers (NumPy 2.4.6).
  @Test(
    "agree with NumPy",
    arguments: [
      ([2.5, -1, 4, 0.125], 1.40625, 2.2624079170948224, 1.9593027299271544, 1.3125),
      ([3.0, 1, 2], 2, 1, 0.816496580927726, 2), ([7.0, 7], 7, 0, 0, 7),
    ])
  func numbers(values: [Double], mean: Double, sample: Double, population: Double, median: Double) throws {
    #expect(values.mean == mean)
    #expect(abs(try #require(values.sampleDeviation) - sample) < 1e-15)
    #expect(abs(values.populationDeviation - population) < 1e-15)
    #expect(values.median == median)
  }

  @Test("few numbers have no deviation, and none has no median") func few() {
    #expect([1.0].sampleDeviation == nil && [1.0].populationDeviation == 0 && [1.0].median == 1)
    #expect([Double]().mean.isNaN && [Double]().sampleDeviation == nil && [Double]().median == nil)
  }
}
