import Engine
import Testing
import UnlearningTesting

/// A residual block in double precision, with its parameters by the block's names.
private func referenceBlock(
  _ x: Numbers, _ parameters: [String: Numbers], stride: Int, statistics: NamedTensors?
) -> Numbers {
  func parameter(_ name: String) -> Numbers {
    guard let found = parameters[name] else { preconditionFailure("no parameter '\(name)'") }
    return found
  }
  func normalized(_ x: Numbers, _ name: String, residual: Numbers? = nil, rectified: Bool) -> Numbers {
    var fixed: (mean: [Double], variance: [Double])?
    if let mean = statistics?["\(name).running_mean"], let variance = statistics?["\(name).running_var"] {
      fixed = (Numbers(mean).values, Numbers(variance).values)
    }
    return referenceBatchNorm(
      x, scale: parameter("\(name).weight"), shift: parameter("\(name).bias"), statistics: fixed, residual: residual,
      rectified: rectified)
  }
  var residual = x
  if let projection = parameters["shortcut.0.weight"] {
    residual = referenceConvolution(x, projection, bias: nil, stride: stride, padding: 0, groups: 1)
    residual = normalized(residual, "shortcut.1", rectified: false)
  }
  var hidden = referenceConvolution(x, parameter("conv1.weight"), bias: nil, stride: stride, padding: 1, groups: 1)
  hidden = normalized(hidden, "bn1", rectified: true)
  hidden = referenceConvolution(hidden, parameter("conv2.weight"), bias: nil, stride: 1, padding: 1, groups: 1)
  return normalized(hidden, "bn2", residual: residual, rectified: true)
}

extension OperationCase {
  static let residualBlocks: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("residual block")
    let blocks = [
      (shape: [2, 4, 3, 2], width: 2, stride: 1), (shape: [2, 5, 5, 3], width: 4, stride: 2),
      (shape: [3, 3, 3, 2], width: 5, stride: 1),
    ]
    return blocks.flatMap { shape, width, stride in
      [true, false].map { training in
        let block = ResidualBlock(width: width, stride: stride)
        var declarations = Declarations(random: random.stream("weights", width, stride))
        _ = block.declare(at: "", input: Array(shape.dropFirst()), in: &declarations)
        let names = Array(declarations.parameters.names)
        let parameters = declarations.parameters.values.map { initial in
          // Scales of 1 and shifts of 0 would hide mistakes.
          initial.shape.count == 1 ? Numbers(uniform: initial.shape, gap: 0.2, random: &random) : Numbers(initial)
        }
        let statistics = declarations.statistics.mapValues {
          Tensor(uniform: $0.shape, low: 0.4, high: 1.2, random: &random)
        }
        let x = Numbers(uniform: shape, random: &random)
        return OperationCase(
          "residual block stride \(stride) \(training ? "training" : "evaluating")", parameters + [x],
          run: { tensors, tape in
            let mode: Mode = training ? .train(RandomSource(seed: 1)) : .evaluate
            let named = NamedTensors(names: names, values: Array(tensors.dropLast()))
            let pass = Pass(parameters: named, statistics: statistics, mode: mode, tape: tape)
            let x = tape.variable(tensors[tensors.count - 1])
            return (names.map(pass.parameter) + [x], block(x, at: "", in: pass))
          },
          reference: { inputs in
            let named = Dictionary(uniqueKeysWithValues: zip(names, inputs))
            return referenceBlock(
              inputs[inputs.count - 1], named, stride: stride, statistics: training ? nil : statistics)
          }
        ).with {
          $0.forwardTolerance = 1e-5
          $0.gradientTolerance = 2e-4
          $0.coordinates = 8
        }
      }
    }
  }()
}

@Suite struct ResidualBlockTests {
  @Test(arguments: OperationCase.residualBlocks)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  @Test func projectsOnlyWhereStrideOrWidthChange() {
    func names(_ block: ResidualBlock, _ channels: Int) -> [String] {
      var declarations = Declarations(random: RandomSource(seed: 1))
      let shape = block.declare(at: "b", input: [8, 8, channels], in: &declarations)
      #expect(shape == [8 / block.stride, 8 / block.stride, block.width])
      return Array(declarations.parameters.names)
    }
    let plain = [
      "b.conv1.weight", "b.bn1.weight", "b.bn1.bias", "b.conv2.weight", "b.bn2.weight", "b.bn2.bias",
    ]
    let projection = ["b.shortcut.0.weight", "b.shortcut.1.weight", "b.shortcut.1.bias"]
    #expect(names(ResidualBlock(width: 4), 4) == plain)
    #expect(names(ResidualBlock(width: 8), 4) == plain + projection)
    #expect(names(ResidualBlock(width: 4, stride: 2), 4) == plain + projection)
  }
}
