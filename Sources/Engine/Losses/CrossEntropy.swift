extension Variable {
  /// The mean over rows of −Σₖ target·log p, with p the softmax of these logits.
  ///
  /// - Parameter targets: `[N, K]`, rows of probabilities (hard or soft labels).
  public func crossEntropy(_ targets: Tensor) -> Variable {
    precondition(shape == targets.shape && shape.count == 2, "logits \(shape), targets \(targets.shape)")
    let rows = Float(max(1, shape[0]))
    let logProbabilities = value.logSoftmax
    let loss = Float(-logProbabilities.dot(targets)) / rows
    return Variable.operation(Tensor(loss), of: [self]) { gradient in
      // Where the targets of a row sum to 1 this is p − target.
      let weight = gradient.scalar / rows
      let out = Tensor(uninitialized: targets.shape)
      let negative = -targets
      device.logSoftmaxBackward(
        negative.storage, output: logProbabilities.storage, columns: targets.shape[1], into: out.storage)
      return [weight * out]
    }
  }

  /// The mean over rows of −log p(label), with p the softmax of these logits `[N, K]`.
  ///
  /// `smoothing`, in [0, 1), is the share of each label's probability that is spread evenly over all classes.
  public func crossEntropy(_ labels: [Int], smoothing: Float = 0) -> Variable {
    crossEntropy(.oneHot(labels, classCount: shape[1], smoothing: smoothing))
  }
}
