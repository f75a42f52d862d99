import Engine
import Foundation

/// Random augmentation of training images: a random resized crop, a shift, then a horizontal flip.
public struct Augmentation: Codable, Hashable, Sendable {
  /// The largest shift in every direction, in pixels, ≥ 0; uncovered pixels are black.
  public var padding = 0
  /// Whether images are mirrored left to right with probability 1/2.
  public var flip = false
  /// Whether an image is a random crop of its stored picture, resized to the image's size.
  ///
  /// The crop's area is uniform in 8 to 100 % of the picture's, and the logarithm of its aspect ratio is uniform
  /// between those of 3/4 and 4/3.
  /// - Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6; drawn as in torchvision's
  ///   RandomResizedCrop.
  public var resizedCrop = false

  /// No augmentation.
  public init() {}

  /// Shifts of at most `padding` pixels (≥ 0) and, if `flip`, mirroring.
  public init(padding: Int, flip: Bool) {
    self.padding = padding
    self.flip = flip
  }

  /// No augmentation.
  public static let none = Augmentation()

  struct Move: Equatable {
    var shiftY: Int32, shiftX: Int32
    var mirror: Bool
    var crop: Picture.Rectangle?
  }

  /// The augmentation of one image whose stored picture has `height`×`width` pixels.
  ///
  /// The flip is drawn first, even if it is not used, and the crop last, so that changing one part of an augmentation
  /// does not change the draws of the others.
  func move(_ random: RandomSource, height: Int, width: Int) -> Move {
    precondition(padding >= 0, "padding \(padding) is negative")
    var random = random
    let heads = random.next() >> 63 == 1
    let shiftY = random.integer(below: 2 * padding + 1) - padding
    let shiftX = random.integer(below: 2 * padding + 1) - padding
    return Move(
      shiftY: Int32(shiftY), shiftX: Int32(shiftX), mirror: flip && heads,
      crop: resizedCrop ? Self.crop(height: height, width: width, random: &random) : nil)
  }

  /// A random crop of `height`×`width` pixels.
  ///
  /// A crop that does not fit is drawn again, up to ten times; after that it is the largest central crop with an
  /// allowed aspect ratio.
  private static func crop(height: Int, width: Int, random: inout RandomSource) -> Picture.Rectangle {
    for _ in 0..<10 {
      let area = Double(height * width) * (0.08 + 0.92 * Double(random.uniform()))
      let ratio = exp(log(4.0 / 3) * (2 * Double(random.uniform()) - 1))
      let (h, w) = (Int((area / ratio).squareRoot().rounded()), Int((area * ratio).squareRoot().rounded()))
      if h >= 1 && h <= height && w >= 1 && w <= width {
        let top = random.integer(below: height - h + 1)
        return Picture.Rectangle(top: top, left: random.integer(below: width - w + 1), height: h, width: w)
      }
    }
    let h = min(height, max(1, Int((Double(width) * 4 / 3).rounded())))
    let w = min(width, max(1, Int((Double(height) * 4 / 3).rounded())))
    return Picture.Rectangle(top: (height - h) / 2, left: (width - w) / 2, height: h, width: w)
  }
}
