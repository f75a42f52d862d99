import CKernels
import Engine
import Testing
import UnlearningTesting

// Stores of outputs of several million numbers bypass the caches. Images are independent in these operations, so a
// large batch of one repeated image must repeat that image's numbers bit for bit.
@Suite struct StreamingTests {
  private static let copies = 65, side = 32, channels = 64
  private static let image = numbers(seed: 1), gradient = numbers(seed: 2), residual = numbers(seed: 3)

  private static func numbers(seed: UInt64) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor(normal: [1, side, side, channels], random: &random)
  }

  private static func many(_ image: Tensor) -> Tensor {
    .concatenated(Array(repeating: image, count: copies))
  }

  /// Result and image gradient of `operation`, for one image and for many.
  private static func violations(_ operation: (_ x: Variable, _ residual: Variable) -> Variable) -> [String?] {
    func run(_ x: Tensor, _ residual: Tensor, _ dy: Tensor) -> [Tensor] {
      let tape = Tape()
      let variables = [tape.variable(x), tape.variable(residual)]
      let y = operation(variables[0], variables[1])
      return [y.value] + tape.gradients(of: (y * Variable(dy)).sum(), for: variables)
    }
    let one = run(image, residual, gradient)
    let all = run(many(image), many(residual), many(gradient))
    return zip(one, all).flatMap { one, all in
      [0, copies / 2, copies - 1].map { Comparison.bitDifference(all.rows([$0]), from: one) }
    }
  }

  @Test(arguments: [false, true], [false, true]) func batchNorm(rectified: Bool, addsResidual: Bool) {
    var random = RandomSource(seed: 4)
    let parameters = (0..<3).map { _ in Tensor(normal: [Self.channels], random: &random) }
    let variance = Tensor(uniform: [Self.channels], low: 0.5, high: 2, random: &random)
    let statistics = BatchStatistics(mean: parameters[2], variance: variance, rows: 0)
    record(
      Self.violations { x, residual in
        x.batchNormalized(
          scale: Variable(parameters[0]), shift: Variable(parameters[1]), statistics: statistics,
          residual: addsResidual ? residual : nil, rectified: rectified
        ).0
      })
  }
  /// A convolution does not bypass the caches, but splits one image into other blocks than many.
  @Test func convolution() {
    var random = RandomSource(seed: 5)
    let weights = Tensor(normal: [3, 3, Self.channels, Self.channels], scale: 0.05, random: &random)
    record(Self.violations { x, _ in x.convolution(weights: Variable(weights), bias: nil, padding: 1) })
  }
}

// The residual of a convolution, in evaluation without a tape, outside a residual block.
@Suite struct ProductConvolutionTests {
  @Test(arguments: [(1, 1), (1, 2), (3, 2)]) func addsBiasAndResidual(size: Int64, stride: Int64) {
    let (side, inputs, outputs) = (Int64(6), Int64(64), Int64(80))
    let padding = size / 2, outSide = (side + 2 * padding - size) / stride + 1
    var c = lacuna_convolution(
      batch: 2, in_height: side, in_width: side, in_channels: inputs, out_height: outSide, out_width: outSide,
      out_channels: outputs, kernel_height: size, kernel_width: size, stride: stride, padding: padding, groups: 1)
    var random = RandomSource(seed: 6)
    func draw(_ count: Int64) -> [Float] { (0..<count).map { _ in random.normal() } }
    let x = draw(2 * side * side * inputs), w = draw(size * size * inputs * outputs), bias = draw(outputs)
    let count = 2 * outSide * outSide * outputs
    let residual = draw(count)
    func forward(_ bias: [Float]?, _ residual: [Float]?, relu: Int32) -> [Float] {
      var y = [Float](repeating: .nan, count: Int(count))
      var workspace = [Float](repeating: .nan, count: lacuna_convolution_forward_workspace(&c))
      lacuna_convolution_forward(&c, x, w, bias, residual, relu, &y, &workspace)
      return y
    }
    let plain = forward(nil, nil, relu: 0)
    let expected = plain.indices.map { plain[$0] + residual[$0] + bias[$0 % Int(outputs)] }
    let tolerance = OperationCase.tolerance(1e-5, around: expected.map(Double.init))
    func difference(_ actual: [Float], _ expected: [Float]) -> String? {
      Comparison.difference(actual, from: expected.map(Double.init), within: tolerance)
    }
    #expect(difference(forward(bias, residual, relu: 0), expected) == nil)
    #expect(difference(forward(bias, residual, relu: 1), expected.map { max(0, $0) }) == nil)
    #expect(difference(forward(nil, residual, relu: 0), plain.indices.map { plain[$0] + residual[$0] }) == nil)
  }
}
