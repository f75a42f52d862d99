import CKernels

extension CPU {
  func convolutionForward(
    _ g: ConvolutionGeometry, x: Storage, weights: Storage, bias: Storage?, residual: Storage?, relu: Bool,
    into y: Storage
  ) {
    var c = g.kernelArguments
    let workspace = Storage(count: lacuna_convolution_forward_workspace(&c))
    lacuna_convolution_forward(
      &c, x.pointer, weights.pointer, bias?.pointer, residual?.pointer, relu ? 1 : 0, y.pointer, workspace.pointer)
  }

  func convolutionBackwardData(_ g: ConvolutionGeometry, dy: Storage, weights: Storage, into dx: Storage) {
    var c = g.kernelArguments
    let workspace = Storage(count: lacuna_convolution_backward_data_workspace(&c))
    lacuna_convolution_backward_data(&c, dy.pointer, weights.pointer, dx.pointer, workspace.pointer)
  }

  func convolutionBackwardWeights(
    _ g: ConvolutionGeometry, x: Storage, dy: Storage, into dw: Storage, bias: Storage?
  ) {
    var c = g.kernelArguments
    let workspace = Storage(count: lacuna_convolution_backward_weights_workspace(&c))
    lacuna_convolution_backward_weights(
      &c, x.pointer, dy.pointer, dw.pointer, bias?.pointer, workspace.pointer)
  }

  func batchNormStatistics(_ x: Storage, channels: Int, mean: Storage, variance: Storage) {
    let rows = Int64(x.count / channels)
    let workspace = Storage(count: lacuna_batch_norm_workspace(rows, Int64(channels)))
    lacuna_batch_norm_statistics(
      rows, Int64(channels), x.pointer, mean.pointer, variance.pointer, workspace.pointer)
  }

  func batchNormApply(
    _ x: Storage, mean: Storage, inverseDeviation: Storage, scale: Storage, shift: Storage, residual: Storage?,
    relu: Bool, into y: Storage
  ) {
    lacuna_batch_norm_apply(
      Int64(x.count / mean.count), Int64(mean.count), x.pointer, mean.pointer, inverseDeviation.pointer, scale.pointer,
      shift.pointer, residual?.pointer, relu ? 1 : 0, y.pointer)
  }

  func batchNormBackward(
    _ context: BatchNormContext, dy: Storage, into dx: Storage, _ others: BatchNormGradients
  ) {
    var arguments = context.kernelArguments(dy: dy, others)
    let workspace = Storage(count: lacuna_batch_norm_workspace(arguments.rows, arguments.channels))
    lacuna_batch_norm_backward(&arguments, dx.pointer, workspace.pointer)
  }

  func normalizesByImages(_ g: ConvolutionGeometry) -> Bool {
    var c = g.kernelArguments
    return lacuna_normalized_convolution_suits(&c) != 0
  }

  func normalizedConvolutionForward(
    _ g: ConvolutionGeometry, x: Storage, weights: Storage, into h: Storage, mean: Storage, variance: Storage
  ) {
    var c = g.kernelArguments
    let workspace = Storage(count: lacuna_normalized_convolution_workspace(&c))
    lacuna_normalized_convolution_forward(
      &c, x.pointer, weights.pointer, h.pointer, mean.pointer, variance.pointer, workspace.pointer)
  }

  func normalizedConvolutionBackward(
    _ g: ConvolutionGeometry, _ context: BatchNormContext, dy: Storage, x: Storage, weights: Storage, into dx: Storage?,
    weights dw: Storage, _ others: BatchNormGradients
  ) {
    var (c, arguments) = (g.kernelArguments, context.kernelArguments(dy: dy, others))
    let workspace = Storage(count: lacuna_normalized_convolution_workspace(&c))
    lacuna_normalized_convolution_backward(
      &c, &arguments, x.pointer, weights.pointer, dx?.pointer, dw.pointer, workspace.pointer)
  }

  func poolsByImages(_ g: ConvolutionGeometry) -> Bool {
    var c = g.kernelArguments
    return lacuna_pooled_convolution_suits(&c) != 0
  }

