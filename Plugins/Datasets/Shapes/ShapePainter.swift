import Data
import Engine

/// Paints one image: a shape at a random position on a textured ground, with small distractors and noise.
struct ShapePainter {
  static let side = 32
  /// Standard deviation of the noise on every channel, of pixels in [0, 1].
  let noise: Float
  /// Most distractors in an image.
  let distractors: Int
  /// Figures are turned by at most this angle to either side, in radians.
  let rotation: Float
  /// The minimum by which a figure is lighter than its ground, as a channel mean in [0, 1].
  let contrast: Float = 0.2

  func paint(_ shape: ShapeClass, random: inout RandomSource, into bytes: inout [UInt8]) {
    var (ground, figure) = (color(&random), color(&random))
    while (figure - ground).sum() < 3 * contrast { (ground, figure) = (color(&random), color(&random)) }

    var canvas = Canvas(width: Self.side, height: Self.side, color: ground)
    canvas.addTexture(amount: 0.18 * direction(&random), cells: 2 + random.integer(below: 5), random: &random)
    let count = random.integer(below: distractors + 1)
    // Half of the distractors lie below the figure, half may hide a bit of it.
    for _ in 0..<count / 2 { addDistractor(to: &canvas, &random) }
    let outline = shape.outline(&random)
    let scale = uniform(8, 12, &random)
    let middle = Float(Self.side) / 2
    let room = 0.7 * (middle - scale)
    canvas.fill(
      outline, center: [middle + uniform(-room, room, &random), middle + uniform(-room, room, &random)],
      scale: scale, angle: uniform(-rotation, rotation, &random), color: figure, slope: 0.12 * direction(&random))
    for _ in count / 2..<count { addDistractor(to: &canvas, &random) }
    canvas.addNoise(noise * uniform(0.5, 1.5, &random), random: &random)
    canvas.append(to: &bytes)
  }

  /// Moves the red and the blue of pixels `[H, W, 3]` by 24 steps against each other.
  func tint(_ pixels: inout ArraySlice<UInt8>, isWarm: Bool) {
    let (red, blue) = isWarm ? (24, -24) : (-24, 24)
    for place in stride(from: pixels.startIndex, to: pixels.endIndex, by: 3) {
      pixels[place] = UInt8(clamping: Int(pixels[place]) + red)
      pixels[place + 2] = UInt8(clamping: Int(pixels[place + 2]) + blue)
    }
  }

  /// Adds a speck or a short stroke at a random position.
  private func addDistractor(to canvas: inout Canvas, _ random: inout RandomSource) {
    let isStroke = random.integer(below: 2) == 0
    canvas.fill(
      .capsule(
        halfLength: isStroke ? uniform(1.5, 4, &random) : 0, radius: uniform(0.5, isStroke ? 0.8 : 1.6, &random)),
      center: [uniform(0, Float(Self.side), &random), uniform(0, Float(Self.side), &random)], scale: 1,
      angle: uniform(0, .pi, &random), color: color(&random))
  }

  private func color(_ random: inout RandomSource) -> SIMD3<Float> {
    [uniform(0.05, 0.95, &random), uniform(0.05, 0.95, &random), uniform(0.05, 0.95, &random)]
  }

  private func direction(_ random: inout RandomSource) -> SIMD3<Float> {
    [uniform(-1, 1, &random), uniform(-1, 1, &random), uniform(-1, 1, &random)]
  }

  private func uniform(_ low: Float, _ high: Float, _ random: inout RandomSource) -> Float {
    low + (high - low) * random.uniform()
  }
}
