// The forward and the backward pass of each operation are written together. Operands have equal shapes unless noted.

extension Variable {
  /// The element-wise sum.
  public static func + (a: Variable, b: Variable) -> Variable {
    operation(a.value + b.value, of: [a, b]) { [$0, $0] }
  }

  /// The element-wise difference.
  public static func - (a: Variable, b: Variable) -> Variable {
    operation(a.value - b.value, of: [a, b]) { [$0, -$0] }
  }

  /// The element-wise product.
  public static func * (a: Variable, b: Variable) -> Variable {
    operation(a.value * b.value, of: [a, b]) { gradient in
      [a.isTracked ? gradient * b.value : nil, b.isTracked ? gradient * a.value : nil]
    }
  }

  /// The element-wise quotient.
  public static func / (a: Variable, b: Variable) -> Variable {
    let quotient = a.value / b.value
    return operation(quotient, of: [a, b]) { gradient in
      let overB = gradient / b.value
      return [overB, b.isTracked ? -(overB * quotient) : nil]
    }
  }

  /// Every number times `scale`.
  public static func * (scale: Float, a: Variable) -> Variable { a.affine(scale: scale, shift: 0) }

  /// The negative of every number.
  public static prefix func - (a: Variable) -> Variable { a.affine(scale: -1, shift: 0) }

  /// `scale`·x + `shift` for every number x.
  public func affine(scale: Float, shift: Float) -> Variable {
    Variable.operation(value.affine(scale: scale, shift: shift), of: [self]) { [scale * $0] }
  }

  /// max(0, x) for every number x; the gradient at 0 is 0.
  public func rectified() -> Variable {
    let y = value.rectified
    return Variable.operation(y, of: [self]) { gradient in
      let out = Tensor(uninitialized: y.shape)
      device.reluBackward(gradient.storage, output: y.storage, into: out.storage)
      return [out]
    }
  }

  /// eˣ for every number x.
  public func exponential() -> Variable {
    let y = value.exponential
    return Variable.operation(y, of: [self]) { [$0 * y] }
  }

  /// ln x for every number x.
  public func logarithm() -> Variable {
    Variable.operation(value.logarithm, of: [self]) { [$0 / value] }
  }

  /// √x for every number x; x > 0, since the gradient at 0 is infinite.
  public func squareRoot() -> Variable {
    let y = value.squareRoot
    return Variable.operation(y, of: [self]) { [0.5 * ($0 / y)] }
  }

  /// |x| for every number x; the gradient at 0 is 0.
  public func magnitude() -> Variable {
    Variable.operation(value.magnitude, of: [self]) { [$0 * value.signs] }
  }

  /// The same numbers with another shape of equal count.
  public func reshaped(_ newShape: [Int]) -> Variable {
    let old = shape
    return Variable.operation(value.reshaped(newShape), of: [self]) { [$0.reshaped(old)] }
  }

  /// Each image of a batch as one row: `[N, H, W, C]` → `[N, H·W·C]`.
  public func flattened() -> Variable { reshaped([shape[0], value.rowWidth]) }

  /// 0 with probability `rate`, else x / (1 − rate), independently for every number.
  public func dropout(rate: Float, random: inout RandomSource) -> Variable {
    precondition(rate >= 0 && rate < 1, "a dropout rate lies in [0, 1), not \(rate)")
    guard rate > 0 else { return self }
    let kept = 1 / (1 - rate)
    var mask = [Float](repeating: 0, count: value.count)
    for index in mask.indices where random.uniform() >= rate { mask[index] = kept }
    return self * Variable(Tensor(mask, shape: shape))
  }

  /// Concatenates two matrices by columns: `[N, C₁]`, `[N, C₂]` → `[N, C₁ + C₂]`.
  public static func sideBySide(_ a: Variable, _ b: Variable) -> Variable {
    precondition(a.shape.count == 2 && b.shape.count == 2 && a.shape[0] == b.shape[0], "\(a.shape) beside \(b.shape)")
    let (rows, left, right) = (a.shape[0], a.shape[1], b.shape[1])
    let out = Tensor(uninitialized: [rows, left + right])
    for row in 0..<rows {
      let target = out.storage.pointer + row * (left + right)
      target.update(from: a.value.storage.pointer + row * left, count: left)
      (target + left).update(from: b.value.storage.pointer + row * right, count: right)
    }
    return operation(out, of: [a, b]) { gradient in
      let (da, db) = (Tensor(uninitialized: [rows, left]), Tensor(uninitialized: [rows, right]))
      for row in 0..<rows {
        let source = gradient.storage.pointer + row * (left + right)
        (da.storage.pointer + row * left).update(from: source, count: left)
        (db.storage.pointer + row * right).update(from: source + left, count: right)
      }
      return [da, db]
    }
  }
}
