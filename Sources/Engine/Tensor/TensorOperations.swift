/// Operations on plain tensors. They are not recorded on a tape; those of `Variable` are.
extension Tensor {
  /// The element-wise sum of two tensors of one shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor { binary(.add, a, b) }
  /// Adds a tensor of the same shape, in place if the storage is not shared.
  mutating func add(_ other: Tensor) {
    guard isKnownUniquelyReferenced(&storage) else { return self = self + other }
    Tensor.requireSameShape(self, other)
    device.binary(.add, storage, other.storage, into: storage)
  }
  /// The element-wise difference of two tensors of one shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor { binary(.subtract, a, b) }
  /// The element-wise product of two tensors of one shape.
  public static func * (a: Tensor, b: Tensor) -> Tensor { binary(.multiply, a, b) }
  /// The element-wise quotient of two tensors of one shape.
  public static func / (a: Tensor, b: Tensor) -> Tensor { binary(.divide, a, b) }
  /// Every number times `scale`.
  public static func * (scale: Float, a: Tensor) -> Tensor { a.affine(scale: scale, shift: 0) }
  /// The negative of every number.
  public static prefix func - (a: Tensor) -> Tensor { a.affine(scale: -1, shift: 0) }

  /// `scale`·x + `shift` for every number x.
  public func affine(scale: Float, shift: Float) -> Tensor {
    let out = Tensor(uninitialized: shape)
    device.affine(storage, scale: scale, shift: shift, into: out.storage)
    return out
  }

  /// `alpha`·a + `beta`·b for two tensors of one shape.
  public static func combination(_ alpha: Float, _ a: Tensor, _ beta: Float, _ b: Tensor) -> Tensor {
    requireSameShape(a, b)
    let out = Tensor(uninitialized: a.shape)
    device.linearCombination(alpha, a.storage, beta, b.storage, into: out.storage)
    return out
  }

  /// |x| for every number x.
  public var magnitude: Tensor { unary(.absolute) }
  /// The sign of every number: −1, 0 or 1.
  public var signs: Tensor { unary(.sign) }
  /// eˣ for every number x.
  public var exponential: Tensor { unary(.exponential) }
  /// ln x for every number x.
  public var logarithm: Tensor { unary(.logarithm) }
  /// √x for every number x.
  public var squareRoot: Tensor { unary(.squareRoot) }
  /// max(0, x) for every number x.
  public var rectified: Tensor { unary(.relu) }

  /// Every number clamped to [`low`, `high`].
  public func clamped(low: Float, high: Float) -> Tensor {
    let out = Tensor(uninitialized: shape)
    device.clamp(storage, low: low, high: high, into: out.storage)
    return out
  }

  /// Each row of a matrix times its own factor: `[N, C]`, N factors → `[N, C]`.
  public func scaledRows(by factors: [Float]) -> Tensor {
    precondition(shape.count == 2 && factors.count == shape[0], "\(factors.count) factors for \(shape)")
    let out = Tensor(uninitialized: shape)
    if count > 0 {
      device.scaleRows(storage, column: Tensor(factors, shape: [factors.count]).storage, into: out.storage)
    }
    return out
  }

  /// The sum of all numbers, in double precision and in a fixed order.
  public var sum: Double { device.sum(storage) }

  /// The sum of the products of two tensors of one shape, in double precision and in a fixed order.
  public func dot(_ other: Tensor) -> Double {
    Tensor.requireSameShape(self, other)
    return device.dot(storage, other.storage)
  }

  /// Whether all numbers are finite.
  public var isFinite: Bool { device.allFinite(storage) }

  /// The softmax of each row: logits `[N, K]` → probabilities `[N, K]`; a logit of −∞ gets probability 0.
  public var softmax: Tensor {
    let out = Tensor(uninitialized: shape)
    if count > 0 { device.softmax(storage, columns: shape[shape.count - 1], into: out.storage) }
    return out
  }

