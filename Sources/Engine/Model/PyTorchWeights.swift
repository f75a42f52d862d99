extension Classifier {
  private var headPrefix: String { Classifier.headPath + "." }

  /// Names of all parameters and running statistics; without the head, only those of the body.
  private func names(withHead: Bool) -> [String] {
    (Array(parameters.names) + Array(statistics.names)).filter { withHead || !$0.hasPrefix(headPrefix) }
  }

  /// The tensors of this model's body, or of the whole model, from a file with weights in the layout of PyTorch or of
  /// this engine.
  ///
  /// Convolution weights are `[OC, C / groups, KH, KW]` in PyTorch and `[KH, KW, C / groups, OC]` here, with OC output
  /// and C input channels and a window of KH × KW; all other tensors have the same layout. A file is taken to be in
  /// this engine's layout if all its convolutions have this model's shapes and not all of them have PyTorch's. Two
  /// kinds of tensors are ignored: the batch counters of PyTorch's normalization layers ("num_batches_tracked"), and
  /// the pixel mean and deviation of models with a layer "normalize", since data are normalized here before they enter
  /// a model.
  ///
  /// - Parameters:
  ///   - file: Contains a body like this one and perhaps a head of its own, which is ignored unless `keepsHead`.
  ///   - nameInFile: Maps the name of a tensor of the body to its name in the file.
  ///   - head: The path of the file's own head, such as "fc".
  ///   - keepsHead: Whether the file's head is loaded, too; its shape must then be that of this model's head.
  /// - Throws: `SafeTensorsError.wrongModel` with all missing names, all unknown names and all shapes that differ;
  ///   `.notFinite` for the first tensor with NaN or infinity.
  public func weights(
    ofPyTorch file: SafeTensors, named nameInFile: (String) -> String, head: String, keepsHead: Bool = false
  ) throws(SafeTensorsError) -> NamedTensors {
    var body = NamedTensors()
    var missing: [String] = []
    var shapes: [SafeTensorsError.ShapeMismatch] = []
    var taken: Set<String> = []
    let windows = names(withHead: false).compactMap { name -> (own: [Int], found: [Int])? in
      guard let own = parameters[name]?.shape, own.count == 4, let found = file.tensors[nameInFile(name)]?.shape else {
        return nil
      }
      return (own, found)
    }
    let isOwnLayout =
      windows.allSatisfy { $0.own == $0.found } && windows.contains { $0.found != Self.outputsFirst($0.own) }
    for name in names(withHead: keepsHead) {
      let isHead = name.hasPrefix(headPrefix)
      let source = isHead ? head + "." + name.dropFirst(headPrefix.count) : nameInFile(name)
      taken.insert(source)
      guard let own = parameters[name] ?? statistics[name] else { continue }
      guard let tensor = file.tensors[source] else {
        missing.append(source)
        continue
      }
      let isTurned = own.shape.count == 4 && !isOwnLayout
      let expected = isTurned ? Self.outputsFirst(own.shape) : own.shape
      guard tensor.shape == expected else {
        shapes.append(.init(name: source, expected: expected, found: tensor.shape))
        continue
      }
      guard tensor.isFinite else { throw .notFinite(name: source) }
      body[name] = isTurned ? tensor.windowsFirst : tensor
    }
    let names = Array(file.tensors.names) + file.integers.keys.sorted()
    let extra = names.filter {
      !taken.contains($0) && !$0.hasPrefix(head + ".") && !$0.hasSuffix(".num_batches_tracked")
        && !Self.inputStatistics.contains($0)
    }
    guard missing.isEmpty, extra.isEmpty, shapes.isEmpty else {
      throw .wrongModel(missing: missing, extra: extra, shapes: shapes)
    }
    return body
  }

  /// The tensors of a layer that normalizes a model's input.
  private static let inputStatistics: Set<String> = ["normalize.mean", "normalize.std"]

  /// `[KH, KW, C, OC]` → `[OC, C, KH, KW]`.
  private static func outputsFirst(_ shape: [Int]) -> [Int] { [3, 2, 0, 1].map { shape[$0] } }

  /// Replaces the body by `weights`, which have exactly its names, and the head if `weights` contain it.
  public mutating func replaceWeights(by weights: NamedTensors) {
    let isKnown = [false, true].contains { Set(names(withHead: $0)) == Set(weights.names) }
    precondition(isKnown, "the tensors belong to another model")
    for (name, tensor) in zip(weights.names, weights.values) {
      precondition((parameters[name] ?? statistics[name])?.shape == tensor.shape, "'\(name)' has another shape")
      if parameters[name] != nil { parameters[name] = tensor } else { statistics[name] = tensor }
    }
  }
}

extension Tensor {
  /// `[OC, C, KH, KW]` → `[KH, KW, C, OC]`.
  fileprivate var windowsFirst: Tensor {
    let (outputs, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    let source = scalars
    AllocationFailure.probe(source.count * MemoryLayout<Float>.stride)
    var numbers = [Float](repeating: 0, count: source.count)
    var position = 0
    for output in 0..<outputs {
      for channel in 0..<channels {
        for pixel in 0..<height * width {
          numbers[(pixel * channels + channel) * outputs + output] = source[position]
          position += 1
        }
      }
    }
    return Tensor(numbers, shape: [height, width, channels, outputs])
  }
}
