/// How a model behaves in a forward pass; an argument, not a state of the model.
public enum Mode: Sendable {
  /// Batch normalization uses and updates the batch's statistics, dropout draws from the source.
  case train(RandomSource)
  /// Batch normalization uses the running statistics, dropout does nothing.
  case evaluate
}

/// One forward pass through a model: where the layers find their parameters and leave their new statistics.
public final class Pass {
  /// Whether layers train or evaluate.
  public let mode: Mode
  /// The statistics, updated as train-mode layers run; give them back to the model after the pass.
  public private(set) var statistics: NamedTensors
  /// The parameters as they take part in this pass.
  public let parameters: [String: Variable]
  /// Whether operations on the parameters are recorded.
  public let isRecorded: Bool
  private var random: RandomSource?

  /// A pass over `parameters`; they are variables of `tape`, or constants without one.
  public init(parameters: NamedTensors, statistics: NamedTensors, mode: Mode, tape: Tape?) {
    var variables: [String: Variable] = [:]
    for (name, value) in Swift.zip(parameters.names, parameters.values) {
      variables[name] = tape?.variable(value) ?? Variable(value)
    }
    self.parameters = variables
    isRecorded = tape != nil
    self.statistics = statistics
    self.mode = mode
    if case .train(let source) = mode { random = source }
  }

  /// Whether the mode is `train`.
  public var isTraining: Bool { random != nil }

  /// The parameter under `name`; the layer that asks declared it.
  public func parameter(_ name: String) -> Variable {
    guard let variable = parameters[name] else { preconditionFailure("the model has no parameter '\(name)'") }
    return variable
  }

  /// The statistic under `name`; the layer that asks declared it.
  public func statistic(_ name: String) -> Tensor {
    guard let tensor = statistics[name] else { preconditionFailure("the model has no statistic '\(name)'") }
    return tensor
  }

  /// Replaces the statistic under `name`.
  public func update(_ name: String, to value: Tensor) { statistics[name] = value }

  /// Runs `body` with the pass's random source; only in train mode.
  public func withRandom<Result>(_ body: (inout RandomSource) -> Result) -> Result {
    guard var source = random else { preconditionFailure("only a training pass has random numbers") }
    defer { random = source }
    return body(&source)
  }
}
