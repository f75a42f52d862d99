import Engine
import Foundation
import Testing
import UnlearningTesting

private let shapes: [[Int]] = [[], [1], [7], [3, 5], [2, 3, 5, 7], [4, 16], [33, 31]]

extension OperationCase {
  static let elementwise: [OperationCase] = shapes.enumerated().flatMap { index, shape -> [OperationCase] in
    var random = RandomSource(seed: 1).stream("elementwise", index)
    let any = Numbers(uniform: shape, from: -3, to: 3, gap: 0.01, random: &random)
    let other = Numbers(uniform: shape, from: -2, to: 2, gap: 0.3, random: &random)
    let positive = Numbers(uniform: shape, from: 0.05, to: 20, random: &random)
    return unary(any, positive: positive) + binary(any, other)
  }

  private static func unary(_ any: Numbers, positive: Numbers) -> [OperationCase] {
    [
      OperationCase("relu", [any], engine: { $0[0].rectified() }, reference: { referenceRectified($0[0]) }),
      OperationCase("exponential", [any], engine: { $0[0].exponential() }, reference: { $0[0].map { exp($0) } }),
      OperationCase("logarithm", [positive], engine: { $0[0].logarithm() }, reference: { $0[0].map { log($0) } }),
      OperationCase("root", [positive], engine: { $0[0].squareRoot() }, reference: { $0[0].map { $0.squareRoot() } }),
      OperationCase("magnitude", [any], engine: { $0[0].magnitude() }, reference: { $0[0].map(\.magnitude) }),
      OperationCase("negation", [any], engine: { -$0[0] }, reference: { $0[0].map { -$0 } }),
      OperationCase("scaling", [any], engine: { -1.5 * $0[0] }, reference: { $0[0].map { -1.5 * $0 } }),
      OperationCase(
        "affine", [any], engine: { $0[0].affine(scale: 0.75, shift: -2) },
        reference: { $0[0].map { 0.75 * $0 - 2 } }),
    ]
  }

  private static func binary(_ a: Numbers, _ b: Numbers) -> [OperationCase] {
    [
      OperationCase("sum", [a, b], engine: { $0[0] + $0[1] }, reference: { $0[0] + $0[1] }),
      OperationCase("difference", [a, b], engine: { $0[0] - $0[1] }, reference: { .zipped($0[0], $0[1], -) }),
      OperationCase("product", [a, b], engine: { $0[0] * $0[1] }, reference: { $0[0] * $0[1] }),
      OperationCase("quotient", [a, b], engine: { $0[0] / $0[1] }, reference: { .zipped($0[0], $0[1], /) }),
      // One input used twice, and a result used several times: their gradients add up.
      OperationCase("square", [a], engine: { $0[0] * $0[0] }, reference: { $0[0].map { $0 * $0 } }),
      OperationCase(
        "used three times", [a, b],
        engine: {
          let product = $0[0] * $0[1]
          return product * product + product - $0[0]
        }, reference: { .zipped($0[0], $0[1]) { $0 * $1 * $0 * $1 + $0 * $1 - $0 } }),
    ]
  }

  /// Longer than one chunk of the kernels.
  static let longElementwise: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("long elementwise")
    let shape = [3, 5467]
    let any = Numbers(uniform: shape, from: -3, to: 3, gap: 0.01, random: &random)
    let other = Numbers(uniform: shape, from: 0.5, to: 2, random: &random)
    return (unary(any, positive: other) + binary(any, other)).map { operation in
      operation.with {
        $0.coordinates = 1
        $0.directions = 1
      }
    }
  }()

  static let rearrangements: [OperationCase] = {
    var random = RandomSource(seed: 1).stream("rearrangements")
    let images = Numbers(uniform: [3, 2, 5, 3], random: &random)
    let left = Numbers(uniform: [4, 3], random: &random)
    let right = Numbers(uniform: [4, 7], random: &random)
    let ones = Tensor(repeating: 1, shape: [3, 2, 5, 3])
    let source = random.stream("dropout")
    var recovered = source
    // The result for ones is the mask.
    let mask = Numbers(Variable(ones).dropout(rate: 0.3, random: &recovered).value)
    return [
      OperationCase(
        "reshape", [images], engine: { $0[0].reshaped([10, 9]) },
        reference: { Numbers($0[0].values, shape: [10, 9]) }),
      OperationCase(
        "flatten", [images], engine: { $0[0].flattened() }, reference: { Numbers($0[0].values, shape: [3, 30]) }),
      OperationCase(
        "side by side", [left, right], engine: { .sideBySide($0[0], $0[1]) },
        reference: { referenceSideBySide($0[0], $0[1]) }),
      OperationCase(
        "dropout", [images],
        engine: {
          var random = source
          return $0[0].dropout(rate: 0.3, random: &random)
        }, reference: { $0[0] * mask }),
    ]
  }()
}

