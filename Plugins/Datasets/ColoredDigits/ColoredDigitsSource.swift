public import Data
import Engine
public import Foundation
public import Unlearning

/// `colored-digits`: the digits of MNIST in one of two colors that correlates with the class, `[28, 28, 3]`.
///
/// Each digit is red or green; the color is the sensitive attribute. A digit has the color of its class with
/// probability `correlation`, else the other one, so that a model may learn the color instead of the shape: the
/// standard set with a spurious correlation. Classes are the ten digits, or halves of them. The color of class t is t
/// mod 2 (red, green). Train and test have separate correlations; at ½ color and class are independent.
///
/// A digit's color is drawn from a random stream of its index, so that a subset has the same colors as the full set.
/// - Source: After Arjovsky, Bottou, Gulrajani, Lopez-Paz, "Invariant risk minimization", 2019, arXiv:1907.02893,
///   section 5.1, without their label noise.
public struct ColoredDigitsSource: DatasetSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "colored-digits", title: "Colored digits",
    summary: "MNIST in two colors that mostly tell the class: 60,000 training and 10,000 test images, 28×28.",
    source: Source(
      authors: "Arjovsky, Bottou, Gulrajani, Lopez-Paz", title: "Invariant Risk Minimization", venue: "2019",
      arXiv: "1907.02893", place: "section 5.1"))

  /// The data root; nil is $LACUNA_DATA, else `data`.
  @Parameter(.root) public var root: String? = nil
  /// The number of training images, ≥ 1; nil for all.
  @Parameter(.trainCount(60_000, "images")) public var trainCount: Int? = nil
  /// The number of test images, ≥ 1; nil for all.
  @Parameter(.testCount(10_000, "images")) public var testCount: Int? = nil
  /// Seed of the class-balanced draw when not all images are used; independent of an experiment's seeds.
  @Parameter(.subsetSeed) public var subsetSeed = 0
  /// The classes: halves of the digits, parity, or the digits.
  @Parameter("classes: 0–4 and 5–9, even and odd, or the ten digits")
  public var target = DigitColoring.Target.half
  /// The probability that a training digit has the color of its class.
  @Parameter("probability that a training digit has its class's color", .closed(0, 1))
  public var correlation = 0.9
  /// The probability that a test digit has the color of its class.
  @Parameter("probability that a test digit has its class's color", .closed(0, 1))
  public var testCorrelation = 0.5
  /// Seed of the colors.
  @Parameter("seed of the colors", .seed)
  public var seed = 0

  /// Two halves of the digits; 90 % of training digits have the color of their class, test digits a random one.
  public init() {}

  /// Those of MNIST.
  public static let remoteFiles = IDXSet.mnistFiles

  /// The names of the classes, by label.
  public var classNames: [String] { coloring.classNames }
  /// `[28, 28, 3]`, the shape of every image.
  public var imageShape: [Int] { [28, 28, 3] }
  /// Red or green.
  public var attribute: SensitiveAttribute? { DigitColoring.attribute }

  /// Those of MNIST.
  public func localFiles() throws(DataError) -> [URL] { try IDXSet.mnist.files.locate(root: root) }

  /// Reads MNIST, paints the digits and takes the wanted part.
  public func load() throws(DataError) -> DataSplits {
    let digits = try IDXSet.mnist.load(root: root)
    let whole = DataSplits(
      train: coloring.colored(
        digits.train, correlation: correlation, split: "train", name: Self.card.name),
      test: coloring.colored(
        digits.test, correlation: testCorrelation, split: "test", name: Self.card.name))
    let subset = Subset(
      trainCount: trainCount, testCount: testCount, seed: subsetSeed)
    return try subset.of(whole)
  }

  private var coloring: DigitColoring { DigitColoring(target: target, seed: seed) }
}
