/// Named layers, one after the other.
public struct Sequential: Layer {
  let layers: [(name: String, layer: any Layer)]

  /// Layers applied in this order; each `name` becomes part of the paths of that layer's parameters.
  ///
  /// A ReLU before max-pooling runs after it: values and gradients are the same, and it has fewer numbers.
  public init(_ layers: [(name: String, layer: any Layer)]) {
    var layers = layers
    for index in layers.indices.dropFirst() where layers[index - 1].layer is ReLU && layers[index].layer is MaxPool {
      layers.swapAt(index - 1, index)
    }
    self.layers = layers
  }

  /// Declares every layer in order.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    layers.reduce(input) { $1.layer.declare(at: path.below($1.name), input: $0, in: &declarations) }
  }

  /// Runs the layers in order; fuses a convolution with the normalization or max-pooling after it, and a linear layer
  /// with its ReLU.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    var (x, index) = (x, 0)
    while index < layers.count {
      let (name, layer) = layers[index]
      index += 1
      if let convolution = layer as? Convolution, index < layers.count, let norm = layers[index].layer as? BatchNorm {
        x = convolution(x, at: path.below(name), then: norm, at: path.below(layers[index].name), in: pass)
        index += 1
      } else if let convolution = layer as? Convolution, index < layers.count,
        let pool = layers[index].layer as? MaxPool
      {
        x = convolution(x, at: path.below(name), then: pool, at: path.below(layers[index].name), in: pass)
        index += 1
      } else if let linear = layer as? Linear, index < layers.count, layers[index].layer is ReLU {
        x = linear.rectified(x, at: path.below(name), in: pass)
        index += 1
      } else {
        x = layer(x, at: path.below(name), in: pass)
      }
    }
    return x
  }
}

/// A residual block of two 3×3 convolutions: ReLU(x′ + norm(conv(ReLU(norm(conv(x)))))).
///
/// x′ is x, or a strided 1×1 convolution of x with normalization where stride or width change.
/// - Source: He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385, section 4.2, option B.
public struct ResidualBlock: Layer {
  /// Output channels.
  public let width: Int
  /// Stride of the first convolution.
  public let stride: Int

  private let first: Convolution
  private let second: Convolution
  private let shortcut: Convolution
  private let inner = BatchNorm(rectified: true)
  private let outer = BatchNorm(rectified: true)
  private let shortcutNorm = BatchNorm()

  /// A block with `width` output channels.
  public init(width: Int, stride: Int = 1) {
    self.width = width
    self.stride = stride
    first = Convolution(channels: width, size: 3, stride: stride, padding: 1, hasBias: false)
    second = Convolution(channels: width, size: 3, padding: 1, hasBias: false)
    shortcut = Convolution(channels: width, size: 1, stride: stride, hasBias: false)
  }

  private func projects(_ channels: Int) -> Bool { stride != 1 || channels != width }

  /// Declares both convolutions, their normalizations and, where needed, the projection.
  public func declare(at path: String, input: [Int], in declarations: inout Declarations) -> [Int] {
    var shape = first.declare(at: path.below("conv1"), input: input, in: &declarations)
    shape = inner.declare(at: path.below("bn1"), input: shape, in: &declarations)
    shape = second.declare(at: path.below("conv2"), input: shape, in: &declarations)
    shape = outer.declare(at: path.below("bn2"), input: shape, in: &declarations)
    if projects(input[2]) {
      _ = shortcut.declare(at: path.below("shortcut.0"), input: input, in: &declarations)
      _ = shortcutNorm.declare(at: path.below("shortcut.1"), input: shape, in: &declarations)
    }
    return shape
  }

  /// `[N, H, W, C]` → `[N, H / stride, W / stride, width]`.
  public func callAsFunction(_ x: Variable, at path: String, in pass: Pass) -> Variable {
    var residual = x
    if projects(x.shape[3]) {
      residual = shortcut(
        x, at: path.below("shortcut.0"), then: shortcutNorm, at: path.below("shortcut.1"), in: pass)
    }
    let hidden = first(x, at: path.below("conv1"), then: inner, at: path.below("bn1"), in: pass)
    return second(
      hidden, at: path.below("conv2"), then: outer, at: path.below("bn2"), residual: residual, in: pass)
  }
}