@Suite struct ElementwiseTests {
  @Test(arguments: OperationCase.elementwise + OperationCase.longElementwise + OperationCase.rearrangements)
  func agreesWithTheReference(_ operation: OperationCase) {
    #expect(operation.violations() == [])
  }

  @Test func rectifierHasNoGradientAtZero() {
    let tape = Tape()
    let x = tape.variable(Tensor([-0.0, 0, -1, 2], shape: [4]))
    #expect(tape.gradients(of: x.rectified().sum(), for: [x])[0].scalars == [0, 0, 0, 1])
  }

  @Test func magnitudeHasNoGradientAtZero() {
    let tape = Tape()
    let x = tape.variable(Tensor([-0.0, 0, -1, 2], shape: [4]))
    #expect(tape.gradients(of: x.magnitude().sum(), for: [x])[0].scalars == [0, 0, -1, 1])
  }

  @Test func plainTensorsAgreeWithTheirDefinitions() {
    let a = Tensor([-2, -0.5, 0, 3, 9], shape: [5])
    let b = Tensor([1, 2, 4, -8, 0.5], shape: [5])
    #expect(a.affine(scale: 2, shift: 1).scalars == [-3, 0, 1, 7, 19])
    #expect(Tensor.combination(2, a, -0.5, b).scalars == [-4.5, -2, -2, 10, 17.75])
    #expect(a.clamped(low: -1, high: 2.5).scalars == [-1, -0.5, 0, 2.5, 2.5])
    #expect(a.signs.scalars == [-1, -1, 0, 1, 1])
    #expect((-a).scalars == [2, 0.5, 0, -3, -9])
    #expect((a / b).scalars == [-2, -0.25, 0, -0.375, 18])
  }
}

