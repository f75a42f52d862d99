extension Variable {
  /// A convolution without bias, normalization of its output by the batch's own statistics, a residual and an optional
  /// ReLU; returns y and the statistics, or nil where fusing the operations is not faster.
  ///
  /// Computes the same values and gradients as `convolution` followed by `batchNormalized`. Fusing them keeps the
  /// gradient between normalization and convolution out of memory. x is `[N, H, W, C]`, weights `[KH, KW, C / groups,
  /// OC]`, scale and shift `[OC]`, the residual and y `[N, OH, OW, OC]`.
  func convolution(
    weights: Variable, stride: Int, padding: Int, groups: Int, normalizedBy scale: Variable, shift: Variable,
    epsilon: Float, residual: Variable?, rectified: Bool
  ) -> (Variable, BatchStatistics)? {
    let w = weights.shape, channels = w[3]
    let g = ConvolutionGeometry(images: shape, weights: w, stride: stride, padding: padding, groups: groups)
    guard device.normalizesByImages(g) else { return nil }
    precondition(scale.value.count == channels && shift.value.count == channels, "\(channels) channels")
    let h = Tensor(uninitialized: [g.batch, g.outputHeight, g.outputWidth, channels])
    precondition(residual == nil || residual?.shape == h.shape, "the residual has another shape")
    let statistics = BatchStatistics(
      mean: Tensor(uninitialized: [channels]), variance: Tensor(uninitialized: [channels]), rows: h.count / channels)
    device.normalizedConvolutionForward(
      g, x: value.storage, weights: weights.value.storage, into: h.storage, mean: statistics.mean.storage,
      variance: statistics.variance.storage)
    let (y, context) = h.normalized(
      scale: scale.value, shift: shift.value, statistics: statistics, ofBatch: true, epsilon: epsilon,
      residual: residual?.value, rectified: rectified)
    let inputs = [self, weights, scale, shift] + (residual.map { [$0] } ?? [])
    let result = Variable.operation(y, of: inputs) { dy in
      let dx = isTracked ? Tensor(uninitialized: shape) : nil
      let dw = Tensor(uninitialized: w)
      let others = BatchNormGradients(context, dy: dy, hasResidual: inputs.count > 4)
      device.normalizedConvolutionBackward(
        g, context, dy: dy.storage, x: value.storage, weights: weights.value.storage, into: dx?.storage,
        weights: dw.storage, others)
      return [dx, dw, others.scale, others.shift, others.residual]
    }
    return (result, statistics)
  }
}
