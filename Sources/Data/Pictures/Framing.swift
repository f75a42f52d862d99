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
  func framed(_ picture: Picture, size: Int) -> Picture {
    let side = storedSize(size)
    switch self {
    case .stretch:
      return picture.resized(height: side, width: side)
    case .center:
      let short = min(picture.height, picture.width)
      return picture.resized(height: side * picture.height / short, width: side * picture.width / short)
        .centered(height: side, width: side)
    }
  }
}
