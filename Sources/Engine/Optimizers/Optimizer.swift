/// Updates parameters along their gradients.
///
/// A value: its state (velocities, moments) is part of it.
public protocol Optimizer: Sendable {
  /// Takes one step.
  ///
  /// - Parameters:
  ///   - parameters: The numbers to be changed.
  ///   - gradients: One per parameter, same names and order.
  ///   - learningRate: ≥ 0, the value of the schedule for this step.
  ///   - mask: nil, or 1 where a parameter may change and 0 where it must not: a masked number keeps its value bit for
  ///     bit, regardless of momentum and weight decay, and accumulates no momentum.
  ///   - unreached: Names of parameters that the loss does not depend on: they and their momentum are unchanged, as in
  ///     PyTorch, where such parameters have no gradient.
  mutating func update(
    _ parameters: inout NamedTensors, along gradients: NamedTensors, learningRate: Float, mask: NamedTensors?,
    unreached: Set<String>)
}

extension Optimizer {
  /// Takes one step of all parameters.
  public mutating func update(
    _ parameters: inout NamedTensors, along gradients: NamedTensors, learningRate: Float, mask: NamedTensors? = nil
  ) {
    update(&parameters, along: gradients, learningRate: learningRate, mask: mask, unreached: [])
  }
}

/// Stochastic gradient descent: v ← momentum·v + g + weightDecay·θ; θ ← θ − rate·v.
///
/// With Nesterov's momentum the step is g + momentum·v instead of v.
/// - Source: Sutskever, Martens, Dahl, Hinton, ICML 2013; in PyTorch's form.
public struct SGD: Optimizer {
  /// In [0, 1).
  public let momentum: Float
  /// ≥ 0, added to the gradient as weightDecay·θ.
  public let weightDecay: Float
  /// Whether to use Nesterov's momentum.
  public let nesterov: Bool
  private var velocity: NamedTensors?

  /// An optimizer with zero velocities.
  public init(momentum: Float = 0.9, weightDecay: Float = 0, nesterov: Bool = false) {
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
  }

  /// One update of all parameters; see `Optimizer`.
  public mutating func update(
    _ parameters: inout NamedTensors, along gradients: NamedTensors, learningRate: Float, mask: NamedTensors?,
    unreached: Set<String>
  ) {
    precondition(parameters.names == gradients.names, "gradients of other parameters")
    let step = SGDStep(learningRate: learningRate, momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
    if momentum != 0, velocity == nil { velocity = parameters.mapValues { Tensor(zeros: $0.shape) } }
    let masks = mask?.values
    var moved: [OptimizedTensor] = []
    for (index, (name, gradient)) in zip(gradients.names, gradients.values).enumerated()
    where !unreached.contains(name) {
      moved.append(
        OptimizedTensor(
          parameter: parameters.uniqueStorage(at: index), gradient: gradient.storage,
          first: velocity?.uniqueStorage(at: index), mask: masks?[index].storage))
    }
    device.sgd(step, moved)
  }
}

/// Adam with bias correction; with `decoupled` weight decay it is AdamW.
///
/// - Source: Kingma and Ba, ICLR 2015, arXiv:1412.6980, Algorithm 1; Loshchilov and Hutter, ICLR 2019,
///   arXiv:1711.05101, Algorithm 2.
public struct Adam: Optimizer {
  /// Decay of the mean of gradients, in [0, 1).
  public let beta1: Float
  /// Decay of the mean of squared gradients, in [0, 1).
  public let beta2: Float
  /// Added to the root of the second moment, > 0.
  public let epsilon: Float
  /// ≥ 0.
  public let weightDecay: Float
  /// Whether weight decay is applied to the weights directly (AdamW) instead of through the gradient.
  public let decoupled: Bool
  private var moments: (first: NamedTensors, second: NamedTensors)?
  private var steps = 0

  /// An optimizer with zero moments.
  public init(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0, decoupled: Bool = false
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupled = decoupled
  }

  /// One update of all parameters; see `Optimizer`.
  public mutating func update(
    _ parameters: inout NamedTensors, along gradients: NamedTensors, learningRate: Float, mask: NamedTensors?,
    unreached: Set<String>
  ) {
    precondition(parameters.names == gradients.names, "gradients of other parameters")
    steps += 1
    let step = AdamStep(
      number: steps, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay, decoupled: decoupled)
    func zeros() -> NamedTensors { parameters.mapValues { Tensor(zeros: $0.shape) } }
    var (first, second) = moments ?? (zeros(), zeros())
    moments = nil
    let masks = mask?.values
    var moved: [OptimizedTensor] = []
    for (index, (name, gradient)) in zip(gradients.names, gradients.values).enumerated()
    where !unreached.contains(name) {
      moved.append(
        OptimizedTensor(
          parameter: parameters.uniqueStorage(at: index), gradient: gradient.storage,
          first: first.uniqueStorage(at: index), second: second.uniqueStorage(at: index), mask: masks?[index].storage))
    }
    device.adam(step, moved)
    moments = (first, second)
  }
}
