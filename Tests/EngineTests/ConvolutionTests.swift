import Engine
import Testing
import UnlearningTesting

/// Sizes of one convolution.
struct ConvolutionSizes: Sendable {
  var batch = 2
  var height: Int, width: Int
  var inputs: Int, outputs: Int
  var kernel = (3, 3)
  var stride = 1, padding = 0, groups = 1
  var hasBias = false
}

extension OperationCase {
  static func convolution(_ s: ConvolutionSizes, random: inout RandomSource) -> OperationCase {
    var inputs = [
      Numbers(uniform: [s.batch, s.height, s.width, s.inputs], random: &random),
      Numbers(uniform: [s.kernel.0, s.kernel.1, s.inputs / s.groups, s.outputs], random: &random),
    ]
    if s.hasBias { inputs.append(Numbers(uniform: [s.outputs], random: &random)) }
    return OperationCase(
      "convolution stride \(s.stride) padding \(s.padding) groups \(s.groups)", inputs,
      engine: {
        $0[0].convolution(
          weights: $0[1], bias: s.hasBias ? $0[2] : nil, stride: s.stride, padding: s.padding, groups: s.groups)
      },
      reference: {
        referenceConvolution(
          $0[0], $0[1], bias: s.hasBias ? $0[2] : nil, stride: s.stride, padding: s.padding, groups: s.groups)
      })
  }