  func pooledConvolutionForward(
    _ g: ConvolutionGeometry, x: Storage, weights: Storage, bias: Storage?, into y: Storage, chosen: IndexStorage
  ) {
    var c = g.kernelArguments
    lacuna_pooled_convolution_forward(&c, x.pointer, weights.pointer, bias?.pointer, y.pointer, chosen.pointer)
  }

  func pooledConvolutionBackwardWeights(
    _ g: ConvolutionGeometry, x: Storage, dy: Storage, chosen: IndexStorage, into dw: Storage, bias: Storage?
  ) {
    var c = g.kernelArguments
    let workspace = Storage(count: lacuna_pooled_convolution_workspace(&c))
    lacuna_pooled_convolution_backward_weights(
      &c, x.pointer, dy.pointer, chosen.pointer, dw.pointer, bias?.pointer, workspace.pointer)
  }

  func maxPool(_ g: PoolGeometry, x: Storage, into y: Storage, chosen: IndexStorage) {
    lacuna_max_pool(
      Int64(g.batch), Int64(g.height), Int64(g.width), Int64(g.channels), Int64(g.size), Int64(g.stride),
      Int64(g.padding), x.pointer, y.pointer, chosen.pointer)
  }

  func maxPoolBackward(_ g: PoolGeometry, dy: Storage, chosen: IndexStorage, into dx: Storage) {
    let inputs = g.batch * g.height * g.width * g.channels
    let outputs = g.batch * g.outputHeight * g.outputWidth * g.channels
    lacuna_max_pool_backward(
      Int64(g.batch), Int64(inputs), Int64(outputs), dy.pointer, chosen.pointer, dx.pointer)
  }

  func averagePool(_ g: PoolGeometry, x: Storage, into y: Storage) {
    lacuna_average_pool(
      Int64(g.batch), Int64(g.height), Int64(g.width), Int64(g.channels), Int64(g.size), Int64(g.stride), x.pointer,
      y.pointer)
  }

  func averagePoolBackward(_ g: PoolGeometry, dy: Storage, into dx: Storage) {
    lacuna_average_pool_backward(
      Int64(g.batch), Int64(g.height), Int64(g.width), Int64(g.channels), Int64(g.size), Int64(g.stride), dy.pointer,
      dx.pointer)
  }

  func globalAveragePool(_ x: Storage, batch: Int, area: Int, channels: Int, into y: Storage) {
    lacuna_global_average_pool(Int64(batch), Int64(area), Int64(channels), x.pointer, y.pointer)
  }

  func globalAveragePoolBackward(_ dy: Storage, batch: Int, area: Int, channels: Int, into dx: Storage) {
    lacuna_global_average_pool_backward(Int64(batch), Int64(area), Int64(channels), dy.pointer, dx.pointer)
  }
}

extension ConvolutionGeometry {
  fileprivate var kernelArguments: lacuna_convolution {
    lacuna_convolution(
      batch: Int64(batch), in_height: Int64(height), in_width: Int64(width), in_channels: Int64(channels),
      out_height: Int64(outputHeight), out_width: Int64(outputWidth), out_channels: Int64(outputChannels),
      kernel_height: Int64(kernelHeight), kernel_width: Int64(kernelWidth), stride: Int64(stride),
      padding: Int64(padding), groups: Int64(groups))
  }
}

extension BatchNormContext {
  fileprivate func kernelArguments(dy: Storage, _ gradients: BatchNormGradients) -> lacuna_batch_norm_gradient {
    lacuna_batch_norm_gradient(
      rows: Int64(x.count / mean.count), channels: Int64(mean.count), fixed: usesBatchStatistics ? 0 : 1,
      relu: rectified ? 1 : 0, dy: dy.pointer, x: x.pointer, y: output?.pointer, mean: mean.pointer,
      inverse_deviation: inverseDeviation.pointer, gamma: scale.pointer, beta: shift.pointer,
      dgamma: gradients.scale.storage.pointer, dbeta: gradients.shift.storage.pointer,
      dresidual: gradients.masked?.pointer)
  }
}
