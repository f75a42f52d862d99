extension Variable {
  /// The softmax of each row: logits `[N, K]` → probabilities `[N, K]`.
  public func softmax() -> Variable {
    let y = value.softmax
    return Variable.operation(y, of: [self]) { dy in
      let dx = Tensor(uninitialized: y.shape)
      device.softmaxBackward(dy.storage, output: y.storage, columns: y.shape[y.shape.count - 1], into: dx.storage)
      return [dx]
    }
  }

  /// The log-softmax of each row: logits `[N, K]` → log-probabilities `[N, K]`.
  public func logSoftmax() -> Variable {
    let y = value.logSoftmax
    return Variable.operation(y, of: [self]) { dy in
      let dx = Tensor(uninitialized: y.shape)
      device.logSoftmaxBackward(dy.storage, output: y.storage, columns: y.shape[y.shape.count - 1], into: dx.storage)
      return [dx]
    }
  }
}
