extension Variable {
  /// The sum of all numbers, as a scalar.
  public func sum() -> Variable {
    let shape = shape
    return Variable.operation(Tensor(Float(value.sum)), of: [self]) { gradient in
      [Tensor(repeating: gradient.scalar, shape: shape)]
    }
  }

  /// The mean of all numbers, as a scalar.
  public func mean() -> Variable { (1 / Float(value.count)) * sum() }

  /// The sum of each row of a matrix: `[N, C]` → `[N]`.
  public func sumOfColumns() -> Variable {
    let shape = shape
    return Variable.operation(value.sumOfColumns, of: [self]) { gradient in
      let ones = Tensor(repeating: 1, shape: shape)
      let out = Tensor(uninitialized: shape)
      device.scaleRows(ones.storage, column: gradient.storage, into: out.storage)
      return [out]
    }
  }

  /// log(1/n · Σ exp x) over all n numbers, numerically stable, as a scalar.
  public func logMeanExponential() -> Variable {
    let all = value.reshaped([1, value.count])
    let probabilities = all.softmax
    // log Σ exp x = x₀ − log softmax(x)₀
    let logSum = all[0] - all.logSoftmax[0]
    let shape = shape
    return Variable.operation(Tensor(logSum - Float(value.count).logarithm), of: [self]) { gradient in
      [gradient.scalar * probabilities.reshaped(shape)]
    }
  }
}

extension Float {
  fileprivate var logarithm: Float { Tensor(self).logarithm.scalar }
}
