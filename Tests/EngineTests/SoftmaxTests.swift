import Engine
import Foundation
import Testing
import UnlearningTesting

extension OperationCase {
  static let softmax: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("softmax")
    return [[1, 1], [3, 2], [5, 10], [2, 16], [4, 17], [1, 100]].flatMap { shape -> [OperationCase] in
      let x = Numbers(uniform: shape, from: -4, to: 4, random: &random)
      return [
        OperationCase(
          "softmax", [x], engine: { $0[0].softmax() }, reference: { referenceLogSoftmax($0[0]).map { exp($0) } }),
        OperationCase(
          "log softmax", [x], engine: { $0[0].logSoftmax() }, reference: { referenceLogSoftmax($0[0]) }),
      ]
    }
  }()
}

@Suite struct SoftmaxTests {
  @Test(arguments: OperationCase.softmax)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  /// A row with entries of −∞ gives the same result as the row without them.
  @Test(arguments: [5, 16, 23])
  func minusInfinityTakesNoPart(columns: Int) {
    var random = RandomSource(seed: 2).stream("masked", columns)
    let whole = Numbers(uniform: [3, columns], from: -4, to: 4, random: &random)
    let masked = Set([0, 2, columns - 1])
    let kept = (0..<columns).filter { !masked.contains($0) }
    func reduced(_ numbers: Numbers) -> Numbers {
      Numbers((0..<3).flatMap { row in kept.map { numbers.values[row * columns + $0] } }, shape: [3, kept.count])
    }
    var logits = whole
    for row in 0..<3 { for column in masked { logits.values[row * columns + column] = -.infinity } }
    var weights = Numbers(uniform: [3, columns], random: &random)
    for row in 0..<3 { for column in masked { weights.values[row * columns + column] = 0 } }

    for (name, operation) in [("softmax", { $0.softmax() }), ("log softmax", { $0.logSoftmax() })]
      as [(String, (Variable) -> Variable)]
    {
      let (tape, smallTape) = (Tape(), Tape())
      let (x, small) = (tape.variable(logits.tensor), smallTape.variable(reduced(whole).tensor))
      let (y, smallY) = (operation(x), operation(small))
      let gradient = tape.gradients(of: weightedSum(y, weights), for: [x])[0]
      let smallGradient = smallTape.gradients(of: weightedSum(smallY, reduced(weights)), for: [small])[0]
      let tolerance = Tolerance(absolute: 1e-7, relative: 1e-6)
      let outside: Float = name == "softmax" ? 0 : -.infinity
      for row in 0..<3 {
        for column in masked {
          #expect(y.value[row, column] == outside, "\(name) [\(row), \(column)]")
          #expect(gradient[row, column] == 0, "gradient of \(name) [\(row), \(column)]")
        }
      }
      let (inside, insideGradient) = (reduced(Numbers(y.value)), reduced(Numbers(gradient)))
      #expect(Comparison.difference(inside.tensor, from: smallY.value, within: tolerance) == nil, "\(name)")
      #expect(Comparison.difference(insideGradient.tensor, from: smallGradient, within: tolerance) == nil, "\(name)")
    }
  }

  @Test func hugeLogitsStayFinite() {
    let x = Tensor([10000, 9999, -10000, -10000, -10000, -10001], shape: [2, 3])
    let expected = referenceLogSoftmax(Numbers(x))
    let tolerance = Tolerance(absolute: 1e-6, relative: 1e-6)
    #expect(Comparison.difference(x.logSoftmax, from: expected.tensor, within: tolerance) == nil)
    #expect(Comparison.difference(x.softmax, from: expected.map { exp($0) }.tensor, within: tolerance) == nil)
  }

  @Test func probabilitiesOfARowSumToOne() {
    var random = RandomSource(seed: 3)
    let p = Tensor(normal: [50, 37], scale: 5, random: &random).softmax
    let ones = Tensor(repeating: 1, shape: [50])
    #expect(Comparison.difference(p.sumOfColumns, from: ones, within: Tolerance(absolute: 1e-6)) == nil)
    #expect(p.scalars.allSatisfy { $0 >= 0 })
  }
}
