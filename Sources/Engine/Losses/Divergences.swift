extension Variable {
  /// T²·mean over rows of KL(p ‖ q), with p and q the softmax of `reference`/T and of these logits/T.
  ///
  /// T, the `temperature`, is positive. Gradients flow into both arguments. With the teacher as reference it is the
  /// distillation loss; with the roles swapped it is the reverse divergence.
  ///
  /// - Source: Hinton, Vinyals, Dean, 2015, arXiv:1503.02531, section 2.
  public func divergence(from reference: Variable, temperature: Float = 1) -> Variable {
    precondition(temperature > 0, "a temperature is positive, not \(temperature)")
    precondition(shape == reference.shape && shape.count == 2, "logits \(shape), reference \(reference.shape)")
    let p = ((1 / temperature) * reference).logSoftmax()
    let q = ((1 / temperature) * self).logSoftmax()
    return (temperature * temperature / Float(max(1, shape[0]))) * (p.exponential() * (p - q)).sum()
  }

  /// The mean over all numbers of the squared difference to `target`.
  public func squaredError(to target: Variable) -> Variable {
    let difference = self - target
    return (difference * difference).mean()
  }
}
