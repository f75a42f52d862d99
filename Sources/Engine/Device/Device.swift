/// The only interface between tensors and memory: every tensor operation is one of these kernels.
///
/// A second backend (a GPU) is added here without changing an operation, a layer or a plugin. Outputs are overwritten;
/// the caller is responsible for matching sizes.
protocol Device: Sendable {
  func fill(_ out: Storage, with value: Float)
  func unary(_ operation: UnaryKernel, _ x: Storage, into out: Storage)
  func binary(_ operation: BinaryKernel, _ a: Storage, _ b: Storage, into out: Storage)
  /// out = scale·a + shift
  func affine(_ a: Storage, scale: Float, shift: Float, into out: Storage)
  /// out = alpha·a + beta·b
  func linearCombination(_ alpha: Float, _ a: Storage, _ beta: Float, _ b: Storage, into out: Storage)
  func clamp(_ x: Storage, low: Float, high: Float, into out: Storage)
  /// out = gradient where `output` > 0, else 0
  func reluBackward(_ gradient: Storage, output: Storage, into out: Storage)
  func addRow(_ x: Storage, row: Storage, into out: Storage)
  func scaleRows(_ x: Storage, column: Storage, into out: Storage)

  func sum(_ x: Storage) -> Double
  func dot(_ a: Storage, _ b: Storage) -> Double
  func allFinite(_ x: Storage) -> Bool
  func sumRows(_ x: Storage, rows: Int, columns: Int, into out: Storage)
  func sumColumns(_ x: Storage, rows: Int, columns: Int, into out: Storage)

  /// out `[M, N]` = op(a)·op(b) + bias `[N]`, with op(a) `[M, K]` and op(b) `[K, N]`; then an optional ReLU
  func matrixProduct(
    _ a: Storage, transposed: Bool, _ b: Storage, transposed: Bool, m: Int, n: Int, k: Int, bias: Storage?, relu: Bool,
    into out: Storage)

  /// y = conv(x) + bias + residual, then an optional ReLU
  func convolutionForward(
    _ g: ConvolutionGeometry, x: Storage, weights: Storage, bias: Storage?, residual: Storage?, relu: Bool,
    into y: Storage)
  func convolutionBackwardData(_ g: ConvolutionGeometry, dy: Storage, weights: Storage, into dx: Storage)
  func convolutionBackwardWeights(_ g: ConvolutionGeometry, x: Storage, dy: Storage, into dw: Storage, bias: Storage?)

  func batchNormStatistics(_ x: Storage, channels: Int, mean: Storage, variance: Storage)
  func batchNormApply(
    _ x: Storage, mean: Storage, inverseDeviation: Storage, scale: Storage, shift: Storage, residual: Storage?,
    relu: Bool, into y: Storage)
  func batchNormBackward(_ context: BatchNormContext, dy: Storage, into dx: Storage, _ others: BatchNormGradients)

  /// Whether the next two kernels support these sizes; they are then faster than convolution and normalization
  /// separately
  func normalizesByImages(_ g: ConvolutionGeometry) -> Bool
  /// h = conv(x), with the per-channel mean and biased variance of h
  func normalizedConvolutionForward(
    _ g: ConvolutionGeometry, x: Storage, weights: Storage, into h: Storage, mean: Storage, variance: Storage)
  func normalizedConvolutionBackward(
    _ g: ConvolutionGeometry, _ context: BatchNormContext, dy: Storage, x: Storage, weights: Storage, into dx: Storage?,
    weights dw: Storage, _ others: BatchNormGradients)

  /// Whether the next two kernels support these sizes; they are then faster than convolution and pooling separately
  func poolsByImages(_ g: ConvolutionGeometry) -> Bool
  /// y and `chosen` are those of max pooling by 2×2 windows of conv(x) + bias
  func pooledConvolutionForward(
    _ g: ConvolutionGeometry, x: Storage, weights: Storage, bias: Storage?, into y: Storage, chosen: IndexStorage)
  func pooledConvolutionBackwardWeights(
    _ g: ConvolutionGeometry, x: Storage, dy: Storage, chosen: IndexStorage, into dw: Storage, bias: Storage?)

