/// A decoded picture of any size.
public struct Picture: Sendable, Equatable {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// Bytes per pixel: 3 for red, green and blue.
  public let channels: Int
  /// `[height, width, channels]`.
  public let pixels: [UInt8]

  /// A picture with these pixels, `[height, width, channels]`.
  public init(height: Int, width: Int, channels: Int = 3, pixels: [UInt8]) {
    precondition(
      height > 0 && width > 0 && channels > 0 && pixels.count == height * width * channels,
      "\(height)×\(width) pixels of \(channels) bytes")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// The reason why the bytes of a picture cannot be decoded.
  public struct Problem: Error, Sendable, Equatable {
    /// The reason, as part of a sentence.
    public let reason: String
  }
}
