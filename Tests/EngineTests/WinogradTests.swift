import Engine
import Foundation
import Testing
import UnlearningTesting

// The switch belongs to the process, so every test that changes it has its own process.
@Suite struct WinogradTests {
  /// Maps that are not a multiple of a tile, smaller than one, and of one image; channels around the widths of vectors.
  static let small: [ConvolutionSizes] = [
    .init(batch: 1, height: 3, width: 4, inputs: 32, outputs: 32, padding: 1),
    .init(batch: 1, height: 3, width: 3, inputs: 33, outputs: 47, padding: 1, hasBias: true),
    .init(batch: 1, height: 6, width: 7, inputs: 35, outputs: 66, padding: 0, hasBias: true),
    .init(batch: 1, height: 5, width: 6, inputs: 32, outputs: 36, padding: 2),
    // The fewest channels.
    .init(batch: 2, height: 6, width: 7, inputs: 16, outputs: 17, padding: 1),
    .init(batch: 1, height: 4, width: 5, inputs: 64, outputs: 65, padding: 1),
    // Even and odd maps, and tiles that end inside the map.
    .init(batch: 2, height: 8, width: 7, inputs: 32, outputs: 33, stride: 2, padding: 1, hasBias: true),
    .init(batch: 1, height: 15, width: 16, inputs: 35, outputs: 32, stride: 2, padding: 1),
  ]

  /// More channels than one block of weights, more tiles than one block of tiles, and several slices with separate
  /// sums.
  static let large: [ConvolutionSizes] = [
    .init(batch: 3, height: 8, width: 8, inputs: 64, outputs: 130, padding: 1, hasBias: true),
    .init(batch: 2, height: 4, width: 4, inputs: 150, outputs: 140, padding: 1),
    .init(batch: 17, height: 13, width: 7, inputs: 32, outputs: 33, padding: 1),
    .init(batch: 120, height: 8, width: 8, inputs: 130, outputs: 130, padding: 1),
    .init(batch: 23, height: 20, width: 21, inputs: 16, outputs: 17, padding: 1),
    .init(batch: 33, height: 13, width: 14, inputs: 100, outputs: 120, padding: 1),
    .init(batch: 35, height: 16, width: 15, inputs: 32, outputs: 66, stride: 2, padding: 1, hasBias: true),
    .init(batch: 70, height: 14, width: 16, inputs: 130, outputs: 180, stride: 2, padding: 1),
  ]

  /// The engine's result and gradients, for a random `dy`.
  private struct Passes {
    var result: Tensor
    var gradients: [Tensor]

    init(_ s: ConvolutionSizes, seed: UInt64) {
      var random = RandomSource(seed: seed).stream("\(s.height) \(s.width) \(s.inputs) \(s.outputs)")
      let tape = Tape()
      let x = tape.variable(Tensor(normal: [s.batch, s.height, s.width, s.inputs], random: &random))
      let w = tape.variable(Tensor(normal: [3, 3, s.inputs, s.outputs], random: &random))
      let b = tape.variable(Tensor(normal: [s.outputs], random: &random))
      let y = x.convolution(weights: w, bias: s.hasBias ? b : nil, stride: s.stride, padding: s.padding)
      result = y.value
      gradients = tape.gradients(
        of: weightedSum(y, Numbers(uniform: y.shape, random: &random)), for: s.hasBias ? [x, w, b] : [x, w])
    }

    var all: [Tensor] { [result] + gradients }
  }

  /// Small convolutions against a double-precision reference, all of them against the direct algorithm.
  static func violations() -> [String?] {
    var random = RandomSource(seed: 9).stream("winograd")
    // The transforms add numbers up to 64 times as large as the result, which magnifies rounding about ten times.
    let bound = 6e-5
    var found: [String?] = []
    for s in small {
      var operation = OperationCase.convolution(s, random: &random)
      (operation.coordinates, operation.directions, operation.forwardTolerance) = (2, 1, bound)
      found += operation.violations()
    }
    for s in small + large {
      let fast = Passes(s, seed: 3).all
      Runtime.setWinograd(false)
      let direct = Passes(s, seed: 3).all
      Runtime.setWinograd(true)
      for (index, (a, b)) in zip(fast, direct).enumerated() {
        let tolerance = OperationCase.tolerance(bound, around: b.scalars.map(Double.init))
        let error = Self.relativeError(a, b)
        if !(error < 6e-6) { found.append("\(s): output \(index) of both algorithms: root mean square \(error)") }
        if let difference = Comparison.difference(a, from: b, within: tolerance) {
          found.append("\(s): output \(index) of both algorithms: \(difference)")
        }
      }
    }
    return found
  }

  /// The root mean square of a − b over that of b.
  private static func relativeError(_ a: Tensor, _ b: Tensor) -> Double {
    let numbers = zip(a.scalars, b.scalars).map { (Double($0), Double($1)) }
    let difference = numbers.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / numbers.reduce(0) { $0 + $1.1 * $1.1 }).squareRoot()
  }

  @Test(arguments: InstructionSetTests.known) func agreesWithTheReference(_ set: String) async {
    guard InstructionSetTests.others.contains(set) || set == Runtime.instructionSet else { return }
    await #expect(processExitsWith: .success) { [set] in
      InstructionSetTests.choose(set)
      record(Self.violations())
    }
  }

  /// The comparison above is meaningful only if the switch changes the computation, for every size.
  @Test func switchChoosesTheAlgorithm() async {
    await #expect(processExitsWith: .success) {
      #expect(Runtime.usesWinograd)
      for s in Self.small + Self.large {
        Runtime.setWinograd(true)
        let fast = Passes(s, seed: 5).all
        Runtime.setWinograd(false)
        #expect(!Runtime.usesWinograd)
        let direct = Passes(s, seed: 5).all
        #expect(fast[0] != direct[0] && fast[1] != direct[1] && fast[2] != direct[2], "\(s)")
      }
    }
  }

  @Test func environmentSwitchesItOff() async {
    await #expect(processExitsWith: .success) {
      setenv("LACUNA_WINOGRAD", "off", 1)
      #expect(!Runtime.usesWinograd)
    }
  }

  @Test func sameBitsWithAnyNumberOfThreads() async {
    await #expect(processExitsWith: .success) {
      for s in Self.large {
        let results = [1, 2, 3].map { limit -> [Tensor] in
          Runtime.setThreadLimit(limit)
          return Passes(s, seed: 4).all
        }
        for other in results.dropFirst() {
          record(zip(other, results[0]).map { Comparison.bitDifference($0, from: $1) })
        }
      }
    }
  }
}
