/// How pictures of all sizes become square images of one size.
public enum Framing: String, Codable, Sendable, CaseIterable {
  /// The whole picture, its sides stretched to be equal.
  case stretch
  /// The middle: the shorter side is resized to 8/7 of the image's, and the image is cut from the middle.
  ///
  /// So a picture for an image of 224 pixels is resized to 256.
  case center

  /// The side of what is kept of each picture, for images of `size` pixels.
  ///
  /// Of `center` that is more than an image shows, for random crops to choose from.
  func storedSize(_ size: Int) -> Int {
    switch self {
    case .stretch: size
    case .center: size + 2 * ((size + 7) / 14)
    }
  }

  /// What is kept of `picture`, a square of side `storedSize(size)`.
  ///
  /// - Throws: `Picture.Problem` when the scaled picture would have more than 2²⁷ pixels.
  func framed(_ picture: Picture, size: Int) throws(Picture.Problem) -> Picture {
    let side = storedSize(size)
    var (height, width) = (side, side)
    if self == .center {
      let short = min(picture.height, picture.width)
      (height, width) = (side * picture.height / short, side * picture.width / short)
    }
    // Rows are scaled first, so for a moment it has its old height and its new width.
    guard max(height, picture.height) * width <= Picture.largestArea else {
      throw Picture.Problem(
        reason: "\(picture.width)×\(picture.height) pixels would be scaled to \(width)×\(height); "
          + "at most \(Picture.largestArea) are made, so cut the picture or use the framing 'stretch'")
    }
    return picture.resized(height: height, width: width).centered(height: side, width: side)
  }
}
