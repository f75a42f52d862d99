import Engine
import Foundation
import Testing
import UnlearningTesting

extension OperationCase {
  static let reductions: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("reductions")
    let shapes: [[Int]] = [[], [1], [9], [3, 5, 7], [19, 17]]
    let wholes = shapes.flatMap { shape -> [OperationCase] in
      let x = Numbers(uniform: shape, from: -2, to: 2, random: &random)
      return [
        OperationCase(
          "sum", [x], engine: { $0[0].sum() }, reference: { .scalar($0[0].values.reduce(0, +)) }),
        OperationCase(
          "mean", [x], engine: { $0[0].mean() },
          reference: { .scalar($0[0].values.reduce(0, +) / Double($0[0].count)) }),
        OperationCase("log mean exponential", [x], engine: { $0[0].logMeanExponential() }) {
          .scalar(log($0[0].values.reduce(0) { $0 + exp($1) } / Double($0[0].count)))
        },
      ]
    }
    let columns = [[1, 1], [5, 3], [3, 33], [37, 16]].map { shape in
      OperationCase(
        "sum of columns", [Numbers(uniform: shape, random: &random)], engine: { $0[0].sumOfColumns() }
      ) { inputs in
        let width = inputs[0].shape[1]
        let rows = stride(from: 0, to: inputs[0].count, by: width)
        return Numbers(rows.map { inputs[0].values[$0..<$0 + width].reduce(0, +) }, shape: [inputs[0].shape[0]])
      }
    }
    return wholes + columns
  }()
}

@Suite struct ReductionTests {
  @Test(arguments: OperationCase.reductions)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  @Test func longSumsLoseNothing() {
    // 0.1 is not a Float: the summed number is the nearest one, and sums in Float would be off in the fourth digit.
    let count = 1_000_003
    let x = Tensor(repeating: 0.1, shape: [count])
    let exact = Double(Float(0.1)) * Double(count)
    #expect((x.sum - exact).magnitude < 1e-9 * exact)
    #expect((x.dot(x) - exact * Double(Float(0.1))).magnitude < 1e-9 * exact)
  }

  @Test func logMeanExponentialNeitherOverflowsNorUnderflows() {
    for shift in [Float(1000), -1000] {
      let x = Variable(Tensor([shift, shift + 1, shift + 2], shape: [3]))
      let expected = Double(shift) + log((1 + exp(1.0) + exp(2.0)) / 3)
      #expect((Double(x.logMeanExponential().value.scalar) - expected).magnitude < 2e-4)
    }
    // One number is far above the others and alone determines the mean.
    let x = Variable(Tensor([-1000, 50, -1000], shape: [3]))
    #expect((x.logMeanExponential().value.scalar - (50 - log(Float(3)))).magnitude < 2e-4)
  }

  @Test(arguments: [[1, 1], [7, 5], [101, 6], [2000, 15], [3, 40], [2000, 17], [1, 70_001], [70_001, 1]])
  func sumsOfRowsAndColumns(_ shape: [Int]) {
    var random = RandomSource(seed: 5).stream("axes", shape[0])
    let x = Tensor(uniform: shape, low: -1, high: 1, random: &random)
    var rows = [Double](repeating: 0, count: shape[1])
    var columns = [Double](repeating: 0, count: shape[0])
    for (index, value) in x.scalars.enumerated() {
      rows[index % shape[1]] += Double(value)
      columns[index / shape[1]] += Double(value)
    }
    let tolerance = Tolerance(absolute: 1e-6, relative: 1e-6)
    #expect(Comparison.difference(x.sumOfRows.scalars, from: rows, within: tolerance) == nil)
    #expect(Comparison.difference(x.sumOfColumns.scalars, from: columns, within: tolerance) == nil)
  }

  @Test(arguments: [1, 15, 16, 31, 32, 33, 20_000])
  func oneBadNumberIsFound(count: Int) {
    #expect(Tensor(repeating: -3, shape: [count]).isFinite)
    for place in Set([0, count / 2, count - 1]) {
      for bad in [Float.nan, .infinity, -.infinity] {
        var x = Tensor(repeating: -3, shape: [count])
        x[place] = bad
        #expect(!x.isFinite, "\(bad) at \(place) of \(count)")
      }
    }
  }
}
