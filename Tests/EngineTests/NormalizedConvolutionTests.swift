@testable import Engine
import Testing
import UnlearningTesting

/// A fused convolution and normalization, compared with the two separate operations.
struct NormalizedConvolutionCase: Sendable, CustomTestStringConvertible {
  var shape: [Int]
  var outputs: Int
  var size = 3
  var stride = 1
  var padding = 1
  var groups = 1

  var testDescription: String {
    "\(shape) to \(outputs), \(size)×\(size), stride \(stride), padding \(padding), groups \(groups)"
  }

  // Some whose stores bypass the caches, some with a smaller last call.
  static let all = [
    NormalizedConvolutionCase(shape: [35, 32, 32, 16], outputs: 16),
    NormalizedConvolutionCase(shape: [56, 13, 11, 20], outputs: 24),
    NormalizedConvolutionCase(shape: [31, 16, 16, 32], outputs: 48, padding: 0),
    NormalizedConvolutionCase(shape: [91, 8, 8, 64], outputs: 64),
    NormalizedConvolutionCase(shape: [5, 32, 32, 64], outputs: 32, padding: 2),
    NormalizedConvolutionCase(shape: [41, 16, 15, 32], outputs: 64, stride: 2),
  ]
  static let unsuitable = [
    NormalizedConvolutionCase(shape: [2, 9, 9, 16], outputs: 16),
    NormalizedConvolutionCase(shape: [20, 10, 10, 96], outputs: 96),
    NormalizedConvolutionCase(shape: [60, 18, 16, 16], outputs: 16, stride: 2),
    NormalizedConvolutionCase(shape: [60, 16, 16, 16], outputs: 32, size: 1, padding: 0),
    NormalizedConvolutionCase(shape: [60, 16, 16, 32], outputs: 32, groups: 2),
  ]

  /// The differences of the results and of the gradients.
  func violations(rectified: Bool, addsResidual: Bool, tracksImages: Bool = true) -> [String?] {
    var random = RandomSource(seed: 1).stream("normalized convolution", shape[0], outputs)
    let w = [size, size, shape[3] / groups, outputs]
    let side = [shape[1], shape[2]].map { ($0 + 2 * padding - size) / stride + 1 }
    // Far from zero, where a naive variance would cancel.
    let x = Tensor(normal: shape, random: &random).affine(scale: 1, shift: 0.5)
    let weights = Tensor(normal: w, scale: 0.2, random: &random).affine(scale: 1, shift: 0.3)
    let scale = Tensor(normal: [outputs], random: &random), shift = Tensor(normal: [outputs], random: &random)
    let residual = Tensor(normal: [shape[0]] + side + [outputs], random: &random)
    let dy = Tensor(normal: residual.shape, random: &random)

    typealias Inputs = (x: Variable, weights: Variable, scale: Variable, shift: Variable, residual: Variable?)
    func run(_ operation: (Inputs) -> (Variable, BatchStatistics?)?) -> [Tensor] {
      let tape = Tape()
      let inputs: Inputs = (
        tracksImages ? tape.variable(x) : Variable(x), tape.variable(weights), tape.variable(scale),
        tape.variable(shift), addsResidual ? tape.variable(residual) : nil
      )
      guard let (y, statistics) = operation(inputs) else { return [] }
      let wanted = [inputs.weights, inputs.scale, inputs.shift] + (tracksImages ? [inputs.x] : [])
      let gradients = tape.gradients(of: (y * Variable(dy)).sum(), for: wanted + (inputs.residual.map { [$0] } ?? []))
      return [y.value] + (statistics.map { [$0.mean, $0.variance] } ?? []) + gradients
    }
    let together = run {
      $0.x.convolution(
        weights: $0.weights, stride: stride, padding: padding, groups: groups, normalizedBy: $0.scale,
        shift: $0.shift, epsilon: 1e-5, residual: $0.residual, rectified: rectified
      ).map { ($0.0, $0.1) }
    }
    let apart = run {
      $0.x.convolution(weights: $0.weights, bias: nil, stride: stride, padding: padding, groups: groups)
        .batchNormalized(
          scale: $0.scale, shift: $0.shift, statistics: nil, residual: $0.residual, rectified: rectified)
    }
    guard together.count == apart.count else { return ["\(together.count) results, not \(apart.count)"] }
    return zip(together, apart).enumerated().map { index, pair in
      let expected = pair.1.scalars.map(Double.init)
      let tolerance = OperationCase.tolerance(index == 0 ? 2e-5 : 2e-4, around: expected)
      return Comparison.difference(pair.0, from: pair.1, within: tolerance).map { "result \(index): \($0)" }
    }
  }
}

@Suite struct NormalizedConvolutionTests {
  @Test(arguments: NormalizedConvolutionCase.all)
  func agreesWithTheTwoOperations(_ operation: NormalizedConvolutionCase) {
    record(operation.violations(rectified: true, addsResidual: true))
  }

  @Test(arguments: [1, 3], [false, true]) func withoutResidual(_ index: Int, rectified: Bool) {
    record(NormalizedConvolutionCase.all[index].violations(rectified: rectified, addsResidual: false))
  }

  @Test func imagesWithoutGradient() {
    record(NormalizedConvolutionCase.all[1].violations(rectified: true, addsResidual: false, tracksImages: false))
  }

  @Test(arguments: NormalizedConvolutionCase.unsuitable)
  func elsewhereTheOperationsStayApart(_ operation: NormalizedConvolutionCase) {
    let w = [operation.size, operation.size, operation.shape[3] / operation.groups, operation.outputs]
    let ones = Variable(Tensor(repeating: 1, shape: [operation.outputs]))
    let found = Variable(Tensor(zeros: operation.shape)).convolution(
      weights: Variable(Tensor(zeros: w)), stride: operation.stride, padding: operation.padding,
      groups: operation.groups, normalizedBy: ones, shift: ones, epsilon: 1e-5, residual: nil, rectified: true)
    #expect(found == nil)
  }
}