  func maxPool(_ g: PoolGeometry, x: Storage, into y: Storage, chosen: IndexStorage)
  func maxPoolBackward(_ g: PoolGeometry, dy: Storage, chosen: IndexStorage, into dx: Storage)
  func averagePool(_ g: PoolGeometry, x: Storage, into y: Storage)
  func averagePoolBackward(_ g: PoolGeometry, dy: Storage, into dx: Storage)
  func globalAveragePool(_ x: Storage, batch: Int, area: Int, channels: Int, into y: Storage)
  func globalAveragePoolBackward(_ dy: Storage, batch: Int, area: Int, channels: Int, into dx: Storage)

  func softmax(_ x: Storage, columns: Int, into y: Storage)
  func logSoftmax(_ x: Storage, columns: Int, into y: Storage)
  func softmaxBackward(_ dy: Storage, output: Storage, columns: Int, into dx: Storage)
  func logSoftmaxBackward(_ dy: Storage, output: Storage, columns: Int, into dx: Storage)

  func sgd(_ step: SGDStep, _ tensors: [OptimizedTensor])
  func adam(_ step: AdamStep, _ tensors: [OptimizedTensor])
  func assembleImages(_ batch: ImageAssembly, into out: Storage)
}

/// The device that all tensors live on.
let device: any Device = CPU()

enum UnaryKernel { case absolute, exponential, logarithm, relu, sign, squareRoot }
enum BinaryKernel { case add, divide, multiply, subtract }

/// Sizes of a two-dimensional convolution; weights are `[KH, KW, IC / groups, OC]`.
struct ConvolutionGeometry {
  var batch: Int
  var height: Int, width: Int, channels: Int
  var kernelHeight: Int, kernelWidth: Int, outputChannels: Int
  var stride: Int, padding: Int, groups: Int
  var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
}

/// Sizes of a pooling window that slides over images.
struct PoolGeometry {
  var batch: Int
  var height: Int, width: Int, channels: Int
  var size: Int, stride: Int, padding: Int
  var outputHeight: Int { (height + 2 * padding - size) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - size) / stride + 1 }
}

/// What the backward pass of batch normalization needs from the forward pass.
struct BatchNormContext {
  var x: Storage, mean: Storage, inverseDeviation: Storage, scale: Storage, shift: Storage
  /// Whether the output went through a ReLU.
  var rectified: Bool
  /// The output y; stored only where a residual was added before the ReLU.
  var output: Storage?
  /// Whether the statistics came from the batch: gradients then flow through them.
  var usesBatchStatistics: Bool
}

/// The gradients of batch normalization except that of x.
struct BatchNormGradients {
  let scale: Tensor, shift: Tensor
  /// The gradient of the residual, if there is one; without a ReLU it is dy itself.
  let residual: Tensor?
  /// Receives dy masked by the ReLU: 0 where the output was 0.
  let masked: Storage?

  /// Allocates the gradients for the output gradient `dy`.
  init(_ context: BatchNormContext, dy: Tensor, hasResidual: Bool) {
    scale = Tensor(uninitialized: [context.mean.count])
    shift = Tensor(uninitialized: [context.mean.count])
    residual = !hasResidual ? nil : context.rectified ? Tensor(uninitialized: dy.shape) : dy
    masked = hasResidual && context.rectified ? residual?.storage : nil
  }
}

/// A tensor that an optimizer updates in place, with its state.
struct OptimizedTensor {
  var parameter: Storage, gradient: Storage
  /// SGD's velocity, or Adam's first moment.
  var first: Storage?
  /// Adam's second moment.
  var second: Storage?
  var mask: Storage?
}

struct SGDStep {
  var learningRate: Float, momentum: Float, weightDecay: Float
  var nesterov: Bool
}

struct AdamStep {
  var number: Int
  var learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float
  var decoupled: Bool
}

/// A batch to gather from the bytes of a data set: shifted, mirrored and normalized.
struct ImageAssembly {
  var pixels: [UInt8]
  var height: Int, width: Int, channels: Int
  var indices: [Int]
  var shiftY: [Int32]?, shiftX: [Int32]?
  var mirror: [UInt8]?
  var scale: [Float], offset: [Float]
}

/// The positions of the maxima chosen by max pooling.
final class IndexStorage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Int32>
  // Shares the buffer cache with Float32 tensors: both elements have four bytes.
  private let storage: Storage

  init(count: Int) {
    storage = Storage(count: count)
    pointer = UnsafeMutableRawPointer(storage.pointer).bindMemory(to: Int32.self, capacity: count)
  }
}
