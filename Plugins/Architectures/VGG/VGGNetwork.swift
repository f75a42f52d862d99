public import Engine
public import Unlearning

/// VGG with batch normalization for small images: five blocks of 3×3 convolutions with w, 2w, 4w, 8w and 8w channels,
/// each ending in 2×2 max-pooling, then the head alone.
///
/// A pooling that would leave nothing, on sides of 1 pixel, is left out: images of 32×32 pixels end in one pixel after
/// five poolings, those of 28×28 after four, those of 64×64 in 2×2 pixels. So images of every size are supported.
/// - Source: Simonyan and Zisserman, ICLR 2015, arXiv:1409.1556, table 1: configurations A, B, D, E.
/// - Note: As in the CIFAR ports that unlearning papers train: batch normalization after every convolution, which keeps
///   its bias, and one linear layer instead of three.
public struct VGGNetwork: Architecture {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "vgg", title: "VGG with batch normalization for small images",
    summary: "Five blocks of 3×3 convolutions with w to 8w channels, each ending in max-pooling; one linear layer.",
    source: Source(
      authors: "Simonyan, Zisserman", title: "Very Deep Convolutional Networks for Large-Scale Image Recognition",
      venue: "ICLR 2015", arXiv: "1409.1556", place: "table 1, configurations A, B, D, E"))

  /// 11, 13, 16 or 19, the layers with weights in the original.
  @Parameter("number of layers with weights in the original: 11, 13, 16 or 19", .closed(11, 19))
  public var depth = 16
  /// w: channels of the first block.
  @Parameter("channels of the first block", .closed(1, 8192))
  public var width = 64

  /// VGG-16 with 64 channels in the first block.
  public init() {}

  private static let convolutions = [
    11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4],
  ]

  /// Rejects depths other than 11, 13, 16 and 19.
  public func validate() throws(ParameterError) {
    guard Self.convolutions[depth] != nil else {
      throw ParameterError("depth", "must be 11, 13, 16 or 19, is \(depth)")
    }
  }

  /// The body for images `[H, W, C]` of any shape.
  public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    var side = min(imageShape[0], imageShape[1])
    var layers: [(name: String, layer: any Layer)] = []
    for (index, count) in (Self.convolutions[depth] ?? []).enumerated() {
      var block: [(name: String, layer: any Layer)] = []
      for place in 1...count {
        block.append(("conv\(place)", Convolution(channels: width << min(index, 3), size: 3, padding: 1)))
        block.append(("bn\(place)", BatchNorm(rectified: true)))
      }
      if side >= 2 {
        block.append(("pool", MaxPool(size: 2, stride: 2)))
        side /= 2
      }
      layers.append(("block\(index + 1)", Sequential(block)))
    }
    return Sequential(layers + [("flatten", Flatten())])
  }
}