@Suite struct ElementwiseExtremesTests {
  static func violations() -> [String] {
    let inputs: [Float] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
      88.7, 88.8, -87.4, -100, -103.9, -110, 1e-3, 0.9999999, 1.0000001, 17, 0x1p-128, 4e9,
    ]
    let x = Tensor(inputs, shape: [inputs.count])
    var found: [String] = []
    func check(_ name: String, _ actual: Tensor, _ expected: [Float], ulps: Float) {
      // Subnormal results may be off by a few of the smallest numbers.
      let tolerance = Tolerance(absolute: 4e-45, relative: Double(ulps) * 0x1p-23)
      if let text = Comparison.difference(actual.scalars, from: expected, within: tolerance) {
        found.append("\(name): \(text)")
      }
    }
    let positive = inputs.map(\.magnitude)
    check("exponential", x.exponential, inputs.map { Float(exp(Double($0))) }, ulps: 2)
    check("logarithm", x.magnitude.logarithm, positive.map { Float(log(Double($0))) }, ulps: 2)
    check("root", x.magnitude.squareRoot, positive.map { $0.squareRoot() }, ulps: 0)
    check("relu", x.rectified, inputs.map { max(0, $0) }, ulps: 0)
    check("magnitude", x.magnitude, positive, ulps: 0)
    check("signs", x.signs, inputs.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }, ulps: 0)
    let nan = Tensor(repeating: .nan, shape: [19])
    let unlike = Tensor(repeating: -2, shape: [19])
    for (name, result) in [
      ("exponential", nan.exponential), ("logarithm", nan.logarithm), ("root", nan.squareRoot),
      ("relu", nan.rectified), ("magnitude", nan.magnitude), ("signs", nan.signs),
      ("clamp", nan.clamped(low: 0, high: 1)), ("logarithm of −2", unlike.logarithm), ("root of −2", unlike.squareRoot),
      ("sum", nan + unlike), ("product", nan * unlike),
    ] where !result.scalars.allSatisfy(\.isNaN) {
      found.append("\(name) of NaN is \(result)")
    }
    return found
  }

  @Test func extremeNumbersAgreeWithTheMathematicalFunctions() { #expect(Self.violations() == []) }

  /// Every length up to a few vectors: nothing past the end is read, and nothing is left out.
  static func lengthViolations() -> [String] {
    var random = RandomSource(seed: 2).stream("lengths")
    return (0..<70).flatMap { length -> [String] in
      let a = Numbers(uniform: [length], from: -4, to: 4, random: &random)
      let b = Numbers(uniform: [length], from: 0.5, to: 3, random: &random)
      let (x, y) = (a.tensor, b.tensor)
      let results: [(String, Tensor, Numbers)] = [
        ("fill", Tensor(repeating: 3, shape: [length]), a.map { _ in 3 }), ("add", x + y, a + b),
        ("subtract", x - y, .zipped(a, b, -)), ("multiply", x * y, a * b), ("divide", x / y, .zipped(a, b, /)),
        ("affine", x.affine(scale: 2, shift: 1), a.map { 2 * $0 + 1 }),
        ("combine", .combination(2, x, 3, y), .zipped(a, b) { 2 * $0 + 3 * $1 }),
        ("relu", x.rectified, referenceRectified(a)), ("exp", x.exponential, a.map { exp($0) }),
        ("log", y.logarithm, b.map { log($0) }), ("sqrt", y.squareRoot, b.map { $0.squareRoot() }),
        ("abs", x.magnitude, a.map(\.magnitude)), ("sign", x.signs, a.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
        ("clamp", x.clamped(low: -1, high: 2), a.map { min(2, max(-1, $0)) }),
        ("sum", Tensor(Float(x.sum)), .scalar(a.values.reduce(0, +))),
        ("dot", Tensor(Float(x.dot(y))), .scalar((a * b).values.reduce(0, +))),
      ]
      return results.compactMap { name, actual, expected in
        Comparison.difference(
          actual, from: expected.tensor, within: Tolerance(absolute: 1e-6, relative: 1e-6)
        ).map { "\(name) of \(length) numbers: \($0)" }
      }
    }
  }

  @Test func everyLengthIsRight() { #expect(Self.lengthViolations() == []) }
}

@Suite struct DropoutTests {
  private let images = Tensor(repeating: 2, shape: [7, 11, 13, 5])

  @Test func keepsOrDropsEachNumberAtTheRate() {
    var random = RandomSource(seed: 3)
    let result = Variable(images).dropout(rate: 0.4, random: &random).value.scalars
    let kept = result.count { $0 != 0 }
    #expect(result.allSatisfy { $0 == 0 || ($0 - 2 / 0.6).magnitude < 1e-6 })
    // Five standard deviations of a binomial count.
    let count = Double(result.count)
    #expect((Double(kept) - 0.6 * count).magnitude < 5 * (0.24 * count).squareRoot())
  }

  @Test func sameSourceDropsTheSameNumbers() {
    var (first, second, other) = (RandomSource(seed: 3), RandomSource(seed: 3), RandomSource(seed: 4))
    let mask = Variable(images).dropout(rate: 0.4, random: &first).value
    #expect(mask == Variable(images).dropout(rate: 0.4, random: &second).value)
    #expect(mask != Variable(images).dropout(rate: 0.4, random: &other).value)
  }

  @Test func rateZeroChangesNothing() {
    var random = RandomSource(seed: 3)
    #expect(Variable(images).dropout(rate: 0, random: &random).value == images)
  }

  @Test func onlyTrainModeDrops() {
    let layer = Dropout(rate: 0.5)
    let empty = NamedTensors()
    let train = Pass(parameters: empty, statistics: empty, mode: .train(RandomSource(seed: 1)), tape: nil)
    let evaluate = Pass(parameters: empty, statistics: empty, mode: .evaluate, tape: nil)
    #expect(layer(Variable(images), at: "drop", in: evaluate).value == images)
    let first = layer(Variable(images), at: "drop", in: train).value
    let second = layer(Variable(images), at: "drop", in: train).value
    #expect(first != images)
    #expect(first != second, "each layer of a pass draws its own numbers")
  }
}
