public import Engine
import Foundation

/// Draws small anti-aliased color images for procedural data sets.
///
/// Colors are red, green and blue in [0, 1]; x grows to the right and y down, in pixels.
public struct Canvas: Sendable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  private var pixels: [SIMD3<Float>]

  /// A canvas of one color.
  public init(width: Int, height: Int, color: SIMD3<Float>) {
    precondition(width > 0 && height > 0, "a canvas of \(width)×\(height) pixels")
    (self.width, self.height) = (width, height)
    pixels = [SIMD3<Float>](repeating: color, count: width * height)
  }

  /// Adds `amount` times a smooth random pattern with values in [−1, 1] and about `cells` (≥ 1) extrema per axis.
  public mutating func addTexture(amount: SIMD3<Float>, cells: Int, random: inout RandomSource) {
    let knots = (0..<(cells + 1) * (cells + 1)).map { _ in 2 * random.uniform() - 1 }
    let xs = (0..<width).map { Canvas.knot($0, of: width, cells: cells) }
    for y in 0..<height {
      let (row, down) = Canvas.knot(y, of: height, cells: cells)
      for x in 0..<width {
        let (column, right) = xs[x]
        let corner = row * (cells + 1) + column
        let above = knots[corner] + right * (knots[corner + 1] - knots[corner])
        let next = corner + cells + 1
        let below = knots[next] + right * (knots[next + 1] - knots[next])
        pixels[y * width + x] += (above + down * (below - above)) * amount
      }
    }
  }

  /// The pattern's cell that contains a pixel, and the smoothed position in it, in [0, 1].
  private static func knot(_ pixel: Int, of extent: Int, cells: Int) -> (cell: Int, share: Float) {
    let place = (Float(pixel) + 0.5) / Float(extent) * Float(cells)
    let share = place - place.rounded(.down)
    return (Int(place), share * share * (3 - 2 * share))
  }

  /// Fills an outline, scaled by `scale` (> 0) pixels per unit, rotated by `angle` radians and moved to `center`.
  ///
  /// - `color`: At the center.
  /// - `slope`: The change of the color over one `scale` along the outline's x axis.
  public mutating func fill(
    _ outline: Outline, center: SIMD2<Float>, scale: Float, angle: Float, color: SIMD3<Float>,
    slope: SIMD3<Float> = .zero
  ) {
    let reach = outline.reach * scale + 1
    let axis = SIMD2(angle.cosine, angle.sine) / scale
    for y in Canvas.pixels(center.y, reach: reach, extent: height) {
      for x in Canvas.pixels(center.x, reach: reach, extent: width) {
        let offset = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - center
        let local = SIMD2(offset.x * axis.x + offset.y * axis.y, offset.y * axis.x - offset.x * axis.y)
        let cover = max(0, min(1, 0.5 - outline.distance(local) * scale))
        let paint = color + local.x * slope
        pixels[y * width + x] += cover * (paint - pixels[y * width + x])
      }
    }
  }

  private static func pixels(_ center: Float, reach: Float, extent: Int) -> Range<Int> {
    let first = max(0, min(Float(extent), (center - reach).rounded(.down)))
    let end = max(first, min(Float(extent), (center + reach).rounded(.up)))
    return Int(first)..<Int(end)
  }

  /// Adds independent noise with standard deviation `amount` (≥ 0) to every channel of every pixel.
  ///
  /// The noise is a sum of three uniform numbers: approximately normal, and one draw gives all channels of a pixel.
  public mutating func addNoise(_ amount: Float, random: inout RandomSource) {
    guard amount > 0 else { return }
    let scale = amount / (3 * (128 * 128 - 1) / 12).squareRoot()
    for pixel in pixels.indices {
      let bits = random.next()
      var noise = SIMD3<Float>()
      for channel in 0..<3 {
        let part = bits >> UInt64(21 * channel)
        noise[channel] = Float(Int(part & 127) + Int(part >> 7 & 127) + Int(part >> 14 & 127)) - 190.5
      }
      pixels[pixel] += scale * noise
    }
  }

  /// Appends the image to `bytes` as `[H, W, 3]`; values are clamped to [0, 1].
  public func append(to bytes: inout [UInt8]) {
    for pixel in pixels {
      let scaled = (255 * pixel + 0.5).clamped(lowerBound: .zero, upperBound: .init(repeating: 255))
      for channel in 0..<3 { bytes.append(UInt8(scaled[channel])) }
    }
  }
}

extension Float {
  var cosine: Float { cos(self) }
  var sine: Float { sin(self) }
}
