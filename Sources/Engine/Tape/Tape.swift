/// A record of operations in the order in which they ran, traversed backwards to compute gradients.
///
/// Holds only what the backward pass needs. Not shared between tasks: a tape belongs to the call that created it.
public final class Tape {
  struct Node {
    var inputs: [Int?]
    var backward: ((Tensor) -> [Tensor?])?
  }
  private var nodes: [Node] = []

  /// An empty tape.
  public init() {}

  /// A variable whose gradient can be computed.
  public func variable(_ value: Tensor) -> Variable {
    nodes.append(Node(inputs: [], backward: nil))
    return Variable(value: value, node: nodes.count - 1, tape: self)
  }

  func record(_ value: Tensor, inputs: [Variable], backward: @escaping (Tensor) -> [Tensor?]) -> Variable {
    nodes.append(Node(inputs: inputs.map(\.node), backward: backward))
    return Variable(value: value, node: nodes.count - 1, tape: self)
  }

  /// ∂`output`/∂v for every v of `variables`, in their order; zeros where `output` does not depend on v.
  ///
  /// `output` is a scalar. Saved values are released during the pass, so a tape can be used for one call only.
  public func gradients(of output: Variable, for variables: [Variable]) -> [Tensor] {
    zip(variables, reachedGradients(of: output, for: variables)).map { $1 ?? Tensor(zeros: $0.value.shape) }
  }

  /// As `gradients(of:for:)`, but nil where `output` does not depend on a variable.
  func reachedGradients(of output: Variable, for variables: [Variable]) -> [Tensor?] {
    precondition(output.value.count == 1, "gradients are of one number, not of shape \(output.value.shape)")
    var gradients = [Tensor?](repeating: nil, count: nodes.count)
    var wanted = Set<Int>()
    for variable in variables {
      precondition(variable.tape === self, "the variable is not on this tape")
      if let node = variable.node { wanted.insert(node) }
    }
    if let node = output.node {
      precondition(output.tape === self, "the output is not on this tape")
      gradients[node] = Tensor(repeating: 1, shape: output.value.shape)
      for index in stride(from: node, through: 0, by: -1) {
        guard let gradient = gradients[index], let backward = nodes[index].backward else { continue }
        if !wanted.contains(index) { gradients[index] = nil }
        let inputs = nodes[index].inputs
        nodes[index].backward = nil
        for (input, part) in zip(inputs, backward(gradient)) {
          guard let input, let part else { continue }
          if var sum = gradients[input] {
            gradients[input] = nil
            sum.add(part)
            gradients[input] = sum
          } else {
            gradients[input] = part
          }
        }
      }
    }
    return variables.map { variable in variable.node.flatMap { gradients[$0] } }
  }
}

/// A tensor in a computation; operations on it are recorded if it belongs to a tape.
public struct Variable {
  /// The numbers.
  public let value: Tensor
  let node: Int?
  // Weak, because the tape holds the operations and the operations hold their inputs.
  weak let tape: Tape?

  /// A constant: no gradient flows into it.
  public init(_ value: Tensor) {
    self.init(value: value, node: nil, tape: nil)
  }

  init(value: Tensor, node: Int?, tape: Tape?) {
    self.value = value
    self.node = node
    self.tape = tape
  }

  /// The extent of each dimension.
  public var shape: [Int] { value.shape }
  /// Whether gradients are computed for it.
  public var isTracked: Bool { node != nil }
  /// The same numbers without their history: gradients do not flow back through the result.
  public var detached: Variable { Variable(value) }

  /// The result of an operation on `inputs`, with its gradient.
  ///
  /// This is the entry point for custom operations. `backward` takes the gradient of the result and returns that of
  /// each input, nil where it is not needed.
  public static func operation(
    _ value: Tensor, of inputs: [Variable], backward: @escaping (_ gradient: Tensor) -> [Tensor?]
  ) -> Variable {
    guard let tape = inputs.first(where: { $0.isTracked })?.tape else { return Variable(value) }
    assert(inputs.allSatisfy { !$0.isTracked || $0.tape === tape }, "inputs lie on different tapes")
    return tape.record(value, inputs: inputs, backward: backward)
  }
}
