extension Variable {
  /// Two-dimensional convolution (cross-correlation) of images.
  ///
  /// `[N, H, W, C]`, weights `[KH, KW, C / groups, OC]`, bias `[OC]` → `[N, OH, OW, OC]` with
  /// OH = (H + 2·padding − KH) / stride + 1.
  public func convolution(
    weights: Variable, bias: Variable? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
  ) -> Variable {
    let w = weights.shape
    let g = ConvolutionGeometry(images: shape, weights: w, stride: stride, padding: padding, groups: groups)
    let y = Tensor(uninitialized: [g.batch, g.outputHeight, g.outputWidth, g.outputChannels])
    device.convolutionForward(
      g, x: value.storage, weights: weights.value.storage, bias: bias?.value.storage, residual: nil,
      relu: false, into: y.storage)
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

extension Tensor {
  /// max(0, norm(conv(x)) + residual) with the normalization's running statistics, in one pass over the images.
  ///
  /// With s = scale/√(variance + epsilon): norm(w∗x + b) = (s·w)∗x + s·(b − mean) + shift, so that the normalization
  /// needs no pass of its own. x is `[N, H, W, C]`, weights `[KH, KW, C / groups, OC]`, all tensors of the
  /// normalization `[OC]`.
  func convolved(
    weights: Tensor, bias: Tensor?, stride: Int, padding: Int, groups: Int, normalizedBy norm: FixedNormalization,
    residual: Tensor?, rectified: Bool
  ) -> Tensor {
    let g = ConvolutionGeometry(
      images: shape, weights: weights.shape, stride: stride, padding: padding, groups: groups)
    let factor = norm.factor
    let none = Tensor(zeros: factor.shape), one = Tensor(repeating: 1, shape: factor.shape)
    let scaled = Tensor(uninitialized: weights.shape)
    device.batchNormApply(
      weights.storage, mean: none.storage, inverseDeviation: one.storage, scale: factor.storage, shift: none.storage,
      residual: nil, relu: false, into: scaled.storage)
    let shift = norm.shift + factor * ((bias ?? none) - norm.mean)
    let y = Tensor(uninitialized: [g.batch, g.outputHeight, g.outputWidth, g.outputChannels])
    precondition(residual == nil || residual?.shape == y.shape, "the residual has another shape")
    device.convolutionForward(
      g, x: storage, weights: scaled.storage, bias: shift.storage, residual: residual?.storage, relu: rectified,
      into: y.storage)
    return y
  }
}

/// A batch normalization with fixed statistics; all `[C]`.
struct FixedNormalization {
  var scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor
  var epsilon: Float
  /// scale/√(variance + epsilon).
  var factor: Tensor { scale / variance.affine(scale: 1, shift: epsilon).squareRoot }
}

extension ConvolutionGeometry {
  /// The sizes of a convolution of images `[N, H, W, C]`; a precondition checks that they match.
  init(images shape: [Int], weights w: [Int], stride: Int, padding: Int, groups: Int) {
    precondition(shape.count == 4 && w.count == 4, "images \(shape), weights \(w)")
    precondition(stride >= 1 && padding >= 0 && groups >= 1, "stride \(stride), padding \(padding), groups \(groups)")
    precondition(
      shape[3] == w[2] * groups && w[3].isMultiple(of: groups),
      "weights \(w) in \(groups) groups do not fit images \(shape)")
    self.init(
      batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], kernelHeight: w[0], kernelWidth: w[1],
      outputChannels: w[3], stride: stride, padding: padding, groups: groups)
    precondition(
      shape[1] + 2 * padding >= w[0] && shape[2] + 2 * padding >= w[1], "the window \(w) is larger than \(shape)")
    precondition(batch > 0, "a convolution needs at least one image")
  }
}
