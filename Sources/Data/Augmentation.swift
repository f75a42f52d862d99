import Engine

/// Random movements of training images: pad-and-crop, then a left-right mirror.
public struct Augmentation: Codable, Hashable, Sendable {
  /// The largest shift down, up, right and left in pixels, ≥ 0; black moves in.
  public var padding = 0
  /// Whether every second image, by chance, is mirrored left to right.
  public var flip = false

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
  }

  /// The movement of one image.
  ///
  /// The mirror is drawn first and whether or not it is used, so that changing one part of an augmentation leaves the
  /// draws of the other as they were.
  func move(_ random: RandomSource) -> Move {
    precondition(padding >= 0, "padding \(padding) is negative")
    var random = random
    let heads = random.next() >> 63 == 1
    let shiftY = random.integer(below: 2 * padding + 1) - padding
    let shiftX = random.integer(below: 2 * padding + 1) - padding
    return Move(shiftY: Int32(shiftY), shiftX: Int32(shiftX), mirror: flip && heads)
  }
}
