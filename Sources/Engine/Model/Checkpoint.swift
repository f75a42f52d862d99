extension Classifier {
  /// Parameters and running statistics by name: what `restore(_:)` needs to make another classifier of the same
  /// architecture equal to this one.
  public var checkpoint: SafeTensors {
    var checkpoint = SafeTensors()
    checkpoint.tensors = parameters
    for (name, statistic) in Swift.zip(statistics.names, statistics.values) {
      precondition(parameters[name] == nil, "'\(name)' names both a parameter and a statistic")
      checkpoint.tensors[name] = statistic
    }
    return checkpoint
  }

  /// Replaces parameters and running statistics by those of `checkpoint`; their order does not matter.
  ///
  /// - Throws: `SafeTensorsError.wrongModel` with all missing names, all unknown names and all shapes that differ; the
  ///   classifier is then unchanged.
  public mutating func restore(_ checkpoint: SafeTensors) throws(SafeTensorsError) {
    var missing: [String] = []
    var shapes: [SafeTensorsError.ShapeMismatch] = []
    let own = self.checkpoint.tensors
    for (name, tensor) in Swift.zip(own.names, own.values) {
      guard let found = checkpoint.tensors[name] else {
        missing.append(name)
        continue
      }
      if found.shape != tensor.shape { shapes.append(.init(name: name, expected: tensor.shape, found: found.shape)) }
    }
    let extra = checkpoint.tensors.names.filter { own[$0] == nil } + checkpoint.integers.keys.sorted()
    guard missing.isEmpty, extra.isEmpty, shapes.isEmpty else {
      throw .wrongModel(missing: missing, extra: extra, shapes: shapes)
    }
    for name in parameters.names { parameters[name] = checkpoint.tensors[name] }
    for name in statistics.names { statistics[name] = checkpoint.tensors[name] }
  }
}
