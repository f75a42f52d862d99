/// The files of a new architecture: a working one, to be changed.
enum ArchitectureTemplate {
  /// The architecture: two convolutions.
  static func source(_ name: PluginName) -> String {
    """
    public import Engine
    public import Unlearning

    /// Two convolutions of 3×3 windows with batch normalization and ReLU, and the mean over the image.
    ///
    /// With C channels: conv 3×3 (C), norm, ReLU, max-pooling 2×2, conv 3×3 (2C), norm, ReLU, mean; 2C features. The head
    /// for K classes is not part of the body. Accepts images of every shape from 2×2 pixels.
    /// - Source: a template for your own architecture; state authors, venue and figure here and in `card`.
    /// - Note: state here where the architecture differs from its source.
    public struct \(name.type): Architecture {
      /// Name, title and source.
      public static let card = Card(
        name: "\(name.plugin)", title: "\(name.title)",
        summary: "Two convolutions with batch normalization, and the mean over the image.",
        source: Source(authors: "the authors of this plugin", venue: "unpublished"),
        // Part of every cache key: raise it whenever a change to the code changes results.
        version: 1)

      /// C.
      @Parameter("channels of the first convolution; the second has twice as many", .closed(1, 4096))
      public var channels = 16

      /// 16 and 32 channels.
      public init() {}

      /// Accepts images of at least 2×2 pixels.
      public func body(imageShape: [Int]) throws(ParameterError) -> any Layer {
        guard imageShape[0] > 1, imageShape[1] > 1 else {
          throw ParameterError(
            Self.card.name, "takes images of 2×2 pixels and more, not \\(imageShape[0])×\\(imageShape[1])")
        }
        // Names of layers are part of names of parameters, such as "conv1.weight", which identify them in checkpoints.
        return Sequential([
          ("conv1", Convolution(channels: channels, size: 3, padding: 1, hasBias: false)),
          ("bn1", BatchNorm(rectified: true)),
          ("pool", MaxPool(size: 2, stride: 2)),
          ("conv2", Convolution(channels: 2 * channels, size: 3, padding: 1, hasBias: false)),
          ("bn2", BatchNorm(rectified: true)),
          ("mean", GlobalAveragePool()),
        ])
      }
    }

    """
  }

  /// The tests of what is specific to it; the laws for all architectures are tested elsewhere.
  static func test(_ name: PluginName) -> String {
    """
    import Engine
    import \(name.module)
    import Testing
    import Unlearning

    @Suite struct \(name.module)Tests {
      // 9·3·C + 2·C of the first layer, 9·C·2C + 4·C of the second, 2C·10 + 10 of the head.
      @Test(arguments: [(16, 5466), (1, 81)])
      func hasTheKnownNumberOfParameters(channels: Int, count: Int) throws {
        var architecture = \(name.type)()
        architecture.channels = channels
        let model = try architecture.makeClassifier(
          imageShape: [32, 32, 3], classCount: 10, random: RandomSource(seed: 1))
        #expect(model.parameters.scalarCount == count)
        #expect(model.featureCount == 2 * channels)
      }

      @Test func refusesImagesThatAreTooSmall() {
        let architecture = \(name.type)()
        let error = #expect(throws: ParameterError.self) { try architecture.body(imageShape: [1, 8, 3]) }
        #expect(error?.description.contains("not 1×8") == true)
      }

      @Test(arguments: [0, -1, 5000])
      func refusesChannelsOutOfRange(channels: Int) {
        var architecture = \(name.type)()
        architecture.channels = channels
        let error = #expect(throws: ParameterError.self) { try architecture.validateRanges() }
        #expect(error?.problems.map(\\.parameter) == ["channels"])
      }
    }

    """
  }
}
