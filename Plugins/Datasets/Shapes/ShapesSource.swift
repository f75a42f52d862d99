public import Data
import Engine
public import Foundation
public import Unlearning

/// `shapes`: randomly drawn figures, `[32, 32, 3]`, 10 classes of equal size; nothing to download.
///
/// The classes are five pairs of near neighbors (circle and ellipse, square and rectangle, triangle and arrowhead,
/// star and cross, ring and horseshoe), so a model that never saw a class mostly predicts the other one of the pair.
/// Place, size, angle, proportions, colors, texture, distractors and noise of each image are random. In 10 epochs a
/// ResNet-8 of width 8 reaches about 96 % test accuracy, a LeNet-5 91 to 95 %.
///
/// Each image has its own random stream: larger sets begin with the same images.
public struct ShapesSource: DatasetSource {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "shapes", title: "Shapes",
    summary: "Randomly drawn figures: color, 32×32, 10 classes in five pairs of near neighbors; no download.",
    source: Source(authors: "Lacuna", venue: "this package"))

  /// The number of training images, at least one of each class; classes alternate.
  @Parameter("number of training images", .closed(10, 1_000_000))
  public var trainCount = 5000
  /// The number of test images, at least one of each class; classes alternate.
  @Parameter("number of test images", .closed(10, 1_000_000))
  public var testCount = 1000
  /// The seed of all images; independent of an experiment's seeds.
  @Parameter("seed of the random figures", .seed)
  public var seed = 0
  /// Standard deviation of the noise, of pixels in [0, 1]; varies by half from image to image.
  @Parameter("standard deviation of the pixel noise, for pixels in [0, 1]", .closed(0, 1))
  public var noise: Float = 0.05
  /// Most distractors (specks and strokes) in an image.
  @Parameter("largest number of distractors in an image", .closed(0, 100))
  public var distractors = 3
  /// Figures are turned by at most this many degrees to either side.
  @Parameter("largest rotation of a figure in either direction, in degrees", .closed(0, 180))
  public var rotation: Float = 18
  /// The probability that an image has the tint of its class, in [0, 1]; nil for no tint and no sensitive attribute.
  @Parameter("probability that an image has its class's tint, the sensitive attribute; null: no tint", .closed(0, 1))
  public var tintCorrelation: Double? = nil

  /// 5,000 training and 1,000 test images of moderate difficulty.
  public init() {}

  /// None: the images are computed.
  public static let remoteFiles: [RemoteFile] = []

  /// The names of the classes, by label.
  public var classNames: [String] { ShapeClass.allCases.map(\.name) }
  /// `[32, 32, 3]`, the shape of every image.
  public var imageShape: [Int] { [ShapePainter.side, ShapePainter.side, 3] }

  /// Warm or cool, where images are tinted: even classes are mostly warm, odd ones cool.
  public var attribute: SensitiveAttribute? {
    tintCorrelation.map { _ in SensitiveAttribute(name: "tint", valueNames: ["warm", "cool"]) }
  }

  /// None: the images are computed.
  public func localFiles() throws(DataError) -> [URL] { [] }

  /// Draws the images.
  public func load() throws(DataError) -> DataSplits {
    DataSplits(
      train: draw(trainCount, split: "train"), test: draw(testCount, split: "test"))
  }

  /// The labels and tints alone.
  public func outline() throws(DataError) -> DataSplits {
    DataSplits(
      train: draw(trainCount, split: "train", paints: false),
      test: draw(testCount, split: "test", paints: false))
  }

  private func draw(_ count: Int, split: String, paints: Bool = true) -> Dataset {
    let painter = ShapePainter(
      noise: noise, distractors: distractors, rotation: rotation * .pi / 180)
    let root = RandomSource(seed: UInt64(bitPattern: Int64(seed)))
    let labels = (0..<count).map { $0 % ShapeClass.allCases.count }
    var pixels: [UInt8] = []
    var tints: [Int] = []
    let size = ShapePainter.side * ShapePainter.side * 3
    if paints {
      AllocationFailure.probe(count * size)
      pixels.reserveCapacity(count * size)
    }
    for (index, label) in labels.enumerated() {
      if paints {
        var random = root.stream("shapes-\(split)", index)
        painter.paint(ShapeClass.allCases[label], random: &random, into: &pixels)
      }
      if let correlation = tintCorrelation {
        var draw = root.stream("tint-\(split)", index)
        tints.append(Double(draw.uniform()) < correlation ? label % 2 : 1 - label % 2)
        if paints { painter.tint(&pixels[(pixels.count - size)...], isWarm: tints[index] == 0) }
      }
    }
    return Dataset(
      name: Self.card.name, classNames: classNames, imageShape: imageShape, storedShape: imageShape,
      // Of the default set, rounded.
      normalization: Normalization(mean: [0.41, 0.41, 0.41], deviation: [0.26, 0.26, 0.26]),
      pixels: paints ? .memory(pixels) : .absent(count: count * size), labels: labels, attribute: attribute,
      sensitive: tints)
  }
}
