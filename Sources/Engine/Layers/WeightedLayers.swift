/// Two-dimensional convolution; parameters "weight" `[KH, KW, C / groups, OC]` and, with `hasBias`, "bias" `[OC]`.
public struct Convolution: Layer {
  /// Output channels.
  public let channels: Int
  /// Side of the square window.
  public let size: Int
  /// Step of the window.
  public let stride: Int
  /// Zeros around the image.
  public let padding: Int
  /// Groups that the input and the output channels are split into.
  public let groups: Int
  /// Whether a bias is added to each output channel.
  public let hasBias: Bool

  /// A convolution to `channels` output channels.
  public init(channels: Int, size: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1, hasBias: Bool = true) {
    self.channels = channels
    self.size = size
    self.stride = stride
    self.padding = padding
    self.groups = groups
    self.hasBias = hasBias
  }

  /// Declares weights drawn from N(0, 2 / fan-in) and biases of 0.
  ///
  /// - Source: He, Zhang, Ren, Sun, ICCV 2015, arXiv:1502.01852, equation 10.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    precondition(input.count == 3, "a convolution needs images, not \(input)")
    let fanIn = size * size * input[2] / groups
    let scale = Float((2 / Double(fanIn)).squareRoot())
    let shape = [size, size, input[2] / groups, channels]
    declarations.parameter(path.below("weight"), shape: shape) { random in
      Tensor(normal: shape, scale: scale, random: &random)
    }
    if hasBias { declarations.parameter(path.below("bias"), shape: [channels]) { _ in Tensor(zeros: [channels]) } }
    let output = [(input[0] + 2 * padding - size) / stride + 1, (input[1] + 2 * padding - size) / stride + 1, channels]
    declarations.maps(output)
    declarations.output(output)
    return output
  }

  /// `[N, H, W, C]` → `[N, OH, OW, channels]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    x.convolution(
      weights: pass.parameter(path.below("weight")), bias: hasBias ? pass.parameter(path.below("bias")) : nil,
      stride: stride, padding: padding, groups: groups)
  }
}

extension Convolution {
  /// The convolution, then `norm` with its residual and ReLU, fused where possible.
  func callAsFunction(
    _ x: Variable, at path: String, then norm: BatchNorm, at normPath: String, residual: Variable? = nil, in pass: Pass
  ) -> Variable {
    let weights = pass.parameter(path.below("weight"))
    if pass.isTraining, !hasBias, weights.isTracked,
      let (y, batch) = x.convolution(
        weights: weights, stride: stride, padding: padding, groups: groups,
        normalizedBy: pass.parameter(normPath.below("weight")), shift: pass.parameter(normPath.below("bias")),
        epsilon: norm.epsilon, residual: residual, rectified: norm.rectified)
    {
      norm.take(batch, at: normPath, in: pass)
      return y
    }
    guard !pass.isTraining, !pass.isRecorded, !x.isTracked, residual?.isTracked != true else {
      return norm.apply(self(x, at: path, in: pass), residual: residual, at: normPath, in: pass)
    }
    return Variable(
      x.value.convolved(
        weights: weights.value, bias: hasBias ? pass.parameter(path.below("bias")).value : nil, stride: stride,
        padding: padding, groups: groups, normalizedBy: norm.fixed(at: normPath, in: pass), residual: residual?.value,
        rectified: norm.rectified))
  }
}

extension Convolution {
  /// The convolution, then `pool`, fused where possible.
  func callAsFunction(
    _ x: Variable, at path: String, then pool: MaxPool, at poolPath: String, in pass: Pass
  ) -> Variable {
    if stride == 1, groups == 1, pool.size == 2, pool.stride == 2, pool.padding == 0,
      let y = x.pooledConvolution(
        weights: pass.parameter(path.below("weight")), bias: hasBias ? pass.parameter(path.below("bias")) : nil,
        padding: padding)
    {
      return y
    }
    return pool(self(x, at: path, in: pass), at: poolPath, in: pass)
  }
}

/// A fully connected layer x·Wᵀ + b; parameters "weight" `[K, D]` and "bias" `[K]`.
public struct Linear: Layer {
  /// K, the number of output features.
  public let outputs: Int

