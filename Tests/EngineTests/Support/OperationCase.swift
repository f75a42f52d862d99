import Engine
import Foundation
import Testing
import UnlearningTesting

/// An operation of the engine with given inputs, and its reference in double precision.
///
/// `violations()` compares the result with the reference, and the engine's gradients with central differences of the
/// reference in double precision, so that the comparison is as tight as Float32 allows.
struct OperationCase: Sendable, CustomTestStringConvertible {
  /// Runs the engine's operation on these tensors; gradients are computed with respect to the returned variables.
  typealias Run = @Sendable (_ inputs: [Tensor], _ tape: Tape) -> (variables: [Variable], result: Variable)

  var name: String
  var inputs: [Numbers]
  var run: Run
  /// The operation itself if it takes plain variables, so that some of its inputs can be left untracked.
  var operation: (@Sendable ([Variable]) -> Variable)?
  var reference: @Sendable ([Numbers]) -> Numbers

  /// Allowed error of the result, relative to a number's magnitude or, if larger, to the root mean square of all.
  var forwardTolerance = 4e-6
  /// Allowed error of the gradients, likewise.
  var gradientTolerance = 1e-4
  /// The number of coordinates per input that are varied individually; larger inputs are also varied along random
  /// directions.
  var coordinates = 24
  /// The number of random directions along which a whole input is varied.
  var directions = 3

  var testDescription: String { name }

  init(
    _ name: String, _ inputs: [Numbers], engine: @escaping @Sendable ([Variable]) -> Variable,
    reference: @escaping @Sendable ([Numbers]) -> Numbers
  ) {
    self.name = "\(name) \(inputs.map { "\($0.shape)" }.joined(separator: " "))"
    self.inputs = inputs
    run = { tensors, tape in
      let variables = tensors.map(tape.variable)
      return (variables, engine(variables))
    }
    operation = engine
    self.reference = reference
  }

  init(_ name: String, _ inputs: [Numbers], run: @escaping Run, reference: @escaping @Sendable ([Numbers]) -> Numbers) {
    self.name = name
    self.inputs = inputs
    self.run = run
    self.reference = reference
  }

  /// A copy modified by `change`.
  func with(_ change: (inout OperationCase) -> Void) -> OperationCase {
    var result = self
    change(&result)
    return result
  }

  /// The errors in the result and the gradients; empty if there are none.
  func violations() -> [String] {
    let tensors = inputs.map(\.tensor)
    let expected = reference(inputs)
    let tape = Tape()
    let (variables, result) = run(tensors, tape)
    guard result.shape == expected.shape else {
      return ["\(name): the result has shape \(result.shape), expected \(expected.shape)"]
    }
    var found: [String] = []
    let tolerance = Self.tolerance(forwardTolerance, around: expected.values)
    if let difference = Comparison.difference(
      result.value.scalars, from: expected.values, within: tolerance, shape: expected.shape)
    {
      found.append("\(name): result: \(difference)")
    }
    var random = RandomSource(seed: 7).stream(name)
    let weights = Numbers(uniform: expected.shape, random: &random)
    let gradients = tape.gradients(of: weightedSum(result, weights), for: variables)
    var check = GradientCheck(inputs: inputs, coordinates: coordinates, tolerance: gradientTolerance) { inputs in
      zip(reference(inputs).values, weights.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    check.directions = directions
    found += check.violations(of: gradients, random: &random).map { "\(name): \($0)" }
    return found + violationsWithOneInputTracked(tensors, weights, expected: gradients)
  }

  /// An input's gradient must not depend on whether other inputs are tracked, nor must the result.
  private func violationsWithOneInputTracked(
    _ tensors: [Tensor], _ weights: Numbers, expected: [Tensor]
  ) -> [String] {
    guard let operation else { return [] }
    var found: [String] = []
    for wanted in tensors.indices {
      let tape = Tape()
      let variables = tensors.enumerated().map { $0 == wanted ? tape.variable($1) : Variable($1) }
      let loss = weightedSum(operation(variables), weights)
      let gradient = tape.gradients(of: loss, for: [variables[wanted]])[0]
      if let difference = Comparison.bitDifference(gradient, from: expected[wanted]) {
        found.append("\(name): gradient of input \(wanted) when only it is tracked: \(difference)")
      }
    }
    return found
  }

  static func tolerance(_ relative: Double, around expected: [Double]) -> Tolerance {
    let finite = expected.filter(\.isFinite)
    return Tolerance(absolute: relative * max(Numbers.rootMeanSquare(finite), 1e-3), relative: relative)
  }
}

/// Σ weight·number, so that every number of a result gets a different gradient.
///
/// Numbers with weight 0 are left out, even infinite ones.
func weightedSum(_ variable: Variable, _ weights: Numbers) -> Variable {
  precondition(variable.shape == weights.shape, "\(variable.shape) weighted by \(weights.shape)")
  let sum = zip(variable.value.scalars, weights.values).reduce(0.0) { $1.1 == 0 ? $0 : $0 + Double($1.0) * $1.1 }
  let factors = weights.tensor
  return Variable.operation(Tensor(Float(sum)), of: [variable]) { [$0.scalar * factors] }
}

/// Records each violation as a separate issue.
///
/// A test in its own process passes on the text of issues, but not the values of an `#expect`.
func record(_ violations: [String?], sourceLocation: SourceLocation = #_sourceLocation) {
  for case let violation? in violations { Issue.record(Comment(rawValue: violation), sourceLocation: sourceLocation) }
}
