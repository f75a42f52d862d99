/// Per-channel mean and variance for batch normalization.
public struct BatchStatistics: Sendable {
  /// `[C]`.
  public var mean: Tensor
  /// `[C]`; for a batch the biased variance, divided by the number of rows.
  public var variance: Tensor
  /// The number of rows that the statistics were computed from.
  public var rows: Int

  /// Statistics of `rows` rows; `mean` and `variance` are `[C]`.
  public init(mean: Tensor, variance: Tensor, rows: Int) {
    self.mean = mean
    self.variance = variance
    self.rows = rows
  }
}

extension Variable {
  /// Batch normalization over all dimensions but the last, then the residual, then an optional ReLU.
  ///
  /// y = scale·(x − mean)/√(variance + epsilon) + shift + residual. x is `[…, C]`, scale and shift `[C]`. Without
  /// `statistics` it normalizes by the batch's own mean and biased variance (train mode).
  ///
  /// - Returns: y, and the batch's statistics if they were used.
  /// - Source: Ioffe and Szegedy, ICML 2015, arXiv:1502.03167, Algorithm 1.
  public func batchNormalized(
    scale: Variable, shift: Variable, statistics: BatchStatistics?, epsilon: Float = 1e-5, residual: Variable? = nil,
    rectified: Bool = false
  ) -> (Variable, BatchStatistics?) {
    let channels = scale.value.count
    precondition(shape.last == channels && shift.value.count == channels, "\(channels) channels on \(shape)")
    precondition(residual == nil || residual?.shape == shape, "the residual has another shape")
    let rows = value.count / channels
    let used: BatchStatistics
    if let statistics {
      used = statistics
    } else {
      used = BatchStatistics(
        mean: Tensor(uninitialized: [channels]), variance: Tensor(uninitialized: [channels]), rows: rows)
      device.batchNormStatistics(
        value.storage, channels: channels, mean: used.mean.storage, variance: used.variance.storage)
    }
    let (y, context) = value.normalized(
      scale: scale.value, shift: shift.value, statistics: used, ofBatch: statistics == nil, epsilon: epsilon,
      residual: residual?.value, rectified: rectified)
    let shape = shape
    let inputs = [self, scale, shift] + (residual.map { [$0] } ?? [])
    let result = Variable.operation(y, of: inputs) { dy in
      let dx = Tensor(uninitialized: shape)
      let others = BatchNormGradients(context, dy: dy, hasResidual: inputs.count > 3)
      device.batchNormBackward(context, dy: dy.storage, into: dx.storage, others)
      return [dx, others.scale, others.shift, others.residual]
    }
    return (result, statistics == nil ? used : nil)
  }
}

extension Tensor {
  /// The normalized tensor, with its residual and ReLU, and what its backward pass needs.
  ///
  /// - Parameter ofBatch: Whether the statistics were computed from this tensor.
  func normalized(
    scale: Tensor, shift: Tensor, statistics: BatchStatistics, ofBatch: Bool, epsilon: Float, residual: Tensor?,
    rectified: Bool
  ) -> (Tensor, BatchNormContext) {
    let deviation = statistics.variance.affine(scale: 1, shift: epsilon).squareRoot
    let inverse = Tensor(repeating: 1, shape: scale.shape) / deviation
    let y = Tensor(uninitialized: shape)
    device.batchNormApply(
      storage, mean: statistics.mean.storage, inverseDeviation: inverse.storage, scale: scale.storage,
      shift: shift.storage, residual: residual?.storage, relu: rectified, into: y.storage)
    let context = BatchNormContext(
      x: storage, mean: statistics.mean.storage, inverseDeviation: inverse.storage, scale: scale.storage,
      shift: shift.storage, rectified: rectified, output: rectified && residual != nil ? y.storage : nil,
      usesBatchStatistics: ofBatch)
    return (y, context)
  }
}
