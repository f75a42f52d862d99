public import OrderedCollections

/// Tensors by name, in a fixed order: the parameters of a model, their gradients, or its statistics.
public struct NamedTensors: Sendable, Equatable {
  private var tensors: OrderedDictionary<String, Tensor>

  /// No tensors.
  public init() { tensors = [:] }

  /// The tensors `values` under `names`, in that order; the names are distinct.
  public init(names: [String], values: [Tensor]) {
    tensors = OrderedDictionary(uniqueKeysWithValues: Swift.zip(names, values))
  }

  /// The names in order; paths such as "layer1.0.conv1.weight".
  public var names: OrderedSet<String> { tensors.keys }
  /// The tensors in the order of the names.
  public var values: [Tensor] { Array(tensors.values) }
  /// The number of tensors.
  public var count: Int { tensors.count }
  /// The number of scalars in all tensors together.
  public var scalarCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// The tensor under `name`, or nil.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  /// Applies `transform` to every tensor; names and order are kept.
  public func mapValues(_ transform: (Tensor) throws -> Tensor) rethrows -> NamedTensors {
    var result = self
    result.tensors = try tensors.mapValues(transform)
    return result
  }

  /// Combines tensors of equal names; both sides have the same names in the same order.
  public func zip(_ other: NamedTensors, _ combine: (Tensor, Tensor) throws -> Tensor) rethrows -> NamedTensors {
    precondition(names == other.names, "the two sets of tensors have different names")
    var result = self
    for (index, pair) in Swift.zip(tensors.values, other.tensors.values).enumerated() {
      result.tensors.values[index] = try combine(pair.0, pair.1)
    }
    return result
  }

  /// Whether all numbers are finite.
  public var isFinite: Bool { firstNotFinite == nil }
  /// The name of the first tensor with an infinite number or NaN, or nil.
  public var firstNotFinite: String? { tensors.first { !$0.value.isFinite }?.key }

  /// The storage of the tensor at `index`, for writing; copied first if it is shared.
  mutating func uniqueStorage(at index: Int) -> Storage {
    tensors.values[index].makeUnique()
    return tensors.values[index].storage
  }
}