  /// Small maps: every kind of convolution, with many single derivatives.
  static let smallConvolutions: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("small convolutions")
    let sizes: [ConvolutionSizes] = [
      .init(batch: 1, height: 1, width: 1, inputs: 1, outputs: 1, kernel: (1, 1)),
      .init(batch: 1, height: 5, width: 4, inputs: 2, outputs: 3, padding: 1, hasBias: true),
      .init(height: 7, width: 5, inputs: 3, outputs: 4, stride: 2, padding: 1),
      .init(height: 6, width: 7, inputs: 1, outputs: 5, stride: 2, hasBias: true),
      .init(height: 5, width: 7, inputs: 3, outputs: 2, kernel: (1, 1)),
      .init(height: 5, width: 7, inputs: 3, outputs: 2, kernel: (1, 1), stride: 2),
      .init(height: 4, width: 5, inputs: 2, outputs: 3, kernel: (1, 1), padding: 1, hasBias: true),
      .init(batch: 1, height: 7, width: 6, inputs: 2, outputs: 3, kernel: (5, 5), padding: 2, hasBias: true),
      .init(batch: 1, height: 5, width: 5, inputs: 2, outputs: 2, kernel: (5, 5)),
      .init(height: 2, width: 1, inputs: 3, outputs: 2, padding: 1),
      .init(batch: 1, height: 2, width: 3, inputs: 2, outputs: 2, kernel: (5, 5), padding: 2, hasBias: true),
      .init(batch: 1, height: 1, width: 1, inputs: 3, outputs: 4, padding: 1),
      .init(height: 4, width: 6, inputs: 2, outputs: 3, kernel: (3, 2), padding: 1),
      .init(height: 5, width: 4, inputs: 2, outputs: 2, kernel: (1, 4), stride: 3, padding: 2, hasBias: true),
      .init(batch: 1, height: 8, width: 7, inputs: 2, outputs: 2, kernel: (2, 2), stride: 3),
      .init(batch: 1, height: 6, width: 6, inputs: 2, outputs: 2, kernel: (1, 1), stride: 4),
      .init(height: 5, width: 5, inputs: 4, outputs: 6, padding: 1, groups: 2, hasBias: true),
      .init(height: 5, width: 4, inputs: 5, outputs: 5, stride: 2, padding: 1, groups: 5),
      .init(batch: 1, height: 4, width: 5, inputs: 3, outputs: 6, kernel: (1, 1), groups: 3),
      .init(batch: 9, height: 2, width: 2, inputs: 2, outputs: 3, padding: 1),
    ]
    return sizes.map { convolution($0, random: &random).with { $0.coordinates = 16 } }
  }()

  /// Channels around the widths of vectors, and maps around those of tiles.
  static let wideConvolutions: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("wide convolutions")
    let sizes: [ConvolutionSizes] = [
      .init(batch: 1, height: 9, width: 11, inputs: 3, outputs: 16, padding: 1),
      .init(batch: 1, height: 5, width: 17, inputs: 8, outputs: 17, padding: 1, hasBias: true),
      .init(batch: 1, height: 4, width: 4, inputs: 33, outputs: 15, padding: 1),
      .init(batch: 3, height: 4, width: 3, inputs: 15, outputs: 32, stride: 2, padding: 1),
      .init(batch: 1, height: 6, width: 33, inputs: 2, outputs: 9, kernel: (5, 5), padding: 2),
      .init(batch: 2, height: 7, width: 7, inputs: 17, outputs: 40, kernel: (1, 1), hasBias: true),
      .init(batch: 1, height: 8, width: 8, inputs: 16, outputs: 48, kernel: (1, 1), stride: 2),
      .init(batch: 1, height: 5, width: 5, inputs: 34, outputs: 18, padding: 1, groups: 2),
      .init(batch: 1, height: 3, width: 3, inputs: 64, outputs: 33, padding: 1, hasBias: true),
      .init(batch: 5, height: 2, width: 2, inputs: 8, outputs: 49, kernel: (2, 2)),
      // One product per tap: strides and 1×1 windows with many channels.
      .init(batch: 3, height: 7, width: 5, inputs: 64, outputs: 80, stride: 2, padding: 1, hasBias: true),
      .init(batch: 2, height: 4, width: 6, inputs: 64, outputs: 64, kernel: (1, 1), hasBias: true),
      .init(batch: 1, height: 8, width: 7, inputs: 64, outputs: 64, kernel: (2, 2), stride: 3),
      .init(batch: 9, height: 5, width: 4, inputs: 80, outputs: 64, kernel: (1, 4), stride: 3, padding: 2),
      .init(batch: 1, height: 1, width: 2, inputs: 150, outputs: 144, stride: 2, padding: 1),
      // Many images, and maps of many rows: work is split along both.
      .init(batch: 37, height: 3, width: 2, inputs: 3, outputs: 5, padding: 1, hasBias: true),
      .init(batch: 1, height: 70, width: 41, inputs: 3, outputs: 2, padding: 1),
      .init(batch: 2, height: 33, width: 31, inputs: 4, outputs: 17, stride: 2, padding: 1),
    ]
    return sizes.map { convolution($0, random: &random).with { $0.coordinates = 3 } }
  }()

  /// Few output channels and about as many images as a vector has lanes: each lane holds an image, in some passes.
  static let thinConvolutions: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("thin convolutions")
    let sizes: [ConvolutionSizes] = [
      .init(batch: 16, height: 7, width: 9, inputs: 1, outputs: 6, kernel: (5, 5), padding: 2, hasBias: true),
      .init(batch: 37, height: 6, width: 7, inputs: 6, outputs: 16, kernel: (5, 5)),
      .init(batch: 13, height: 3, width: 12, inputs: 3, outputs: 1, padding: 1),
      .init(batch: 17, height: 1, width: 2, inputs: 4, outputs: 5, kernel: (3, 5), padding: 2, hasBias: true),
      .init(batch: 40, height: 5, width: 3, inputs: 2, outputs: 10, kernel: (5, 2), hasBias: true),
      .init(batch: 31, height: 2, width: 3, inputs: 1, outputs: 3, kernel: (1, 2), padding: 3),
      .init(batch: 15, height: 4, width: 4, inputs: 7, outputs: 4, kernel: (2, 3), padding: 1),
      .init(batch: 16, height: 3, width: 5, inputs: 8, outputs: 9, kernel: (2, 3)),
      .init(batch: 300, height: 2, width: 2, inputs: 1, outputs: 2, padding: 1),
      .init(batch: 16, height: 4, width: 5, inputs: 3, outputs: 4, kernel: (1, 4), padding: 1, hasBias: true),
      .init(batch: 16, height: 40, width: 5, inputs: 2, outputs: 12, padding: 1),
    ]
    return sizes.map { convolution($0, random: &random).with { $0.coordinates = 3 } }
  }()
}

