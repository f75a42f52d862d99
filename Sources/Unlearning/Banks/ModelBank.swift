/// The outputs of several models, each of which is read where it is used, so that memory does not grow with the number
/// of models.
///
/// A probe that needs every model walks through them by `map`, and keeps only numbers that it makes of each.
public struct ModelBank: Sendable {
  /// The number of models.
  public let count: Int
  private let read: @Sendable (Int) throws -> ModelOutputs

  /// A bank of `count` models, of which `read` reads the one at an index below `count`, in any order and repeatedly.
  public init(count: Int, read: @escaping @Sendable (Int) throws -> ModelOutputs) {
    (self.count, self.read) = (count, read)
  }

  /// A bank of models in memory.
  public init(_ models: [ModelOutputs]) { self.init(count: models.count) { models[$0] } }

  /// Whether there are no models.
  public var isEmpty: Bool { count == 0 }
  /// The indices of the models.
  public var indices: Range<Int> { 0..<count }

  /// The outputs of the model at `index`.
  ///
  /// - Throws: An error of the store where the outputs cannot be read.
  public subscript(index: Int) -> ModelOutputs {
    get throws {
      precondition(indices.contains(index), "model \(index) of \(count)")
      return try read(index)
    }
  }

  /// What `transform` makes of each model, read one after the other.
  public func map<Value>(_ transform: (ModelOutputs) throws -> Value) throws -> [Value] {
    try indices.map { try transform(self[$0]) }
  }

  /// The models at `places`, in that order.
  public func selecting(_ places: [Int]) -> ModelBank {
    precondition(places.allSatisfy(indices.contains), "models of this bank")
    return ModelBank(count: places.count) { [read] in try read(places[$0]) }
  }

  /// These models, and then those of `other`.
  public func appending(_ other: ModelBank) -> ModelBank {
    ModelBank(count: count + other.count) { [read, count] in
      try $0 < count ? read($0) : other.read($0 - count)
    }
  }

  /// All models but the one at `index`; nil leaves out none.
  public func without(_ index: Int?) -> ModelBank { selecting(indices.filter { $0 != index }) }
}

extension ModelBank: ExpressibleByArrayLiteral {
  /// A bank of models in memory.
  public init(arrayLiteral models: ModelOutputs...) { self.init(models) }
}
