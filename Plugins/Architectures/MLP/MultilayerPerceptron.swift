public import Engine
public import Unlearning

/// A multi-layer perceptron: hidden linear layers with ReLU, on pixels as one row.
///
/// Without hidden layers the classifier is linear in the pixels.
public struct MultilayerPerceptron: Architecture {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "mlp", title: "Multi-layer perceptron", summary: "Linear layers with ReLU on the flattened image.",
    source: Source(
      authors: "Rumelhart, Hinton, Williams", title: "Learning Representations by Back-Propagating Errors",
      venue: "Nature 1986"))

  /// The widths of the hidden layers, from the image to the head.
  @Parameter("widths of the hidden layers, from the image to the head", .closed(1, 65_536))
  public var hidden = [256, 128]

  /// Hidden layers of 256 and 128 units.
  public init() {}

  /// The body for images `[H, W, C]` of any shape.
  public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
    var layers: [(name: String, layer: any Layer)] = [("flatten", Flatten())]
    for (index, width) in hidden.enumerated() {
      layers.append(("fc\(index + 1)", Linear(width)))
      layers.append(("relu\(index + 1)", ReLU()))
    }
    return Sequential(layers)
  }
}
