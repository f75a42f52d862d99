public import Engine
public import Unlearning

/// The residual networks for CIFAR: a 3×3 stem, three stages of (depth − 2)/6 blocks with w, 2w and 4w channels, the
/// mean over all pixels.
///
/// Takes images of every size; the second and third stage halve it, rounding up.
/// - Source: He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385, section 4.2.
/// - Note: Shortcuts that change shape are projections (1×1 convolution and normalization, option B); the paper's CIFAR
///   networks pad with zeros (option A). ResNet-20 so has 272,474 parameters for 10 classes instead of 269,722.
public struct CIFARResidualNetwork: Architecture {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "cifar-resnet", title: "ResNet for CIFAR (6n + 2 layers)",
    summary: "A 3×3 stem, three stages of residual blocks with w, 2w and 4w channels, global average pooling.",
    source: .residualNetworks(place: "section 4.2"))

  /// Layers with weights along the longest path: 6n + 2.
  @Parameter("number of layers with weights, 6n + 2: 8, 14, 20, 32, 44, 56, 110, …", .closed(8, 1202))
  public var depth = 20
  /// w: channels of the stem and the first stage.
  @Parameter("channels of the first stage", .closed(1, 8192))
  public var width = 16

  /// ResNet-20 with 16 channels.
  public init() {}

  /// Rejects depths that are not of the form 6n + 2.
  public func validate() throws(ParameterError) {
    guard depth % 6 == 2 else {
      let below = (depth - 2) / 6 * 6 + 2
      throw ParameterError("depth", "must be 6n + 2, such as \(below) or \(below + 6), is \(depth)")
    }
  }

  /// The body for images `[H, W, C]` of any shape.
  public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    var layers: [(name: String, layer: any Layer)] = [
      ("conv1", Convolution(channels: width, size: 3, padding: 1, hasBias: false)), ("bn1", BatchNorm(rectified: true)),
    ]
    for stage in 0..<3 {
      let blocks = (0..<(depth - 2) / 6).map { index -> (name: String, layer: any Layer) in
        ("\(index)", ResidualBlock(width: width << stage, stride: stage > 0 && index == 0 ? 2 : 1))
      }
      layers.append(("layer\(stage + 1)", Sequential(blocks)))
    }
    return Sequential(layers + [("pool", GlobalAveragePool())])
  }
}
