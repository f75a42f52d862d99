public import OrderedCollections

/// Tensors by name, in a fixed order: the parameters of a model, their gradients, or its statistics.
public struct NamedTensors: Sendable, Equatable {
  private var tensors: OrderedDictionary<String, Tensor>

  /// No tensors.
  public init() { tensors = [:] }

  /// The tensors `values` under `names`, in that order; names differ.
  public init(names: [String], values: [Tensor]) {
    tensors = OrderedDictionary(uniqueKeysWithValues: Swift.zip(names, values))
  }

  /// The names in order, like paths: "layer1.0.conv1.weight".
  public var names: OrderedSet<String> { tensors.keys }
  /// The tensors in the order of the names.
  public var values: [Tensor] { Array(tensors.values) }
  /// How many tensors.
  public var count: Int { tensors.count }
  /// How many numbers in all tensors together.
  public var scalarCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// The tensor under `name`, if there is one.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  /// Every tensor changed by `transform`.
  public func mapValues(_ transform: (Tensor) throws -> Tensor) rethrows -> NamedTensors {
    var result = self
    result.tensors = try tensors.mapValues(transform)
    return result
  }

  /// Tensors of equal names combined by `combine`; both sides have the same names in the same order.
  public func zip(_ other: NamedTensors, _ combine: (Tensor, Tensor) throws -> Tensor) rethrows -> NamedTensors {
    precondition(names == other.names, "the two sets of tensors have different names")
    var result = self
    for (index, pair) in Swift.zip(tensors.values, other.tensors.values).enumerated() {
      result.tensors.values[index] = try combine(pair.0, pair.1)
    }
    return result
  }

  /// Whether no number is infinite or NaN.
  public var isFinite: Bool { firstNotFinite == nil }
  /// The name of the first tensor with a number that is infinite or NaN.
  public var firstNotFinite: String? { tensors.first { !$0.value.isFinite }?.key }

  /// The memory of the tensor at `index`, to be written to: a copy where somebody else holds it, too.
  mutating func uniqueStorage(at index: Int) -> Storage {
    tensors.values[index].makeUnique()
    return tensors.values[index].storage
  }
}
