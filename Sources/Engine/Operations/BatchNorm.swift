/// Per-channel mean and variance, as batch normalisation keeps them.
public struct BatchStatistics: Sendable {
  /// `[C]`.
  public var mean: Tensor
  /// `[C]`; over a batch the biased one, divided by its number of rows.
  public var variance: Tensor
  /// How many rows the statistics are of.
  public var rows: Int

  /// Statistics of `rows` rows; `mean` and `variance` are `[C]`.
  public init(mean: Tensor, variance: Tensor, rows: Int) {
    self.mean = mean
    self.variance = variance
    self.rows = rows
  }
}

extension Variable {
  /// Batch normalisation over all dimensions but the last, then the residual, then ReLU where asked.
  ///
  /// y = scale·(x − mean)/√(variance + epsilon) + shift + residual. x is `[…, C]`, scale and shift `[C]`.
  ///
  /// - Parameter statistics: nil to normalise by the batch's own mean and biased variance (train mode).
  /// - Returns: y, and the batch's statistics when they were used.
  /// - Source: Ioffe and Szegedy, ICML 2015, arXiv:1502.03167, Algorithm 1.
  public func batchNormalised(
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
    let inverse = Tensor(repeating: 1, shape: [channels]) / used.variance.affine(scale: 1, shift: epsilon).squareRoot
    let y = Tensor(uninitialized: shape)
    device.batchNormApply(
      value.storage, mean: used.mean.storage, inverseDeviation: inverse.storage, scale: scale.value.storage,
      shift: shift.value.storage, residual: residual?.value.storage, relu: rectified, into: y.storage)
    let context = BatchNormContext(
      x: value.storage, mean: used.mean.storage, inverseDeviation: inverse.storage, scale: scale.value.storage,
      shift: shift.value.storage, rectified: rectified, output: rectified && residual != nil ? y.storage : nil,
      usesBatchStatistics: statistics == nil)
    let shape = shape
    let inputs = [self, scale, shift] + (residual.map { [$0] } ?? [])
    let result = Variable.operation(y, of: inputs) { dy in
      let dx = Tensor(uninitialized: shape)
      let (dScale, dShift) = (Tensor(uninitialized: [channels]), Tensor(uninitialized: [channels]))
      // Without a ReLU the residual's gradient is dy itself.
      let dResidual = residual == nil ? nil : rectified ? Tensor(uninitialized: shape) : dy
      device.batchNormBackward(
        context, dy: dy.storage,
        into: BatchNormGradients(
          x: dx.storage, scale: dScale.storage, shift: dShift.storage,
          residual: rectified ? dResidual?.storage : nil))
      return [dx, dScale, dShift, dResidual]
    }
    return (result, statistics == nil ? used : nil)
  }
}
