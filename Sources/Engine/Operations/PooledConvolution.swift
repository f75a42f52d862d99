extension Variable {
  /// The maximum over 2×2 windows, at stride 2, of a convolution of stride 1 and one group; nil where fusing the
  /// operations is not faster.
  ///
  /// Computes the same values as `convolution` followed by `maxPooled`. Fusing them keeps the convolution's output and
  /// its gradient, which are four times as large, out of memory. `[N, H, W, C]`, weights `[KH, KW, C, OC]`, bias
  /// `[OC]` → `[N, OH / 2, OW / 2, OC]`.
  func pooledConvolution(weights: Variable, bias: Variable?, padding: Int) -> Variable? {
    let w = weights.shape
    let g = ConvolutionGeometry(images: shape, weights: w, stride: 1, padding: padding, groups: 1)
    guard device.poolsByImages(g) else { return nil }
    let pool = PoolGeometry(
      batch: g.batch, height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels, size: 2, stride: 2,
      padding: 0)
    let y = Tensor(uninitialized: [g.batch, pool.outputHeight, pool.outputWidth, g.outputChannels])
    let chosen = IndexStorage(count: y.count)
    device.pooledConvolutionForward(
      g, x: value.storage, weights: weights.value.storage, bias: bias?.value.storage, into: y.storage, chosen: chosen)
    return Variable.operation(y, of: [self, weights] + (bias.map { [$0] } ?? [])) { dy in
      var dx: Tensor?
      if isTracked {
        let (whole, out) = (Tensor(uninitialized: [4 * dy.count]), Tensor(uninitialized: shape))
        device.maxPoolBackward(pool, dy: dy.storage, chosen: chosen, into: whole.storage)
        device.convolutionBackwardData(g, dy: whole.storage, weights: weights.value.storage, into: out.storage)
        dx = out
      }
      var dw: Tensor?, db: Tensor?
      if weights.isTracked || bias?.isTracked == true {
        let out = Tensor(uninitialized: w)
        db = bias.map { Tensor(uninitialized: $0.shape) }
        device.pooledConvolutionBackwardWeights(
          g, x: value.storage, dy: dy.storage, chosen: chosen, into: out.storage, bias: db?.storage)
        dw = out
      }
      return [dx, dw, db]
    }
  }
}
