/// How pictures of any size are converted to square images of one size.
public enum Framing: String, Codable, Sendable, CaseIterable {
  /// The whole picture, stretched to a square.
  case stretch
  /// A central crop: the shorter side is resized to 8/7 of the image's side, and the image is cut from the center.
  ///
  /// For example, a picture for an image of 224 pixels is resized to 256.
  case center

  /// The side of the stored picture, for images of `size` pixels.
  ///
  /// For `center` it is larger than the image, to leave room for random crops.
  func storedSize(_ size: Int) -> Int {
    switch self {
    case .stretch: size
    case .center: size + 2 * ((size + 7) / 14)
    }
  }

  /// The stored picture for `picture`, a square of side `storedSize(size)`.
  ///
  /// - Throws: `Picture.Problem` if the scaled picture would have more than 2²⁷ pixels.
  func framed(_ picture: Picture, size: Int) throws(Picture.Problem) -> Picture {
    let side = storedSize(size)
    var (height, width) = (side, side)
    if self == .center {
      let short = min(picture.height, picture.width)
      (height, width) = (side * picture.height / short, side * picture.width / short)
    }
    // Rows are scaled first, so the intermediate picture has the old height and the new width.
    guard max(height, picture.height) * width <= Picture.largestArea else {
      throw Picture.Problem(
        reason: "\(picture.width)×\(picture.height) pixels would be scaled to \(width)×\(height); "
          + "at most \(Picture.largestArea) are allowed; crop the picture or use the framing 'stretch'")
    }
    return picture.resized(height: height, width: width).centered(height: side, width: side)
  }
}
