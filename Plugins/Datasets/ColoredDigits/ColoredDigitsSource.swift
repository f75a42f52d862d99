public import Data
import Engine
public import Foundation
public import Unlearning

/// `colored-digits`: the digits of MNIST in one of two colours that mostly tells the class, `[28, 28, 3]`.
///
/// Each digit is red or green; the colour is the sensitive attribute. A digit has the colour of its class with probability
/// `correlation`, else the other one, so that a model may learn the colour instead of the shape: the standard set with a
/// spurious correlation. Classes are the ten digits, or halves of them. The colour of class t is t mod 2 (red, green).
/// Train and test have correlations of their own; at ½ colour tells nothing.
///
/// A digit's colour is drawn from a stream of its own index, so a subset has the colours of the whole.
/// - Source: After Arjovsky, Bottou, Gulrajani, Lopez-Paz, "Invariant risk minimization", 2019, arXiv:1907.02893, section
///   5.1, without their label noise.
public struct ColoredDigitsSource: DatasetSource {
  /// Where the files lie, which images are used, and how colours are drawn.
  public struct Parameters: ParameterSet {
    /// The data root; nil is $LACUNA_DATA, else `data`.
    public var root: String?
    /// Training images, ≥ 1; nil is all.
    public var trainCount: Int?
    /// Test images, ≥ 1; nil is all.
    public var testCount: Int?
    /// Seed of the class-balanced draw when not all images are used; independent of an experiment's seeds.
    public var subsetSeed = 0
    /// What the classes are.
    public var target = DigitColouring.Target.half
    /// The probability that a training digit has the colour of its class.
    public var correlation = 0.9
    /// The same of test digits.
    public var testCorrelation = 0.5
    /// Seed of the colours.
    public var seed = 0

    /// Two halves of the digits, 90 % of them in their class's colour; test digits in either.
    public init() {}

    /// The parameters as experiment files write them.
    public static let fields =
      ParameterField.dataFiles(train: 60_000, test: 10_000) + [
        ParameterField(
          "target", "whether classes are 0-4 and 5-9, even and odd, or the digits",
          .oneOf(DigitColouring.Target.allCases.map(\.rawValue))),
        ParameterField("correlation", "probability that a training digit has its class's colour", .closed(0, 1)),
        ParameterField("test_correlation", "probability that a test digit has its class's colour", .closed(0, 1)),
        ParameterField("seed", "seed of the colours", .seed),
      ]
  }

  /// What it is.
  public static let card = Card(
    name: "colored-digits", title: "Coloured digits",
    summary: "MNIST in two colours that mostly tell the class: 60,000 training and 10,000 test images, 28×28.",
    source: Source(
      authors: "Arjovsky, Bottou, Gulrajani, Lopez-Paz", title: "Invariant Risk Minimization", venue: "2019",
      arXiv: "1907.02893", place: "section 5.1"))

  /// Those of MNIST.
  public static let remoteFiles = IDXSet.mnistFiles

  private let parameters: Parameters

  /// The set with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validateRanges()
    self.parameters = parameters
  }

  /// The names of the classes, by label.
  public var classNames: [String] { colouring.classNames }
  /// `[28, 28, 3]`, the shape of every image.
  public var imageShape: [Int] { [28, 28, 3] }
  /// Red or green.
  public var attribute: SensitiveAttribute? { DigitColouring.attribute }

  /// Those of MNIST.
  public func localFiles() throws(DataError) -> [URL] { try IDXSet.mnist.files.locate(root: parameters.root) }

  /// Reads MNIST, paints the digits and takes the wanted part.
  public func load() throws(DataError) -> DataSplits {
    let digits = try IDXSet.mnist.load(root: parameters.root)
    let whole = DataSplits(
      train: colouring.coloured(
        digits.train, correlation: parameters.correlation, split: "train", name: Self.card.name),
      test: colouring.coloured(
        digits.test, correlation: parameters.testCorrelation, split: "test", name: Self.card.name))
    let subset = Subset(
      trainCount: parameters.trainCount, testCount: parameters.testCount, seed: parameters.subsetSeed)
    return try subset.of(whole)
  }

  private var colouring: DigitColouring { DigitColouring(target: parameters.target, seed: parameters.seed) }
}
