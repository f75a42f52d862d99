// Layers without parameters.

/// max(0, x), element by element.
public struct ReLU: Layer {
  /// A layer without parameters.
  public init() {}
  /// Declares nothing.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] { input }
  /// Any shape to the same shape.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable { x.rectified() }
}

/// Each image as one row, in row-major order.
public struct Flatten: Layer {
  /// A layer without parameters.
  public init() {}
  /// Declares nothing.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    [input.reduce(1, *)]
  }
  /// `[N, H, W, C]` → `[N, H·W·C]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable { x.flattened() }
}

/// The maximum over sliding windows.
public struct MaxPool: Layer {
  /// Side of the square window.
  public let size: Int
  /// Step of the window.
  public let stride: Int
  /// Pixels around the image; they are never the maximum.
  public let padding: Int
  /// A `size` × `size` window that moves by `stride`.
  public init(size: Int, stride: Int, padding: Int = 0) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }
  /// Declares nothing.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    [(input[0] + 2 * padding - size) / stride + 1, (input[1] + 2 * padding - size) / stride + 1, input[2]]
  }
  /// `[N, H, W, C]` → `[N, OH, OW, C]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    x.maxPooled(size: size, stride: stride, padding: padding)
  }
}

/// The mean over sliding windows.
public struct AveragePool: Layer {
  /// Side of the square window.
  public let size: Int
  /// Step of the window.
  public let stride: Int
  /// A `size` × `size` window that moves by `stride`.
  public init(size: Int, stride: Int) {
    self.size = size
    self.stride = stride
  }
  /// Declares nothing.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    [(input[0] - size) / stride + 1, (input[1] - size) / stride + 1, input[2]]
  }
  /// `[N, H, W, C]` → `[N, OH, OW, C]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    x.averagePooled(size: size, stride: stride)
  }
}

/// The mean over all pixels of an image.
public struct GlobalAveragePool: Layer {
  /// A layer without parameters.
  public init() {}
  /// Declares nothing.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] { [input[2]] }
  /// `[N, H, W, C]` → `[N, C]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable { x.globallyAveragePooled() }
}

/// In train mode 0 with probability `rate`, else x / (1 − rate); in evaluate mode x.
public struct Dropout: Layer {
  /// In [0, 1).
  public let rate: Float
  /// A layer that zeroes this fraction of its inputs.
  public init(rate: Float) { self.rate = rate }
  /// Declares nothing.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] { input }
  /// Any shape to the same shape.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    pass.isTraining ? pass.withRandom { x.dropout(rate: rate, random: &$0) } : x
  }
}