@Suite struct ConvolutionTests {
  @Test(
    arguments: OperationCase.smallConvolutions + OperationCase.wideConvolutions + OperationCase.thinConvolutions)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  /// One image does not fill the lanes of a vector, so it takes another way.
  @Test(arguments: OperationCase.thinConvolutions)
  func theNumberOfImagesDoesNotChangeTheirBits(_ operation: OperationCase) {
    let tensors = operation.inputs.map(\.tensor)
    let count = tensors[0].shape[0]
    var random = RandomSource(seed: 8)
    func run(_ images: Tensor, _ dy: (Variable) -> Variable) -> (Tensor, Tensor) {
      let tape = Tape()
      let (variables, result) = operation.run([images] + tensors.dropFirst(), tape)
      return (result.value, tape.gradients(of: dy(result), for: [variables[0]])[0])
    }
    var weights = Numbers(zeros: [])
    let all = run(tensors[0]) {
      weights = Numbers(uniform: $0.shape, random: &random)
      return weightedSum($0, weights)
    }
    for image in [0, count / 2, count - 1] {
      let alone = run(tensors[0].rows(image..<image + 1)) {
        weightedSum($0, Numbers(weights.tensor.rows(image..<image + 1)))
      }
      #expect(Comparison.bitDifference(alone.0, from: all.0.rows(image..<image + 1)) == nil)
      #expect(Comparison.bitDifference(alone.1, from: all.1.rows(image..<image + 1)) == nil)
    }
  }

  /// Deep enough that the reduced channels are split into blocks.
  static func deepViolations() -> [String] {
    var random = RandomSource(seed: 4).stream("deep")
    let sizes: [ConvolutionSizes] = [
      .init(batch: 1, height: 3, width: 2, inputs: 300, outputs: 35, padding: 1, hasBias: true),
      .init(batch: 1, height: 2, width: 2, inputs: 20, outputs: 290, padding: 1),
    ]
    return sizes.flatMap { s -> [String] in
      let operation = OperationCase.convolution(s, random: &random)
      let weights = Numbers(uniform: [1, s.height, s.width, s.outputs], random: &random)
      let tape = Tape()
      let (variables, result) = operation.run(operation.inputs.map(\.tensor), tape)
      let gradients = tape.gradients(of: weightedSum(result, weights), for: variables)
      let expected = [operation.reference(operation.inputs)] + convolutionGradients(s, operation.inputs, weights)
      return zip([result.value] + gradients, expected).compactMap { actual, expected in
        Comparison.difference(
          actual, from: expected.tensor, within: OperationCase.tolerance(1e-5, around: expected.values)
        ).map { "\(operation.name): \($0)" }
      }
    }
  }

  @Test func manyChannels() { #expect(Self.deepViolations() == []) }

  /// The gradients by definition, for stride 1 and one group.
  private static func convolutionGradients(_ s: ConvolutionSizes, _ inputs: [Numbers], _ dy: Numbers) -> [Numbers] {
    var (dx, dw) = (Numbers(zeros: inputs[0].shape), Numbers(zeros: inputs[1].shape))
    var db = Numbers(zeros: [s.outputs])
    for pixel in 0..<s.height * s.width {
      for output in 0..<s.outputs { db.values[output] += dy.values[pixel * s.outputs + output] }
      for tap in 0..<s.kernel.0 * s.kernel.1 {
        let y = pixel / s.width + tap / s.kernel.1 - s.padding
        let x = pixel % s.width + tap % s.kernel.1 - s.padding
        guard y >= 0, y < s.height, x >= 0, x < s.width else { continue }
        for input in 0..<s.inputs {
          let source = (y * s.width + x) * s.inputs + input
          let weight = (tap * s.inputs + input) * s.outputs
          for output in 0..<s.outputs {
            let gradient = dy.values[pixel * s.outputs + output]
            dx.values[source] += gradient * inputs[1].values[weight + output]
            dw.values[weight + output] += gradient * inputs[0].values[source]
          }
        }
      }
    }
    return s.hasBias ? [dx, dw, db] : [dx, dw]
  }

  @Test func layerDrawsHesWeights() {
    var declarations = Declarations(random: RandomSource(seed: 1))
    let layer = Convolution(channels: 64, size: 3, stride: 2, padding: 1, groups: 2)
    #expect(layer.declare(at: "conv", input: [9, 8, 32], in: &declarations) == [5, 4, 64])
    #expect(declarations.parameters["conv.bias"] == Tensor(zeros: [64]))
    let weight = declarations.parameters["conv.weight"]
    #expect(weight?.shape == [3, 3, 16, 64])
    let deviation = Numbers.rootMeanSquare(weight?.scalars.map(Double.init) ?? [])
    let expected = (2.0 / (9 * 16)).squareRoot()
    #expect((deviation - expected).magnitude < 0.05 * expected)
  }
}
