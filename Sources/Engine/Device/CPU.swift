import CKernels

/// The CPU backend: C kernels chosen by instruction set, and OpenBLAS for large dense products.
struct CPU: Device {
  /// Products with more multiplications go to OpenBLAS: it is faster on large square matrices, but for the smaller ones
  /// of typical layers it repacks both operands for every part that a thread takes.
  private static let largestOwnProduct = 1 << 26

  init() { BLAS.prepare() }

  func fill(_ out: Storage, with value: Float) { lacuna_fill(Int64(out.count), value, out.pointer) }

  func unary(_ operation: UnaryKernel, _ x: Storage, into out: Storage) {
    let count = Int64(x.count)
    switch operation {
    case .absolute: lacuna_abs(count, x.pointer, out.pointer)
    case .exponential: lacuna_exp(count, x.pointer, out.pointer)
    case .logarithm: lacuna_log(count, x.pointer, out.pointer)
    case .relu: lacuna_relu(count, x.pointer, out.pointer)
    case .sign: lacuna_sign(count, x.pointer, out.pointer)
    case .squareRoot: lacuna_sqrt(count, x.pointer, out.pointer)
    }
  }

  func binary(_ operation: BinaryKernel, _ a: Storage, _ b: Storage, into out: Storage) {
    let count = Int64(a.count)
    switch operation {
    case .add: lacuna_add(count, a.pointer, b.pointer, out.pointer)
    case .divide: lacuna_divide(count, a.pointer, b.pointer, out.pointer)
    case .multiply: lacuna_multiply(count, a.pointer, b.pointer, out.pointer)
    case .subtract: lacuna_subtract(count, a.pointer, b.pointer, out.pointer)
    }
  }

  func affine(_ a: Storage, scale: Float, shift: Float, into out: Storage) {
    lacuna_affine(Int64(a.count), a.pointer, scale, shift, out.pointer)
  }

  func linearCombination(_ alpha: Float, _ a: Storage, _ beta: Float, _ b: Storage, into out: Storage) {
    lacuna_linear_combination(Int64(a.count), alpha, a.pointer, beta, b.pointer, out.pointer)
  }

  func clamp(_ x: Storage, low: Float, high: Float, into out: Storage) {
    lacuna_clamp(Int64(x.count), x.pointer, low, high, out.pointer)
  }

  func reluBackward(_ gradient: Storage, output: Storage, into out: Storage) {
    lacuna_relu_backward(Int64(gradient.count), gradient.pointer, output.pointer, out.pointer)
  }

  func addRow(_ x: Storage, row: Storage, into out: Storage) {
    lacuna_add_row(Int64(x.count / row.count), Int64(row.count), x.pointer, row.pointer, out.pointer)
  }

  func scaleRows(_ x: Storage, column: Storage, into out: Storage) {
    lacuna_scale_rows(Int64(column.count), Int64(x.count / column.count), x.pointer, column.pointer, out.pointer)
  }

  func sum(_ x: Storage) -> Double { lacuna_sum(Int64(x.count), x.pointer) }

  func dot(_ a: Storage, _ b: Storage) -> Double { lacuna_dot(Int64(a.count), a.pointer, b.pointer) }

  func allFinite(_ x: Storage) -> Bool { lacuna_all_finite(Int64(x.count), x.pointer) != 0 }

  func sumRows(_ x: Storage, rows: Int, columns: Int, into out: Storage) {
    lacuna_sum_rows(Int64(rows), Int64(columns), x.pointer, out.pointer)
  }

  func sumColumns(_ x: Storage, rows: Int, columns: Int, into out: Storage) {
    lacuna_sum_columns(Int64(rows), Int64(columns), x.pointer, out.pointer)
  }

  func matrixProduct(
    _ a: Storage, transposed transposedA: Bool, _ b: Storage, transposed transposedB: Bool, m: Int, n: Int, k: Int,
    bias: Storage?, relu: Bool, into out: Storage
  ) {
    guard m > 0, n > 0, k > 0, m * n * k <= Self.largestOwnProduct else {
      BLAS.product(a, transposedA, b, transposedB, m: m, n: n, k: k, into: out)
      if let bias { addRow(out, row: bias, into: out) }
      if relu { unary(.relu, out, into: out) }
      return
    }
    let count = lacuna_product_workspace(Int64(m), Int64(n), Int64(k), transposedB ? 1 : 0)
    let workspace = count > 0 ? Storage(count: count) : nil
    lacuna_product(
      Int64(m), Int64(n), Int64(k), a.pointer, transposedA ? 1 : 0, b.pointer, transposedB ? 1 : 0,
      bias?.pointer, relu ? 1 : 0, out.pointer, workspace?.pointer)
  }

  func softmax(_ x: Storage, columns: Int, into y: Storage) {
    lacuna_softmax(Int64(x.count / columns), Int64(columns), x.pointer, y.pointer)
  }

  func logSoftmax(_ x: Storage, columns: Int, into y: Storage) {
    lacuna_log_softmax(Int64(x.count / columns), Int64(columns), x.pointer, y.pointer)
  }

  func softmaxBackward(_ dy: Storage, output: Storage, columns: Int, into dx: Storage) {
    lacuna_softmax_backward(Int64(dy.count / columns), Int64(columns), dy.pointer, output.pointer, dx.pointer)
  }

  func logSoftmaxBackward(_ dy: Storage, output: Storage, columns: Int, into dx: Storage) {
    lacuna_log_softmax_backward(Int64(dy.count / columns), Int64(columns), dy.pointer, output.pointer, dx.pointer)
  }

  func sgd(_ step: SGDStep, _ tensors: [OptimizedTensor]) {
    lacuna_sgd(
      Int64(tensors.count), tensors.map(\.pointers), step.learningRate, step.momentum, step.weightDecay,
      step.nesterov ? 1 : 0)
  }

  func adam(_ step: AdamStep, _ tensors: [OptimizedTensor]) {
    lacuna_adam(
      Int64(tensors.count), tensors.map(\.pointers), Int64(step.number), step.learningRate, step.beta1, step.beta2,
      step.epsilon, step.weightDecay, step.decoupled ? 1 : 0)
  }

  func assembleImages(_ batch: ImageAssembly, into out: Storage) {
    let indices = batch.indices.map(Int64.init)
    batch.pixels.withUnsafeBufferPointer { pixels in
      lacuna_assemble_images(
        Int64(batch.indices.count), Int64(batch.height), Int64(batch.width), Int64(batch.channels), pixels.baseAddress,
        indices, batch.shiftY, batch.shiftX, batch.mirror, batch.scale, batch.offset, out.pointer)
    }
  }
}

extension OptimizedTensor {
  fileprivate var pointers: lacuna_optimized {
    lacuna_optimized(
      count: Int64(parameter.count), parameter: parameter.pointer, gradient: gradient.pointer, first: first?.pointer,
      second: second?.pointer, mask: mask?.pointer)
  }
}
