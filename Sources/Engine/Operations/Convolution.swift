extension Variable {
  /// Two-dimensional convolution (cross-correlation) of images.
  ///
  /// `[N, H, W, C]`, weights `[KH, KW, C / groups, OC]`, bias `[OC]` → `[N, OH, OW, OC]` with
  /// OH = (H + 2·padding − KH) / stride + 1.
  public func convolution(
    weights: Variable, bias: Variable? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
  ) -> Variable {
    precondition(shape.count == 4 && weights.shape.count == 4, "images \(shape), weights \(weights.shape)")
    precondition(stride >= 1 && padding >= 0 && groups >= 1, "stride \(stride), padding \(padding), groups \(groups)")
    let w = weights.shape
    precondition(
      shape[3] == w[2] * groups && w[3].isMultiple(of: groups),
      "weights \(w) in \(groups) groups do not fit images \(shape)")
    let g = ConvolutionGeometry(
      batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], kernelHeight: w[0], kernelWidth: w[1],
      outputChannels: w[3], stride: stride, padding: padding, groups: groups)
    precondition(
      shape[1] + 2 * padding >= w[0] && shape[2] + 2 * padding >= w[1], "the window \(w) is larger than \(shape)")
    precondition(g.batch > 0, "a convolution needs at least one image")
    let y = Tensor(uninitialized: [g.batch, g.outputHeight, g.outputWidth, g.outputChannels])
    device.convolutionForward(
      g, x: value.storage, weights: weights.value.storage, bias: bias?.value.storage, into: y.storage)
    return Variable.operation(y, of: [self, weights] + (bias.map { [$0] } ?? [])) { dy in
      var dx: Tensor?
      if isTracked {
        let out = Tensor(uninitialized: shape)
        device.convolutionBackwardData(g, dy: dy.storage, weights: weights.value.storage, into: out.storage)
        dx = out
      }
      var dw: Tensor?, db: Tensor?
      if weights.isTracked || bias?.isTracked == true {
        let out = Tensor(uninitialized: w)
        db = bias.map { Tensor(uninitialized: $0.shape) }
        device.convolutionBackwardWeights(g, x: value.storage, dy: dy.storage, into: out.storage, bias: db?.storage)
        dw = out
      }
      return [dx, dw, db]
    }
  }
}
