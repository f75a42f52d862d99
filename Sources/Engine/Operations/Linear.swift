extension Variable {
  /// The matrix product: `[M, K]`·`[K, N]` → `[M, N]`.
  public func product(_ other: Variable) -> Variable {
    Variable.operation(value.product(other.value), of: [self, other]) { gradient in
      [
        isTracked ? gradient.product(other.value, transposingOther: true) : nil,
        other.isTracked ? value.product(gradient, transposingSelf: true) : nil,
      ]
    }
  }

  /// x·Wᵀ + b: `[N, D]`, weights `[K, D]`, bias `[K]` → `[N, K]`.
  public func linear(weights: Variable, bias: Variable?) -> Variable {
    let y = value.linear(weights: weights.value, bias: bias?.value)
    return Variable.operation(y, of: [self, weights] + (bias.map { [$0] } ?? [])) { gradient in
      [
        isTracked ? gradient.product(weights.value) : nil,
        weights.isTracked ? gradient.product(value, transposingSelf: true) : nil,
        bias?.isTracked == true ? gradient.sumOfRows : nil,
      ]
    }
  }
}
