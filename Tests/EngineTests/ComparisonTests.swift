import Engine
import Testing
import UnlearningTesting

@Suite struct ComparisonTests {
  private let tolerance = Tolerance(absolute: 0.01, relative: 0.1)

  @Test func equalNumbersAgree() {
    #expect(Comparison.difference([1, -2, 0.0], from: [1, -2, 0.0], within: Tolerance()) == nil)
    #expect(Comparison.difference([Double](), from: [Float](), within: Tolerance()) == nil)
    let infinities = [Double.infinity, -.infinity]
    #expect(Comparison.difference(infinities, from: infinities.map(Float.init), within: tolerance) == nil)
  }

  @Test func toleranceHasBothParts() {
    // 0.01 + 0.1·10
    #expect(Comparison.difference([11.0], from: [10.0], within: tolerance) == nil)
    #expect(Comparison.difference([8.995], from: [10.0], within: tolerance) == nil)
    #expect(Comparison.difference([11.02], from: [10.0], within: tolerance) != nil)
    #expect(Comparison.difference([-0.011], from: [0.0], within: tolerance) != nil)
    #expect(Comparison.difference([1 + 1e-7], from: [1.0], within: Tolerance()) != nil)
  }

  @Test func unequalLengthsDiffer() throws {
    let text = try #require(Comparison.difference([1.0, 2], from: [1.0], within: Tolerance(absolute: .infinity)))
    #expect(text == "2 numbers, expected 1")
    #expect(Comparison.difference([Float](), from: [1.0], within: tolerance) != nil)
  }

  @Test func unequalShapesDiffer() {
    let (a, b) = (Tensor(zeros: [2, 3]), Tensor(zeros: [3, 2]))
    #expect(Comparison.difference(a, from: b, within: tolerance) == "shape [2, 3], expected [3, 2]")
    #expect(Comparison.bitDifference(a, from: b) == "shape [2, 3], expected [3, 2]")
    #expect(Comparison.difference([1.0], from: [1.0], within: tolerance, shape: [2]) != nil)
  }

  @Test(arguments: [
    (Double.nan, 1.0), (1, .nan), (.nan, .nan), (.infinity, 1), (1, .infinity), (-.infinity, .infinity),
    (.nan, .infinity),
  ])
  func nothingMakesUpForNumbersThatAreNotFinite(actual: Double, expected: Double) {
    for wide in [tolerance, Tolerance(absolute: .infinity, relative: .infinity)] {
      #expect(Comparison.difference([actual], from: [expected], within: wide) != nil)
    }
  }

  @Test func textNamesPlaceValuesAndLargestError() throws {
    let expected = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let actual = Tensor([1, 2, 3.5, 4, 7, 6], shape: [2, 3])
    let text = try #require(Comparison.difference(actual, from: expected, within: Tolerance(absolute: 0.25)))
    #expect(
      text == """
        2 of 6 numbers leave the tolerance 0.25 + 0.0·|expected|; largest error 2.0 at [1, 1]
          [0, 2] is 3.5, expected 3.0, error 0.5
          [1, 1] is 7.0, expected 5.0, error 2.0
        """)
  }

  @Test func longListsAreCut() throws {
    let (zeros, ones) = ([Double](repeating: 0, count: 100), [Double](repeating: 1, count: 100))
    let text = try #require(Comparison.difference(zeros, from: ones, within: tolerance))
    #expect(text.hasPrefix("100 of 100 numbers"))
    #expect(text.split(separator: "\n").count == 7)
  }

  @Test func bitsOfZerosAndNaNsCount() {
    #expect(Comparison.bitDifference([0, .nan], from: [0, .nan]) == nil)
    #expect(Comparison.bitDifference([0], from: [-0.0]) != nil)
    #expect(Comparison.bitDifference([1], from: [Float(1).nextUp]) != nil)
    #expect(Comparison.bitDifference([1], from: [1, 2]) == "1 numbers, expected 2")
  }

  @Test func namedTensorsCompareNamesFirst() throws {
    let a = NamedTensors(names: ["w", "b"], values: [Tensor(zeros: [2]), Tensor(1)])
    let reordered = NamedTensors(names: ["b", "w"], values: [Tensor(1), Tensor(zeros: [2])])
    var changed = a
    changed["b"] = Tensor(2)
    #expect(Comparison.difference(a, from: a, within: Tolerance()) == nil)
    #expect(Comparison.bitDifference(a, from: a) == nil)
    #expect(Comparison.difference(a, from: reordered, within: tolerance) != nil)
    #expect(Comparison.bitDifference(a, from: reordered) != nil)
    let text = try #require(Comparison.difference(changed, from: a, within: tolerance))
    #expect(text.hasPrefix("b: 1 of 1 numbers"))
    #expect(Comparison.bitDifference(changed, from: a)?.hasPrefix("b: 1 of 1 numbers") == true)
  }
}
