import Engine
import Testing
import UnlearningTesting

/// A convolution, a ReLU and max-pooling, which `Sequential` fuses where most lanes of a vector of channels are empty.
struct PooledConvolutionCase: Sendable, CustomTestStringConvertible {
  var sizes: ConvolutionSizes
  var pool = (size: 2, stride: 2, padding: 0)
  var testDescription: String { "\(sizes)" }

  static let all: [PooledConvolutionCase] = [
    .init(sizes: .init(batch: 16, height: 8, width: 6, inputs: 1, outputs: 6, kernel: (5, 5), padding: 2)),
    .init(sizes: .init(batch: 37, height: 5, width: 7, inputs: 3, outputs: 4, kernel: (2, 2))),
    .init(sizes: .init(batch: 13, height: 6, width: 4, inputs: 2, outputs: 1, padding: 1, hasBias: true)),
    .init(sizes: .init(batch: 16, height: 70, width: 4, inputs: 1, outputs: 5, padding: 1, hasBias: true)),
    // Not fused: odd sizes, other windows, strides.
    .init(sizes: .init(batch: 16, height: 7, width: 6, inputs: 1, outputs: 3, padding: 1, hasBias: true)),
    .init(sizes: .init(batch: 16, height: 6, width: 5, inputs: 1, outputs: 3, padding: 1, hasBias: true)),
    .init(
      sizes: .init(batch: 16, height: 6, width: 6, inputs: 1, outputs: 3, padding: 1), pool: (size: 3, stride: 2, 1)),
    .init(
      sizes: .init(batch: 16, height: 8, width: 8, inputs: 1, outputs: 3, stride: 2, padding: 1, hasBias: true)),
    .init(sizes: .init(batch: 16, height: 6, width: 6, inputs: 2, outputs: 4, padding: 1, groups: 2)),
  ]

  /// Images, weights and perhaps biases.
  var inputs: [Numbers] {
    var random = RandomSource(seed: 3)
    return OperationCase.convolution(sizes, random: &random).inputs
  }

  func layers(_ inputs: [Tensor], _ tape: Tape) -> (variables: [Variable], result: Variable) {
    layers(tape.variable(inputs[0]), inputs, tape)
  }

  func layers(_ x: Variable, _ inputs: [Tensor], _ tape: Tape) -> (variables: [Variable], result: Variable) {
    let names = ["conv.weight", "conv.bias"].prefix(inputs.count - 1)
    let pass = Pass(
      parameters: NamedTensors(names: Array(names), values: Array(inputs.dropFirst())), statistics: NamedTensors(),
      mode: .evaluate, tape: tape)
    let body = Sequential([
      (
        "conv",
        Convolution(
          channels: sizes.outputs, size: sizes.kernel.0, stride: sizes.stride, padding: sizes.padding,
          groups: sizes.groups, hasBias: sizes.hasBias)
      ), ("relu", ReLU()), ("pool", MaxPool(size: pool.size, stride: pool.stride, padding: pool.padding)),
    ])
    return ([x] + names.map(pass.parameter), body(x, at: "", in: pass))
  }

  func apart(_ inputs: [Tensor], _ tape: Tape) -> (variables: [Variable], result: Variable) {
    let variables = inputs.map(tape.variable)
    let y = variables[0].convolution(
      weights: variables[1], bias: sizes.hasBias ? variables[2] : nil, stride: sizes.stride, padding: sizes.padding,
      groups: sizes.groups)
    let result = y.rectified().maxPooled(size: pool.size, stride: pool.stride, padding: pool.padding)
    return (variables, result)
  }

  /// Comparisons with the reference and finite differences, and bit by bit with the separate operations.
  func violations() -> [String?] {
    let operation = OperationCase("pooled convolution", inputs, run: layers) { inputs in
      let y = referenceConvolution(
        inputs[0], inputs[1], bias: sizes.hasBias ? inputs[2] : nil, stride: sizes.stride, padding: sizes.padding,
        groups: sizes.groups)
      return referencePool(y, size: pool.size, stride: pool.stride, padding: pool.padding) { $0.reduce(0, max) }
    }
    return operation.with { $0.coordinates = 3 }.violations() + differencesFromTheSeparateOperations()
  }

  private func differencesFromTheSeparateOperations() -> [String?] {
    func run(_ operation: OperationCase.Run) -> [Tensor] {
      let tape = Tape()
      let (variables, y) = operation(inputs.map(\.tensor), tape)
      let weights = Numbers((0..<y.value.count).map { Double($0 % 7) - 3 }, shape: y.shape)
      return [y.value] + tape.gradients(of: weightedSum(y, weights), for: variables)
    }
    // The gradient of the bias is another sum; the others are the same.
    return zip(run(layers), run(apart)).prefix(3).map { Comparison.bitDifference($0, from: $1) }
  }
}

@Suite struct PooledConvolutionTests {
  @Test(arguments: PooledConvolutionCase.all)
  func agreesWithTheReferenceAndTheSeparateOperations(_ example: PooledConvolutionCase) {
    record(example.violations())
  }

  /// Training on images keeps neither the convolution's output nor its gradient.
  @Test func outputAndGradientOfTheConvolutionAreNotStored() {
    let example = PooledConvolutionCase.all[3], tensors = example.inputs.map(\.tensor)
    let outputBytes = 4 * example.sizes.batch * example.sizes.height * example.sizes.width * example.sizes.outputs
    let peakBytes = MemoryMeter.measure {
      let tape = Tape()
      let (variables, y) = example.layers(Variable(tensors[0]), tensors, tape)
      _ = tape.gradients(of: y.sum(), for: Array(variables.dropFirst()))
    }.peakBytes
    // The pooled maxima before and after the ReLU, their places, and two gradients, each a quarter.
    #expect(peakBytes < 2 * outputBytes)
  }
}
