public import Engine
public import Unlearning

/// ResNet-18: a stem, then four stages of two blocks with w, 2w, 4w and 8w channels, the mean over all pixels.
///
/// The stem for small images is a 3×3 convolution at stride 1, that for large ones 7×7 at stride 2 and a 3×3
/// max-pooling at stride 2. Takes images of every size; the second to fourth stage halve it, rounding up.
/// - Source: He, Zhang, Ren, Sun, CVPR 2016, arXiv:1512.03385, table 1.
/// - Note: The stem for small images, which is the default, is that of the CIFAR ports that unlearning papers train.
public struct ResidualNetwork18: Architecture {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "resnet18", title: "ResNet-18",
    summary: "A stem for small or large images, four stages of two residual blocks with w to 8w channels.",
    source: .residualNetworks(place: "table 1"))

  /// The layers before the stages: for images of about 32 pixels or of about 224 pixels.
  public enum Stem: String, Codable, Sendable, CaseIterable { case small, large }
  /// The use of the head in the file of weights.
  public enum Head: String, Codable, Sendable, CaseIterable {
    /// Models are initialized with it; the file must have as many classes as the data.
    case keep
    /// It is ignored, and models get a randomly initialized one.
    case new
  }
  /// w: channels of the stem and the first stage.
  @Parameter("channels of the first stage", .closed(1, 8192))
  public var width = 64
  /// The stem, for small or for large images.
  @Parameter("stem for images of about 32 or of about 224 pixels")
  public var stem = Stem.small
  /// A safetensors file of pretrained weights, below the data root unless it is an absolute path; nil for random ones.
  @Parameter(
    "safetensors file of initial weights, named as by torchvision and timm; null: random weights", isLocation: true
  )
  public var weights: String? = nil
  /// Whether the head of that file is used; nil is `new`.
  @Parameter("whether models begin with the head of 'weights' or a new one; null: a new one")
  public var head: Head? = nil

  /// 64 channels in the first stage, for small images.
  public init() {}

  /// Rejects `head: keep` without a file of weights.
  public func validate() throws(ParameterError) {
    guard head == nil || weights != nil else {
      throw ParameterError("head", "is about the head of 'weights', and no weights are given")
    }
  }

  /// The weights of the file, with the tensor names of torchvision and timm ("downsample", "fc"), of the CIFAR ports
  /// ("shortcut", "linear") or of this program.
  public var initialWeights: InitialWeights? {
    weights.map { path in
      InitialWeights(path: path, heads: ["fc", "linear"], keepsHead: head == .keep) {
        $0.replacing("shortcut", with: "downsample")
      }
    }
  }

  /// The body for images `[H, W, C]` of any shape.
  public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    var layers: [(name: String, layer: any Layer)] =
      switch stem {
      case .small:
        [
          ("conv1", Convolution(channels: width, size: 3, padding: 1, hasBias: false)),
          ("bn1", BatchNorm(rectified: true)),
        ]
      case .large:
        [
          ("conv1", Convolution(channels: width, size: 7, stride: 2, padding: 3, hasBias: false)),
          ("bn1", BatchNorm(rectified: true)), ("maxpool", MaxPool(size: 3, stride: 2, padding: 1)),
        ]
      }
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
