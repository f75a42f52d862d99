/// A dense, row-major array of Float32 numbers; a value.
///
/// Images are `[N, H, W, C]`. Letters in the engine's shapes: `N` batch, `H` height, `W` width, `C` channels, `K`
/// classes, `D` features.
public struct Tensor: Sendable {
  /// The extent of each dimension; `[]` for a scalar.
  public let shape: [Int]
  var storage: Storage

  init(shape: [Int], storage: Storage) {
    assert(shape.reduce(1, *) == storage.count)
    self.shape = shape
    self.storage = storage
  }

  /// Uninitialized memory; the caller must fill it before anyone else sees it.
  init(uninitialized shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative extents: \(shape)")
    self.init(shape: shape, storage: Storage(count: Self.count(of: shape)))
  }

  /// The number of elements of a tensor of `shape`; `Int.max` on overflow, which no memory holds.
  private static func count(of shape: [Int]) -> Int {
    if shape.contains(0) { return 0 }
    return shape.reduce(1) { count, extent in
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: extent)
      return isTooLarge ? Int.max : product
    }
  }

  /// A tensor full of `value`.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    device.fill(storage, with: value)
  }

  /// A tensor full of zeros.
  public init(zeros shape: [Int]) {
    self.init(repeating: 0, shape: shape)
  }

  /// The tensor with these numbers in row-major order; their count must match `shape`.
  public init(_ scalars: [Float], shape: [Int]) {
    precondition(scalars.count == shape.reduce(1, *), "\(scalars.count) numbers do not fill shape \(shape)")
    self.init(uninitialized: shape)
    scalars.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.pointer.update(from: base, count: source.count) }
    }
  }

  /// A scalar: a tensor with shape `[]`.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// Independent standard normal numbers times `scale`.
  public init(normal shape: [Int], scale: Float = 1, random: inout RandomSource) {
    self.init(uninitialized: shape)
    for index in 0..<count { storage.pointer[index] = scale * random.normal() }
  }

  /// Independent numbers, uniform in [`low`, `high`).
  public init(uniform shape: [Int], low: Float, high: Float, random: inout RandomSource) {
    self.init(uninitialized: shape)
    for index in 0..<count { storage.pointer[index] = low + (high - low) * random.uniform() }
  }

  /// The number of elements.
  public var count: Int { storage.count }

  /// A copy of the numbers in row-major order.
  public var scalars: [Float] {
    AllocationFailure.probe(count * MemoryLayout<Float>.stride)
    return Array(storage.buffer)
  }

  /// The number in a tensor that has exactly one.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not one number")
    return storage.pointer[0]
  }

  /// The number at `index` in row-major order.
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) is outside a tensor of \(count) numbers")
      return storage.pointer[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) is outside a tensor of \(count) numbers")
      makeUnique()
      storage.pointer[index] = newValue
    }
  }

  /// The number in `row` and `column` of a matrix.
  public subscript(row: Int, column: Int) -> Float {
    get { self[row * shape[1] + column] }
    set { self[row * shape[1] + column] = newValue }
  }

  /// The same numbers with another shape of equal count.
  public func reshaped(_ newShape: [Int]) -> Tensor {
    precondition(newShape.reduce(1, *) == count, "shape \(newShape) does not hold the \(count) numbers of \(shape)")
    return Tensor(shape: newShape, storage: storage)
  }

  /// Row `index` along the first dimension, as an array.
  public func row(_ index: Int) -> [Float] {
    let width = rowWidth
    precondition(index >= 0 && index < shape[0], "row \(index) is outside shape \(shape)")
    return Array(storage.buffer[index * width..<(index + 1) * width])
  }

  /// The rows at `indices` along the first dimension, in that order.
  public func rows(_ indices: some Collection<Int>) -> Tensor {
    let width = rowWidth
    let result = Tensor(uninitialized: [indices.count] + shape.dropFirst())
    for (target, source) in indices.enumerated() {
      precondition(source >= 0 && source < shape[0], "row \(source) is outside shape \(shape)")
      (result.storage.pointer + target * width).update(from: storage.pointer + source * width, count: width)
    }
    return result
  }

  /// Concatenates tensors along the first dimension; the other dimensions are equal.
  public static func concatenated(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let tail = Array(parts[0].shape.dropFirst())
    precondition(parts.allSatisfy { Array($0.shape.dropFirst()) == tail }, "rows of unlike shapes")
    let result = Tensor(uninitialized: [parts.reduce(0) { $0 + $1.shape[0] }] + tail)
    var offset = 0
    for part in parts {
      (result.storage.pointer + offset).update(from: part.storage.pointer, count: part.count)
      offset += part.count
    }
    return result
  }

  /// Labels as one-hot rows: `[N, K]`.
  ///
  /// `smoothing`, in [0, 1), is the share of each label's probability that is spread evenly over all classes.
  public static func oneHot(_ labels: [Int], classCount: Int, smoothing: Float = 0) -> Tensor {
    precondition(smoothing >= 0 && smoothing < 1, "label smoothing lies in [0, 1), not \(smoothing)")
    let result = Tensor(zeros: [labels.count, classCount])
    for (row, label) in labels.enumerated() {
      precondition(label >= 0 && label < classCount, "label \(label) is no class of \(classCount)")
      result.storage.pointer[row * classCount + label] = 1
    }
    return smoothing > 0 ? result.affine(scale: 1 - smoothing, shift: smoothing / Float(classCount)) : result
  }

  var rowWidth: Int {
    precondition(!shape.isEmpty, "a scalar has no rows")
    return shape.dropFirst().reduce(1, *)
  }

  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal numbers, bit for bit except that −0 equals 0; NaN differs from everything.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.shape == right.shape && left.storage.buffer.elementsEqual(right.storage.buffer)
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first eight numbers.
  public var description: String {
    let shown = storage.buffer.prefix(8).map(\.description).joined(separator: ", ")
    return "Tensor\(shape)[\(shown)\(count > 8 ? ", …" : "")]"
  }
}
