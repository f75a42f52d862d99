import Engine
import Foundation

/// Random movements of training images: a crop at random that is resized, a shift, then a left-right mirror.
public struct Augmentation: Codable, Hashable, Sendable {
  /// The largest shift down, up, right and left in pixels, ≥ 0; black moves in.
  public var padding = 0
  /// Whether every second image, by chance, is mirrored left to right.
  public var flip = false
  /// Whether an image is a part at random of what is stored of it, resized to the image's size.
  ///
  /// The part has 8 to 100 % of the area, evenly, and a ratio of its sides from 3/4 to 4/3, evenly by its logarithm.
  /// - Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6; drawn as torchvision's
  ///   RandomResizedCrop does.
  public var resizedCrop = false

  /// No movement.
  public init() {}

  /// Shifts of at most `padding` pixels (≥ 0) and, if `flip`, mirroring.
  public init(padding: Int, flip: Bool) {
    self.padding = padding
    self.flip = flip
  }

  /// No movement.
  public static let none = Augmentation()

  struct Move: Equatable {
    var shiftY: Int32, shiftX: Int32
    var mirror: Bool
    var crop: Picture.Rectangle?
  }

  /// The movement of one image, of which `height`×`width` pixels are stored.
  ///
  /// The mirror is drawn first and whether or not it is used, and the crop last, so that changing one part of an
  /// augmentation leaves the draws of the others as they were.
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

  /// A part at random of `height`×`width` pixels.
  ///
  /// A part that does not fit is drawn again, up to ten times; then it is the largest one in the middle whose ratio is
  /// allowed.
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
