public import Engine

/// The mask of one-shot magnitude pruning: 1 for weights that are kept, 0 for weights that are fixed at 0.
///
/// Of all numbers in parameters of two dimensions or more — the weights of convolutions and linear layers — together,
/// the `rate` with the smallest magnitudes are pruned; among equal ones the first, in the order of declaration. Biases
/// and normalization are not pruned.
/// - Source: Jia et al., NeurIPS 2023, arXiv:2304.04934, section 4 ("prune first, then unlearn") with one-shot
///   magnitude pruning; code OPTML-Group/Unlearn-Sparse (80ba55d), pruner.
/// - Note: The code prunes convolutions alone and then trains the sparse model on all data, from an early checkpoint,
///   before it unlearns. A method is given the trained model and no such checkpoint: training goes on from its weights,
///   on the retain set.
public struct MagnitudePruning: Sendable {
  /// 1 or 0 for every parameter, under the names of the model's parameters.
  public let mask: NamedTensors

  /// The mask of `parameters` for a `rate` in [0, 1).
  public init(of parameters: NamedTensors, rate: Double) {
    precondition(rate >= 0 && rate < 1, "a rate of pruning lies in [0, 1), not \(rate)")
    var magnitudes: [(tensor: String, index: Int, magnitude: Float)] = []
    for (name, tensor) in zip(parameters.names, parameters.values) where tensor.shape.count > 1 {
      for (index, value) in tensor.scalars.enumerated() { magnitudes.append((name, index, abs(value))) }
    }
    let count = Int((rate * Double(magnitudes.count)).rounded())
    // Sorting indices, not entries, keeps equal magnitudes in the order of declaration.
    let order = magnitudes.indices.sorted { (magnitudes[$0].magnitude, $0) < (magnitudes[$1].magnitude, $1) }
    var values: [String: [Float]] = [:]
    for (name, tensor) in zip(parameters.names, parameters.values) {
      values[name] = [Float](repeating: 1, count: tensor.count)
    }
    for place in order.prefix(count) { values[magnitudes[place].tensor]?[magnitudes[place].index] = 0 }
    mask = NamedTensors(
      names: Array(parameters.names),
      values: zip(parameters.names, parameters.values).map { Tensor(values[$0] ?? [], shape: $1.shape) })
  }
}
