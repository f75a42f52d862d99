import Engine
import Testing
import UnlearningTesting

extension OperationCase {
  static let batchNorm: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("batch norm")
    // Sizes around those of vectors, of blocks of vectors, and of blocks of rows.
    let shapes = [[3, 3], [7, 1], [5, 16], [2, 3, 5, 3], [3, 2, 3, 17], [2, 2, 2, 70], [130, 5], [67, 33]]
    return shapes.flatMap { shape -> [OperationCase] in
      let x = Numbers(uniform: shape, from: -2, to: 3, random: &random)
      let channels = shape[shape.count - 1]
      let scale = Numbers(uniform: [channels], from: -1.5, to: 1.5, gap: 0.2, random: &random)
      let shift = Numbers(uniform: [channels], random: &random)
      let residual = Numbers(uniform: shape, random: &random)
      let mean = Numbers(uniform: [channels], random: &random)
      let variance = Numbers(uniform: [channels], from: 0.3, to: 2, random: &random)
      let kinds: [(fixed: Bool, rectified: Bool, hasResidual: Bool)] = [
        (false, false, false), (false, true, false), (false, false, true), (false, true, true),
        (true, false, false), (true, true, false), (true, false, true), (true, true, true),
      ]
      return kinds.map { kind in
        batchNorm(
          [x, scale, shift] + (kind.hasResidual ? [residual] : []), statistics: kind.fixed ? (mean, variance) : nil,
          rectified: kind.rectified
        ).with { $0.coordinates = 12 }
      }
    }
  }()

  private static func batchNorm(
    _ inputs: [Numbers], statistics: (mean: Numbers, variance: Numbers)?, rectified: Bool
  ) -> OperationCase {
    let kind = "\(statistics == nil ? "batch" : "fixed")\(rectified ? " relu" : "")"
    return OperationCase(
      "batch norm \(kind)", inputs,
      engine: {
        let fixed = statistics.map {
          BatchStatistics(mean: $0.mean.tensor, variance: $0.variance.tensor, rows: 0)
        }
        return $0[0].batchNormalized(
          scale: $0[1], shift: $0[2], statistics: fixed, residual: $0.count > 3 ? $0[3] : nil, rectified: rectified
        ).0
      },
      reference: {
        referenceBatchNorm(
          $0[0], scale: $0[1], shift: $0[2], statistics: statistics.map { ($0.mean.values, $0.variance.values) },
          residual: $0.count > 3 ? $0[3] : nil, rectified: rectified)
      })
  }
}

@Suite struct BatchNormTests {
  @Test(arguments: OperationCase.batchNorm)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  /// Means far from zero: a plain sum of squares would cancel completely.
  @Test(arguments: [Float(0), 100, -5000], [[9, 7], [4099, 19]])
  func statisticsAreExactFarFromZero(center: Float, shape: [Int]) throws {
    var random = RandomSource(seed: 9).stream("far", shape[0])
    let x = Tensor(normal: shape, random: &random).affine(scale: 1, shift: center)
    let ones = Variable(Tensor(repeating: 1, shape: [shape[1]]))
    let (_, found) = Variable(x).batchNormalized(scale: ones, shift: ones, statistics: nil)
    let statistics = try #require(found)
    let expected = referenceStatistics(Numbers(x))
    let tolerance = Tolerance(absolute: 1e-7, relative: 1e-5)
    #expect(statistics.rows == shape[0])
    #expect(Comparison.difference(statistics.mean.scalars, from: expected.mean, within: tolerance) == nil)
    #expect(Comparison.difference(statistics.variance.scalars, from: expected.variance, within: tolerance) == nil)
  }

  @Test func singleRowIsItsOwnMean() {
    let tape = Tape()
    let variables = [[2, -30, 0.1], [1.5, 1, -2], [7, 8, -9]].map { tape.variable(Tensor($0, shape: [1, 3])) }
    let (scale, shift) = (variables[1].reshaped([3]), variables[2].reshaped([3]))
    let (y, statistics) = variables[0].batchNormalized(scale: scale, shift: shift, statistics: nil)
    #expect(y.value.scalars == [7, 8, -9])
    #expect(statistics?.mean.scalars == [2, -30, 0.1])
    #expect(statistics?.variance.scalars == [0, 0, 0])
    let gradients = tape.gradients(of: weightedSum(y, Numbers([1, 2, 3], shape: [1, 3])), for: variables)
    // The deviation is √epsilon, which magnifies rounding 300 times.
    #expect(Comparison.difference(gradients[0].scalars, from: [0.0, 0, 0], within: Tolerance(absolute: 1e-3)) == nil)
    #expect(gradients[1].scalars == [0, 0, 0])
    #expect(gradients[2].scalars == [1, 2, 3])
  }

  @Test func runningStatisticsTakeUpTheUnbiasedVariance() throws {
    let layer = BatchNorm(momentum: 0.25)
    var declarations = Declarations(random: RandomSource(seed: 1))
    #expect(layer.declare(at: "bn", input: [2, 2, 2], in: &declarations) == [2, 2, 2])
    let (parameters, statistics) = (declarations.parameters, declarations.statistics)
    #expect(statistics["bn.running_mean"] == Tensor(zeros: [2]))
    #expect(statistics["bn.running_var"] == Tensor(repeating: 1, shape: [2]))
    let pass = Pass(parameters: parameters, statistics: statistics, mode: .train(RandomSource(seed: 1)), tape: nil)
    // Columns 1, 3, 5, 7 and 2, 2, 2, 6: means 4 and 3, unbiased variances 20/3 and 4.
    let x = Tensor([1, 2, 3, 2, 5, 2, 7, 6], shape: [1, 2, 2, 2])
    _ = layer(Variable(x), at: "bn", in: pass)
    let tolerance = Tolerance(relative: 1e-6)
    let (mean, variance) = (pass.statistic("bn.running_mean").scalars, pass.statistic("bn.running_var").scalars)
    #expect(Comparison.difference(mean, from: [1, 0.75], within: tolerance) == nil)
    #expect(Comparison.difference(variance, from: [0.75 + 0.25 * 20 / 3, 0.75 + 0.25 * 4], within: tolerance) == nil)
  }

  @Test func evaluateModeUsesAndKeepsTheRunningStatistics() throws {
    let layer = BatchNorm(epsilon: 0)
    var declarations = Declarations(random: RandomSource(seed: 1))
    _ = layer.declare(at: "bn", input: [2], in: &declarations)
    var statistics = declarations.statistics
    statistics["bn.running_mean"] = Tensor([1, 2], shape: [2])
    statistics["bn.running_var"] = Tensor([4, 0.25], shape: [2])
    let pass = Pass(parameters: declarations.parameters, statistics: statistics, mode: .evaluate, tape: nil)
    let y = layer(Variable(Tensor([3, 4, 5, 1], shape: [2, 2])), at: "bn", in: pass).value
    #expect(y.scalars == [1, 4, 2, -2])
    #expect(pass.statistics == statistics)
  }
}
