import Engine

extension Picture {
  /// A rectangle of a picture, in pixels.
  public struct Rectangle: Sendable, Hashable {
    /// Its first row and column.
    public var top: Int, left: Int
    /// Its size, > 0.
    public var height: Int, width: Int

    /// A rectangle of this size whose first pixel is there.
    public init(top: Int, left: Int, height: Int, width: Int) {
      self.top = top
      self.left = left
      self.height = height
      self.width = width
    }
  }

  /// The part inside `rectangle`, which must lie in the picture.
  public func cropped(to rectangle: Rectangle) -> Picture {
    let r = rectangle
    precondition(
      r.top >= 0 && r.left >= 0 && r.top + r.height <= height && r.left + r.width <= width,
      "\(r) is not inside \(height)×\(width)")
    var part: [UInt8] = []
    part.reserveCapacity(r.height * r.width * channels)
    for row in r.top..<r.top + r.height {
      let start = (row * width + r.left) * channels
      part += pixels[start..<start + r.width * channels]
    }
    return Picture(height: r.height, width: r.width, channels: channels, pixels: part)
  }

  /// The central crop of `height`×`width` pixels, neither larger than the picture.
  ///
  /// - Note: Half pixels are rounded to even, as in torchvision's CenterCrop.
  public func centered(height: Int, width: Int) -> Picture {
    func start(_ extra: Int) -> Int { Int((Double(extra) / 2).rounded(.toNearestOrEven)) }
    return cropped(
      to: Rectangle(top: start(self.height - height), left: start(self.width - width), height: height, width: width))
  }

  /// The picture resized with a triangle filter, rows first; each pass is rounded to bytes.
  ///
  /// Each new pixel is a weighted mean of the old ones, with weights that fall linearly to 0 at twice the new pixel's
  /// half width.
  ///
  /// - Note: Equal byte for byte to Pillow's `resize(…, BILINEAR)`, which torchvision's Resize calls, except that
  ///   Pillow 13 resizes the columns of some tall pictures first: there bytes differ by at most 1.
  public func resized(height newHeight: Int, width newWidth: Int) -> Picture {
    precondition(newHeight > 0 && newWidth > 0, "\(newHeight)×\(newWidth) pixels")
    var picture = self
    if newWidth != width {
      let taps = Taps(from: width, to: newWidth)
      AllocationFailure.probe(height * newWidth * channels)
      var out = [UInt8](repeating: 0, count: height * newWidth * channels)
      for row in 0..<height {
        for column in 0..<newWidth {
          let place = (row * width + taps.starts[column]) * channels
          for channel in 0..<channels {
            out[(row * newWidth + column) * channels + channel] = taps.mean(
              of: pixels, at: place + channel, by: channels, output: column)
          }
        }
      }
      picture = Picture(height: height, width: newWidth, channels: channels, pixels: out)
    }
    if newHeight != height {
      let taps = Taps(from: height, to: newHeight)
      let length = newWidth * channels
      AllocationFailure.probe(newHeight * length)
      var out = [UInt8](repeating: 0, count: newHeight * length)
      for row in 0..<newHeight {
        let start = taps.starts[row] * length
        for place in 0..<length {
          out[row * length + place] = taps.mean(of: picture.pixels, at: start + place, by: length, output: row)
        }
      }
      picture = Picture(height: newHeight, width: newWidth, channels: channels, pixels: out)
    }
    return picture
  }
}

/// The weights of the old pixels of a line for each new one, as integers in units of 2⁻²².
private struct Taps {
  private static let precision = 22
  /// The first old pixel for each new one.
  private(set) var starts: [Int] = []
  private var counts: [Int] = []
  private var weights: [Int] = []
  private let most: Int

  /// Weights for resizing a line from `count` to `newCount` pixels.
  init(from count: Int, to newCount: Int) {
    let scale = Double(count) / Double(newCount)
    let reach = max(1, scale)
    most = Int(reach.rounded(.up)) * 2 + 1
    for new in 0..<newCount {
      let center = (Double(new) + 0.5) * scale
      let start = max(0, Int(center - reach + 0.5))
      let end = min(count, Int(center + reach + 0.5))
      let exact = (start..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) / reach)) }
      let sum = exact.reduce(0, +)
      let whole = exact.map { Int(($0 / sum * Double(1 << Self.precision)) + 0.5) }
      starts.append(start)
      counts.append(whole.count)
      weights += whole + [Int](repeating: 0, count: most - whole.count)
    }
  }

  @inline(__always)
  func mean(of bytes: [UInt8], at start: Int, by step: Int, output: Int) -> UInt8 {
    var sum = 1 << (Self.precision - 1)
    for tap in 0..<counts[output] { sum += Int(bytes[start + tap * step]) * weights[output * most + tap] }
    return UInt8(clamping: sum >> Self.precision)
  }
}
