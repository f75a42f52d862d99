import Engine
import UnlearningTesting

/// Compares gradients with central differences of a function in double precision.
struct GradientCheck {
  /// The point at which the gradients are computed.
  var inputs: [Numbers]
  /// The number of coordinates per input that are varied individually.
  var coordinates = 24
  /// The number of random ±1 directions along which a whole input is varied: every number takes part.
  var directions = 3
  /// The step h of the central difference (f(x + h) − f(x − h)) / 2h.
  var step = 1e-6
  /// Allowed error, relative to a derivative's magnitude or, if larger, to the root mean square of all.
  var tolerance = 1e-4
  /// The function to differentiate.
  var function: ([Numbers]) -> Double

  init(
    inputs: [Numbers], coordinates: Int = 24, tolerance: Double = 1e-4, function: @escaping ([Numbers]) -> Double
  ) {
    self.inputs = inputs
    self.coordinates = coordinates
    self.tolerance = tolerance
    self.function = function
  }

  /// The differences between `gradients`, one per input, and the central differences; empty if they agree.
  func violations(of gradients: [Tensor], random: inout RandomSource) -> [String] {
    guard gradients.count == inputs.count else {
      return ["\(gradients.count) gradients of \(inputs.count) inputs"]
    }
    return inputs.indices.flatMap { input -> [String] in
      guard gradients[input].shape == inputs[input].shape else {
        return ["gradient of input \(input) has shape \(gradients[input].shape), expected \(inputs[input].shape)"]
      }
      let single = singleViolation(of: gradients[input], input, random: &random)
      let joint = jointViolation(of: gradients[input], input, random: &random)
      return [single, joint].compactMap(\.self)
    }
  }

  private func singleViolation(of gradient: Tensor, _ input: Int, random: inout RandomSource) -> String? {
    let count = inputs[input].count
    let moved = count <= coordinates ? Array(0..<count) : random.sample(coordinates, of: Array(0..<count))
    let expected = moved.map { index in
      var direction = [Double](repeating: 0, count: count)
      direction[index] = 1
      return derivative(input, along: direction)
    }
    let actual = moved.map { gradient[$0] }
    let allowed = OperationCase.tolerance(tolerance, around: expected)
    return Comparison.difference(actual, from: expected, within: allowed).map {
      "gradient of input \(input), single numbers \(moved): \($0)"
    }
  }

  private func jointViolation(of gradient: Tensor, _ input: Int, random: inout RandomSource) -> String? {
    let count = inputs[input].count
    guard count > coordinates else { return nil }
    let numbers = gradient.scalars.map(Double.init)
    var actual: [Double] = []
    var expected: [Double] = []
    for _ in 0..<directions {
      let direction = (0..<count).map { _ in random.next() & 1 == 0 ? 1.0 : -1.0 }
      expected.append(derivative(input, along: direction))
      actual.append(zip(numbers, direction).reduce(0) { $0 + $1.0 * $1.1 })
    }
    let allowed = OperationCase.tolerance(tolerance, around: expected)
    return Comparison.difference(actual, from: expected, within: allowed).map {
      "gradient of input \(input) along random directions: \($0)"
    }
  }

  private func derivative(_ input: Int, along direction: [Double]) -> Double {
    var up = inputs
    var down = inputs
    up[input] = inputs[input].moved(by: step, along: direction)
    down[input] = inputs[input].moved(by: -step, along: direction)
    return (function(up) - function(down)) / (2 * step)
  }
}