  /// A layer with `outputs` outputs.
  public init(_ outputs: Int) { self.outputs = outputs }

  /// Declares weights and biases drawn from U(−1/√D, 1/√D), as in PyTorch.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    precondition(input.count == 1, "a linear layer needs rows, not \(input)")
    let bound = Float(1 / Double(input[0]).squareRoot())
    declarations.parameter(path.below("weight"), shape: [outputs, input[0]]) { random in
      Tensor(uniform: [outputs, input[0]], low: -bound, high: bound, random: &random)
    }
    declarations.parameter(path.below("bias"), shape: [outputs]) { random in
      Tensor(uniform: [outputs], low: -bound, high: bound, random: &random)
    }
    declarations.output([outputs])
    return [outputs]
  }

  /// `[N, D]` → `[N, K]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    x.linear(weights: pass.parameter(path.below("weight")), bias: pass.parameter(path.below("bias")))
  }
}

extension Linear {
  /// The layer, then ReLU; fused where nothing is recorded.
  func rectified(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    guard !pass.isRecorded, !x.isTracked else { return self(x, at: path, in: pass).rectified() }
    return Variable(
      x.value.linear(
        weights: pass.parameter(path.below("weight")).value, bias: pass.parameter(path.below("bias")).value,
        rectified: true))
  }
}

/// Batch normalization with an optional ReLU; parameters "weight" and "bias", statistics "running_mean" and
/// "running_var", all `[C]`.
public struct BatchNorm: Layer {
  /// Whether max(0, ·) follows.
  public let rectified: Bool
  /// Added to the variance, for numerical stability.
  public let epsilon: Float
  /// Weight of the newest batch in the running statistics, in (0, 1].
  public let momentum: Float

  /// A normalization over all dimensions but the channels.
  public init(rectified: Bool = false, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    self.rectified = rectified
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// Declares scale 1, shift 0, running mean 0, running variance 1.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    let shape = [input[input.count - 1]]
    declarations.parameter(path.below("weight"), shape: shape) { _ in Tensor(repeating: 1, shape: shape) }
    declarations.parameter(path.below("bias"), shape: shape) { _ in Tensor(zeros: shape) }
    declarations.output(input)
    declarations.statistic(path.below("running_mean"), Tensor(zeros: shape))
    declarations.statistic(path.below("running_var"), Tensor(repeating: 1, shape: shape))
    return input
  }

  /// `[…, C]` → `[…, C]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    apply(x, residual: nil, at: path, in: pass)
  }

  /// The normalization with the running statistics.
  func fixed(at path: String, in pass: Pass) -> FixedNormalization {
    FixedNormalization(
      scale: pass.parameter(path.below("weight")).value, shift: pass.parameter(path.below("bias")).value,
      mean: pass.statistic(path.below("running_mean")), variance: pass.statistic(path.below("running_var")),
      epsilon: epsilon)
  }

  func apply(_ x: Variable, residual: Variable?, at path: String, in pass: Pass) -> Variable {
    let (meanName, varianceName) = (path.below("running_mean"), path.below("running_var"))
    let running = BatchStatistics(mean: pass.statistic(meanName), variance: pass.statistic(varianceName), rows: 0)
    let (y, batch) = x.batchNormalized(
      scale: pass.parameter(path.below("weight")), shift: pass.parameter(path.below("bias")),
      statistics: pass.isTraining ? nil : running, epsilon: epsilon, residual: residual, rectified: rectified)
    if let batch { take(batch, at: path, in: pass) }
    return y
  }

  /// Updates the running statistics: (1 − momentum)·old + momentum·batch.
  func take(_ batch: BatchStatistics, at path: String, in pass: Pass) {
    let (meanName, varianceName) = (path.below("running_mean"), path.below("running_var"))
    // The running variance is the unbiased estimate.
    let unbiased = batch.rows > 1 ? Float(Double(batch.rows) / Double(batch.rows - 1)) : 1
    pass.update(meanName, to: .combination(1 - momentum, pass.statistic(meanName), momentum, batch.mean))
    pass.update(
      varianceName, to: .combination(1 - momentum, pass.statistic(varianceName), momentum * unbiased, batch.variance))
  }
}