  /// The log-softmax of each row: logits `[N, K]` → log-probabilities `[N, K]`.
  public var logSoftmax: Tensor {
    let out = Tensor(uninitialized: shape)
    if count > 0 { device.logSoftmax(storage, columns: shape[shape.count - 1], into: out.storage) }
    return out
  }

  /// The column of the first maximum of each row: `[N, K]` → N indices.
  public var argmaxOfRows: [Int] {
    precondition(shape.count == 2 && shape[1] > 0, "argmax needs a matrix with columns, not \(shape)")
    return (0..<shape[0]).map { row in
      let values = storage.pointer + row * shape[1]
      var best = 0
      for column in 1..<max(1, shape[1]) where values[column] > values[best] { best = column }
      return best
    }
  }

  /// The matrix product `[M, K]`·`[K, N]` → `[M, N]`, with optional transposition of each factor.
  public func product(
    _ other: Tensor, transposingSelf: Bool = false, transposingOther: Bool = false
  ) -> Tensor {
    precondition(shape.count == 2 && other.shape.count == 2, "a product needs matrices: \(shape) and \(other.shape)")
    let (m, k) = transposingSelf ? (shape[1], shape[0]) : (shape[0], shape[1])
    let (k2, n) = transposingOther ? (other.shape[1], other.shape[0]) : (other.shape[0], other.shape[1])
    precondition(k == k2, "matrices \(shape) and \(other.shape) do not fit")
    let out = Tensor(uninitialized: [m, n])
    device.matrixProduct(
      storage, transposed: transposingSelf, other.storage, transposed: transposingOther, m: m, n: n, k: k, bias: nil,
      relu: false, into: out.storage)
    return out
  }

  /// x·Wᵀ + b, then an optional ReLU: `[N, D]`, weights `[K, D]`, bias `[K]` → `[N, K]`.
  func linear(weights: Tensor, bias: Tensor?, rectified: Bool = false) -> Tensor {
    precondition(
      shape.count == 2 && weights.shape.count == 2 && shape[1] == weights.shape[1],
      "rows \(shape) do not fit weights \(weights.shape)")
    let (n, k) = (shape[0], weights.shape[0])
    precondition(bias == nil || bias?.shape == [k], "one bias for each of \(k) outputs")
    let out = Tensor(uninitialized: [n, k])
    device.matrixProduct(
      storage, transposed: false, weights.storage, transposed: true, m: n, n: k, k: shape[1], bias: bias?.storage,
      relu: rectified, into: out.storage)
    return out
  }

  /// The sum over the first dimension of a matrix: `[N, C]` → `[C]`.
  public var sumOfRows: Tensor {
    precondition(shape.count == 2, "a matrix is needed, not \(shape)")
    let out = Tensor(uninitialized: [shape[1]])
    device.sumRows(storage, rows: shape[0], columns: shape[1], into: out.storage)
    return out
  }

  /// The sum over the second dimension of a matrix: `[N, C]` → `[N]`.
  public var sumOfColumns: Tensor {
    precondition(shape.count == 2, "a matrix is needed, not \(shape)")
    let out = Tensor(uninitialized: [shape[0]])
    device.sumColumns(storage, rows: shape[0], columns: shape[1], into: out.storage)
    return out
  }

  func unary(_ kernel: UnaryKernel) -> Tensor {
    let out = Tensor(uninitialized: shape)
    device.unary(kernel, storage, into: out.storage)
    return out
  }

  static func binary(_ kernel: BinaryKernel, _ a: Tensor, _ b: Tensor) -> Tensor {
    requireSameShape(a, b)
    let out = Tensor(uninitialized: a.shape)
    device.binary(kernel, a.storage, b.storage, into: out.storage)
    return out
  }

  static func requireSameShape(_ a: Tensor, _ b: Tensor) {
    precondition(a.shape == b.shape, "shapes differ: \(a.shape) and \(b.shape)")
  }
}
