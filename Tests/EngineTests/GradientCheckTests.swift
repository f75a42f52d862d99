import Engine
import Testing
import UnlearningTesting

/// Mutants: errors that the checks of these tests must find.
@Suite struct GradientCheckTests {
  /// The product of two inputs, with a replaceable backward pass and result.
  private func product(
    shape: [Int], backward: @escaping @Sendable (_ dy: Tensor, _ a: Tensor, _ b: Tensor) -> [Tensor?],
    result: @escaping @Sendable (Tensor) -> Tensor = { $0 }
  ) -> [String] {
    var random = RandomSource(seed: 31)
    let inputs = [Numbers(uniform: shape, random: &random), Numbers(uniform: shape, random: &random)]
    return OperationCase(
      "product", inputs,
      engine: { x in
        Variable.operation(result(x[0].value * x[1].value), of: x) { backward($0, x[0].value, x[1].value) }
      }, reference: { $0[0] * $0[1] }
    ).violations()
  }

  private static let shapes = [[3], [20, 30]]

  @Test(arguments: shapes) func rightGradientsPass(shape: [Int]) {
    #expect(product(shape: shape) { [$0 * $2, $0 * $1] } == [])
  }

  @Test(arguments: shapes) func wrongSign(shape: [Int]) {
    let found = product(shape: shape) { [-($0 * $2), $0 * $1] }
    #expect(!found.isEmpty && found.allSatisfy { $0.contains("gradient of input 0") })
  }

  @Test(arguments: shapes) func exchangedInputs(shape: [Int]) {
    #expect(!product(shape: shape) { [$0 * $1, $0 * $2] }.isEmpty)
  }

  @Test(arguments: shapes) func slightlyWrongScale(shape: [Int]) {
    #expect(!product(shape: shape) { [1.001 * ($0 * $2), $0 * $1] }.isEmpty)
  }

  @Test(arguments: shapes) func forgottenGradient(shape: [Int]) {
    #expect(!product(shape: shape) { dy, a, _ in [nil, dy * a] }.isEmpty)
  }

  @Test(arguments: shapes) func ignoredUpstreamGradient(shape: [Int]) {
    #expect(!product(shape: shape) { [$2, $0 * $1] }.isEmpty)
  }

  /// One wrong number of 600, which is not among those that are varied individually.
  @Test(arguments: [0, 299, 599]) func oneWrongNumber(place: Int) {
    let found = product(shape: [20, 30]) { dy, a, b in
      var wrong = dy * b
      wrong[place] += 0.05
      return [wrong, dy * a]
    }
    #expect(!found.isEmpty)
  }

  @Test func notANumber() {
    let found = product(shape: [20, 30]) { dy, a, b in
      var wrong = dy * b
      wrong[17] = .nan
      return [wrong, dy * a]
    }
    #expect(!found.isEmpty)
  }

  @Test func wrongShapeOfAGradient() {
    let found = product(shape: [6]) { [($0 * $2).reshaped([2, 3]), $0 * $1] }
    #expect(found.contains { $0.contains("has shape [2, 3]") })
  }

  @Test func wrongResult() {
    let off = product(
      shape: [20, 30], backward: { [$0 * $2, $0 * $1] }, result: { $0.affine(scale: 1, shift: 1e-4) })
    #expect(off.count == 1 && off[0].contains("result"))
    let reshaped = product(shape: [6], backward: { [$0 * $2, $0 * $1] }, result: { $0.reshaped([3, 2]) })
    #expect(reshaped.contains { $0.contains("shape [3, 2]") })
  }
}
