extension Variable {
  private func poolGeometry(_ size: Int, _ stride: Int, _ padding: Int) -> PoolGeometry {
    precondition(shape.count == 4, "pooling needs images, not \(shape)")
    precondition(size >= 1 && stride >= 1 && padding >= 0 && padding < size, "window \(size), stride \(stride)")
    let g = PoolGeometry(
      batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], size: size, stride: stride,
      padding: padding)
    precondition(shape[1] + 2 * padding >= size && shape[2] + 2 * padding >= size, "the window exceeds \(shape)")
    return g
  }

  /// The maximum over sliding windows: `[N, H, W, C]` → `[N, OH, OW, C]`.
  ///
  /// Padding is never the maximum; among equal numbers the first one gets the gradient.
  public func maxPooled(size: Int, stride: Int, padding: Int = 0) -> Variable {
    let g = poolGeometry(size, stride, padding)
    let y = Tensor(uninitialized: [g.batch, g.outputHeight, g.outputWidth, g.channels])
    let chosen = IndexStorage(count: y.count)
    device.maxPool(g, x: value.storage, into: y.storage, chosen: chosen)
    let shape = shape
    return Variable.operation(y, of: [self]) { dy in
      let dx = Tensor(uninitialized: shape)
      device.maxPoolBackward(g, dy: dy.storage, chosen: chosen, into: dx.storage)
      return [dx]
    }
  }

  /// The mean over sliding windows: `[N, H, W, C]` → `[N, OH, OW, C]`.
  public func averagePooled(size: Int, stride: Int) -> Variable {
    let g = poolGeometry(size, stride, 0)
    let y = Tensor(uninitialized: [g.batch, g.outputHeight, g.outputWidth, g.channels])
    device.averagePool(g, x: value.storage, into: y.storage)
    let shape = shape
    return Variable.operation(y, of: [self]) { dy in
      let dx = Tensor(uninitialized: shape)
      device.averagePoolBackward(g, dy: dy.storage, into: dx.storage)
      return [dx]
    }
  }

  /// The mean over all pixels: `[N, H, W, C]` → `[N, C]`.
  public func globallyAveragePooled() -> Variable {
    precondition(shape.count == 4, "pooling needs images, not \(shape)")
    let (batch, area, channels) = (shape[0], shape[1] * shape[2], shape[3])
    let y = Tensor(uninitialized: [batch, channels])
    device.globalAveragePool(value.storage, batch: batch, area: area, channels: channels, into: y.storage)
    let shape = shape
    return Variable.operation(y, of: [self]) { dy in
      let dx = Tensor(uninitialized: shape)
      device.globalAveragePoolBackward(dy.storage, batch: batch, area: area, channels: channels, into: dx.storage)
      return [dx]
    }
  }
}
