public import Data
import Engine

/// Colors gray digits red or green, correlated with their class.
public struct DigitColoring: Sendable {
  /// What the classes are.
  public enum Target: String, Codable, Sendable, CaseIterable {
    /// Digits 0 to 4, and 5 to 9.
    case half
    /// Even and odd digits.
    case parity
    /// The ten digits.
    case digit
  }

  /// The sensitive attribute: the color, red (0) or green (1).
  public static let attribute = SensitiveAttribute(name: "color", valueNames: ["red", "green"])

  /// What the classes are.
  public let target: Target
  /// Seed of the colors.
  public let seed: Int

  /// A coloring for these classes, with colors drawn by `seed`.
  public init(target: Target, seed: Int) {
    self.target = target
    self.seed = seed
  }

  /// The names of the classes, by label.
  public var classNames: [String] {
    switch target {
    case .half: ["0-4", "5-9"]
    case .parity: ["even", "odd"]
    case .digit: (0...9).map { "\($0)" }
    }
  }

  /// The class of a digit.
  public func label(of digit: Int) -> Int {
    switch target {
    case .half: digit < 5 ? 0 : 1
    case .parity: digit % 2
    case .digit: digit
    }
  }

  /// The color of most digits of a class: red for even ones, green for odd ones.
  public static func color(of label: Int) -> Int { label % 2 }

  /// All images of `digits` `[H, W, 1]`, whose labels are digits, in the channel of their color, `[H, W, 3]`.
  ///
  /// - Parameters:
  ///   - correlation: The probability that a digit has the color of its class, in [0, 1].
  ///   - split: "train" or "test", which have colors of their own.
  ///   - name: The data set's name.
  public func colored(_ digits: Dataset, correlation: Double, split: String, name: String) -> Dataset {
    let random = RandomSource(seed: UInt64(bitPattern: Int64(seed))).stream("colors-\(split)")
    let labels = digits.labels.map(label)
    let colors = zip(digits.indices, labels).map { index, label in
      var draw = random.stream("digit", index)
      let usual = Self.color(of: label)
      return Double(draw.uniform()) < correlation ? usual : 1 - usual
    }
    let (height, width) = (digits.imageShape[0], digits.imageShape[1])
    let size = height * width
    AllocationFailure.probe(digits.count * size * 3)
    var pixels = [UInt8](repeating: 0, count: digits.count * size * 3)
    for (row, color) in colors.enumerated() {
      for (place, value) in digits.bytes(row).enumerated() { pixels[(row * size + place) * 3 + color] = value }
    }
    return Dataset(
      name: name, classNames: classNames, imageShape: [height, width, 3],
      // Half of MNIST's mean, since a digit lies in one of two channels; its deviation for all of them.
      normalization: Normalization(mean: [0.065, 0.065, 0], deviation: [0.3081, 0.3081, 0.3081]), pixels: pixels,
      labels: labels, attribute: Self.attribute, sensitive: colors)
  }
}
