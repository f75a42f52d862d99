import Engine
import Testing
import UnlearningTesting

extension OperationCase {
  static let pooling: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("pooling")
    let windows: [(shape: [Int], size: Int, stride: Int, padding: Int)] = [
      ([2, 4, 6, 3], 2, 2, 0), ([1, 5, 7, 5], 3, 2, 1), ([2, 4, 3, 17], 3, 1, 1), ([1, 6, 5, 1], 2, 1, 0),
      ([2, 3, 3, 2], 1, 1, 0), ([1, 7, 7, 33], 3, 3, 0), ([3, 1, 1, 4], 2, 1, 1), ([1, 2, 2, 16], 3, 2, 2),
      ([2, 5, 8, 3], 2, 3, 0),
    ]
    let maxima = windows.map { window in
      OperationCase(
        "max pool \(window.size)/\(window.stride)/\(window.padding)",
        [Numbers(distinct: window.shape, random: &random)],
        engine: { $0[0].maxPooled(size: window.size, stride: window.stride, padding: window.padding) },
        reference: {
          referencePool($0[0], size: window.size, stride: window.stride, padding: window.padding) {
            $0.reduce(-.infinity, max)
          }
        })
    }
    let means = windows.filter { $0.padding == 0 }.map { window in
      OperationCase(
        "average pool \(window.size)/\(window.stride)", [Numbers(uniform: window.shape, random: &random)],
        engine: { $0[0].averagePooled(size: window.size, stride: window.stride) },
        reference: {
          referencePool($0[0], size: window.size, stride: window.stride, padding: 0) {
            $0.reduce(0, +) / Double($0.count)
          }
        })
    }
    let wholes = [[1, 1, 1, 1], [2, 3, 5, 7], [3, 4, 4, 16], [1, 7, 3, 35]].map { shape in
      OperationCase(
        "global average", [Numbers(uniform: shape, random: &random)], engine: { $0[0].globallyAveragePooled() },
        reference: { referenceGlobalAverage($0[0]) })
    }
    return maxima + means + wholes
  }()
}

@Suite struct PoolingTests {
  @Test(arguments: OperationCase.pooling)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  /// One channel runs without vectors, 20 run in vectors with a remainder: both must choose the same positions.
  @Test(arguments: [1, 20])
  func firstOfEqualNumbersGetsTheGradient(channels: Int) {
    func spread(_ plane: [Float], _ shape: [Int]) -> Tensor {
      Tensor(plane.flatMap { Array(repeating: $0, count: channels) }, shape: shape + [channels])
    }
    let x = spread([3, 3, 1, 5, 2, 3, 5, 5], [1, 2, 4])
    let tape = Tape()
    let input = tape.variable(x)
    let y = input.maxPooled(size: 2, stride: 2)
    #expect(y.value == spread([3, 5], [1, 1, 2]))
    let gradient = tape.gradients(of: y.sum(), for: [input])[0]
    #expect(gradient == spread([1, 0, 0, 1, 0, 0, 0, 0], [1, 2, 4]))
  }

  @Test(arguments: [1, 20])
  func paddingNeverWins(channels: Int) {
    for value in [Float(-7), -.infinity] {
      let tape = Tape()
      let input = tape.variable(Tensor(repeating: value, shape: [2, 3, 3, channels]))
      let y = input.maxPooled(size: 3, stride: 2, padding: 1)
      #expect(y.value == Tensor(repeating: value, shape: [2, 2, 2, channels]))
      // The first pixel of each window that is inside the image: rows and columns 0 and 1.
      let gradient = tape.gradients(of: weightedSum(y, Numbers(Tensor(repeating: 1, shape: y.shape))), for: [input])[0]
      let plane: [Float] = [1, 1, 0, 1, 1, 0, 0, 0, 0]
      let image = plane.flatMap { Array(repeating: $0, count: channels) }
      #expect(gradient == Tensor(image + image, shape: [2, 3, 3, channels]))
    }
  }

  @Test func overlappingWindowsAddTheirGradients() {
    let tape = Tape()
    let input = tape.variable(Tensor([0, 9, 0, 0], shape: [1, 1, 4, 1]))
    let y = input.maxPooled(size: 3, stride: 1, padding: 1)
    #expect(y.value.scalars == [9, 9, 9, 0])
    let weights = Numbers([1, 10, 100, 1000], shape: y.shape)
    #expect(tape.gradients(of: weightedSum(y, weights), for: [input])[0].scalars == [0, 111, 1000, 0])
  }

  /// With negative numbers, zeros and equal maxima.
  @Test func rectifierAndPoolingCommute() {
    let plane: [Float] = [-3, -1, 0, -2, 0, 0, 4, 4, 5, -5, 7, 7]
    let tensor = Tensor(plane.flatMap { [$0, -$0, $0] }, shape: [1, 2, 6, 3])
    let empty = NamedTensors()
    func run(_ apply: (Variable, Pass) -> Variable) -> (y: Tensor, dx: Tensor) {
      let tape = Tape()
      let x = tape.variable(tensor)
      let y = apply(x, Pass(parameters: empty, statistics: empty, mode: .evaluate, tape: tape))
      let weights = Numbers((1...y.value.count).map(Double.init), shape: y.shape)
      return (y.value, tape.gradients(of: weightedSum(y, weights), for: [x])[0])
    }
    let fused = run { Sequential([("relu", ReLU()), ("pool", MaxPool(size: 2, stride: 2))])($0, at: "", in: $1) }
    let apart = run { x, _ in x.rectified().maxPooled(size: 2, stride: 2) }
    #expect(fused.y == apart.y)
    #expect(fused.dx == apart.dx)
  }

  @Test func layersDeclareTheShapesTheyReturn() {
    var declarations = Declarations(random: RandomSource(seed: 1))
    let empty = NamedTensors()
    let pass = Pass(parameters: empty, statistics: empty, mode: .evaluate, tape: nil)
    let layers: [any Layer] = [
      MaxPool(size: 3, stride: 2), AveragePool(size: 2, stride: 1), GlobalAveragePool(), Flatten(), ReLU(),
      Dropout(rate: 0.5),
    ]
    let x = Variable(Tensor(zeros: [2, 8, 7, 3]))
    for layer in layers {
      let declared = layer.declare(at: "", input: [8, 7, 3], in: &declarations)
      #expect(Array(layer(x, at: "", in: pass).shape.dropFirst()) == declared, "\(layer)")
    }
    #expect(declarations.parameters.count == 0)
  }
}
