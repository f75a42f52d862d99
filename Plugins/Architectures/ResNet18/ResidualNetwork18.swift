public import Engine
public import Unlearning

/// ResNet-18 with the stem for small images: 3×3 at stride 1 and no max-pooling, then four stages of two blocks with w,
/// 2w, 4w and 8w channels, the mean over all pixels.
///
/// Takes images of every size; the second to fourth stage halve it, rounding up.
/// - Source: He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385, table 1.
/// - Note: The stem is that of the CIFAR ports that unlearning papers train, not that for ImageNet.
public struct ResidualNetwork18: Architecture {
  /// What can be set.
  public struct Parameters: ParameterSet {
    /// w: channels of the stem and the first stage.
    public var width = 64
    /// 64 channels in the first stage.
    public init() {}
    /// What each number means.
    public static let fields = [ParameterField("width", "channels of the first stage", .atLeast(1))]
  }
  /// Name, title and source.
  public static let card = Card(
    name: "resnet18", title: "ResNet-18 for small images",
    summary: "A 3×3 stem without pooling, four stages of two residual blocks with w to 8w channels.",
    source: Source(authors: "He, Zhang, Ren, Sun", venue: "CVPR 2016", arXiv: "1512.03385", place: "table 1"))
  private let parameters: Parameters

  /// The architecture with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validate()
    self.parameters = parameters
  }

  /// Takes images of every shape.
  public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    let width = parameters.width
    var layers: [(name: String, layer: any Layer)] = [
      ("conv1", Convolution(channels: width, size: 3, padding: 1, hasBias: false)), ("bn1", BatchNorm(rectified: true)),
    ]
    for stage in 0..<4 {
      let blocks: [(name: String, layer: any Layer)] = [
        ("0", ResidualBlock(width: width << stage, stride: stage > 0 ? 2 : 1)),
        ("1", ResidualBlock(width: width << stage)),
      ]
      layers.append(("layer\(stage + 1)", Sequential(blocks)))
    }
    return Sequential(layers + [("pool", GlobalAveragePool())])
  }
}
