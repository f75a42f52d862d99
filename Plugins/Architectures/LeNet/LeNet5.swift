public import Engine
public import Unlearning

/// LeNet-5 with ReLU and max-pooling: 6 and 16 channels of 5×5 windows, then 120, 84 and K units.
///
/// Takes images of 32×32 pixels, and of 28×28 with two pixels of zeros around them; any number of channels.
/// - Source: LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE 1998, figure 2.
/// - Note: As in current frameworks and unlike 1998: ReLU for tanh, max-pooling for trainable averages, every channel
///   of the second layer connected with all of the first, a softmax head for radial basis functions.
public struct LeNet5: Architecture {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "lenet5", title: "LeNet-5 (ReLU, max-pooling)",
    summary: "Two convolutions and three linear layers, for images of 28 or 32 pixels.",
    source: .documentRecognition(place: "figure 2"))

  /// Whether batch normalization precedes each ReLU.
  @Parameter("whether each ReLU is preceded by batch normalization")
  public var batchNorm = false

  /// Without batch normalization, as in 1998.
  public init() {}

  /// The body for images of 28×28 or 32×32 pixels; other sizes are an error.
  public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    let padding: Int
    switch (imageShape[0], imageShape[1]) {
    case (28, 28): padding = 2
    case (32, 32): padding = 0
    default:
      throw ParameterError("lenet5", "takes images of 28×28 or 32×32 pixels, not \(imageShape[0])×\(imageShape[1])")
    }
    func rectifier(_ number: Int) -> (name: String, layer: any Layer) {
      batchNorm ? ("bn\(number)", BatchNorm(rectified: true)) : ("relu\(number)", ReLU())
    }
    return Sequential([
      ("conv1", Convolution(channels: 6, size: 5, padding: padding, hasBias: !batchNorm)), rectifier(1),
      ("pool1", MaxPool(size: 2, stride: 2)),
      ("conv2", Convolution(channels: 16, size: 5, hasBias: !batchNorm)), rectifier(2),
      ("pool2", MaxPool(size: 2, stride: 2)),
      ("flatten", Flatten()),
      ("fc1", Linear(120)), rectifier(3),
      ("fc2", Linear(84)), rectifier(4),
    ])
  }
}
