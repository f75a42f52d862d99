/// The files of a new method: a working one, to be changed.
enum MethodTemplate {
  /// The method: fine-tuning with softened logits.
  static func source(_ name: PluginName) -> String {
    """
    public import Data
    public import Engine
    public import Unlearning

    /// Continues to train the original on the retain set, with logits divided by a temperature.
    ///
    /// `L(θ) = E_{D_r}[−log softmax(z_θ(x) / τ)_y]`, from the original's parameters, with a fresh optimizer. With τ = 1
    /// it is fine-tuning; a larger τ keeps larger gradients for samples that the original classifies confidently.
    /// - Source: a template for your own method; state authors, venue and equation here and in `card`.
    /// - Note: state here where the method differs from its source.
    public struct \(name.type): UnlearningMethod {
      /// Name, title and source.
      public static let card = Card(
        name: "\(name.plugin)", title: "\(name.title)",
        summary: "Continues to train the original on the retain set with softened logits.",
        source: Source(authors: "the authors of this plugin", venue: "unpublished"),
        // Part of every cache key: raise it whenever a change to the code changes results.
        version: 1)
      /// All requests.
      public static let serves = Set(RequestKind.allCases)

      /// τ.
      @Parameter("what logits are divided by", .positive) public var temperature = 2.0
      /// Epochs, batch size and optimizer settings.
      public var training = TrainingRecipe(epochs: 5, learningRate: 0.01)

      /// 5 epochs of SGD with learning rate 0.01 at temperature 2.
      public init() {}

      /// The original after more training on the retain set.
      public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
        let scale = Float(1 / temperature)
        return try run.fit(original, to: retain, by: training) { step in
          step.crossEntropy(scale * step.logits, step.labels)
        }
      }
    }

    """
  }

  /// The tests of what is specific to it; the laws for all methods are tested elsewhere.
  static func test(_ name: PluginName) -> String {
    """
    import Engine
    import \(name.module)
    import Testing
    import Unlearning

    @Suite struct \(name.module)Tests {
      @Test func temperatureChangesWhatIsLearned() throws {
        let toy = try Toy()
        var method = \(name.type)()
        let soft = try toy.unlearn(method)
        method.temperature = 1
        let plain = try toy.unlearn(method)
        #expect(soft.parameters != toy.original.parameters)
        #expect(soft.parameters != plain.parameters)
      }

      @Test func withoutEpochsReturnsTheOriginal() throws {
        let toy = try Toy()
        var method = \(name.type)()
        method.training.epochs = 0
        #expect(try toy.unlearn(method).parameters == toy.original.parameters)
      }

      @Test(arguments: [0, -1, Double.infinity])
      func refusesATemperatureOutOfRange(temperature: Double) {
        var method = \(name.type)()
        method.temperature = temperature
        let error = #expect(throws: ParameterError.self) { try method.validateRanges() }
        #expect(error?.problems.map(\\.parameter) == ["temperature"])
      }
    }

    """
  }
}
