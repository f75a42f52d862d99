import Data
import Engine
import Testing

/// Drawing for procedural data sets.
struct CanvasTests {
  private func bytes(_ canvas: Canvas) -> [UInt8] {
    var bytes: [UInt8] = []
    canvas.append(to: &bytes)
    return bytes
  }

  /// The area, in pixels, of a white figure on black.
  private func area(_ outline: Outline, angle: Float = 0.3, center: SIMD2<Float> = [20, 20]) -> Float {
    var canvas = Canvas(width: 40, height: 40, color: [0, 0, 0])
    canvas.fill(outline, center: center, scale: 12, angle: angle, color: [1, 1, 1])
    return bytes(canvas).reduce(0) { $0 + Float($1) } / (3 * 255)
  }

  private static let figures: [(outline: Outline, area: Float)] = [
    (.ellipse(x: 1, y: 1), 3.1416), (.ellipse(x: 1.2, y: 0.6), 2.2619), (.rectangle(x: 1, y: 0.5), 2),
    (.corners(radii: [1, 1, 1]), 1.299), (.ring(inner: 0.5), 2.3562), (.horseshoe(inner: 0.5, halfGap: 0.5), 1.9812),
    (.capsule(halfLength: 0.8, radius: 0.3), 1.2427),
    (.polygon([[1, 0], [-0.5, 0.9], [-0.1, 0], [-0.5, -0.9]]), 0.99),
  ]

  @Test("figures have the area of their geometry, at any angle", arguments: figures, [Float(0), 0.7, 3])
  func areas(figure: (outline: Outline, area: Float), angle: Float) {
    let found = area(figure.outline, angle: angle) / 144
    #expect(abs(found - figure.area) < 0.03 * figure.area, "found \(found), expected \(figure.area)")
  }

  @Test("figures lie where they were put, and may reach over the edge")
  func places() {
    var canvas = Canvas(width: 20, height: 10, color: [0, 0, 1])
    canvas.fill(.rectangle(x: 1, y: 1), center: [16, 4], scale: 2, angle: 0, color: [1, 0, 0])
    let pixels = bytes(canvas)
    #expect(pixels.count == 10 * 20 * 3)
    for y in 0..<10 {
      for x in 0..<20 {
        let isInside = (14..<18).contains(x) && (2..<6).contains(y)
        let pixel = Array(pixels[(y * 20 + x) * 3..<(y * 20 + x) * 3 + 3])
        #expect(pixel == (isInside ? [255, 0, 0] : [0, 0, 255]), "x \(x), y \(y)")
      }
    }
    #expect(abs(area(.ellipse(x: 1, y: 1), center: [0, 20]) / 144 - .pi / 2) < 0.05)
    #expect(area(.ellipse(x: 1, y: 1), center: [-100, 1e9]) == 0)
  }

  @Test("the slope changes the color along the figure's own x axis")
  func slope() {
    var canvas = Canvas(width: 20, height: 20, color: [0, 0, 0])
    canvas.fill(
      .rectangle(x: 1, y: 1), center: [10, 10], scale: 8, angle: .pi / 2, color: [0.5, 0.5, 0.5], slope: [0.4, 0, 0])
    let pixels = bytes(canvas)
    func red(_ x: Int, _ y: Int) -> Int { Int(pixels[(y * 20 + x) * 3]) }
    #expect(red(10, 16) - red(10, 4) > 130)
    #expect(abs(red(16, 10) - red(4, 10)) <= 1)
  }

  @Test("noise and texture have the stated amplitude and depend on the random source")
  func noise() {
    func canvas(seed: UInt64) -> Canvas {
      var canvas = Canvas(width: 100, height: 100, color: [0.5, 0.5, 0.5])
      var random = RandomSource(seed: seed)
      canvas.addNoise(0.1, random: &random)
      return canvas
    }
    let pixels = bytes(canvas(seed: 1))
    for channel in 0..<3 {
      let numbers = stride(from: channel, to: pixels.count, by: 3).map { Double(pixels[$0]) / 255 }
      let mean = numbers.reduce(0, +) / 10_000
      let deviation = (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10_000).squareRoot()
      #expect(abs(mean - 0.5) < 0.005)
      #expect(abs(deviation - 0.1) < 0.004)
    }
    #expect(bytes(canvas(seed: 1)) == pixels)
    #expect(bytes(canvas(seed: 2)) != pixels)

    var textured = Canvas(width: 50, height: 50, color: [0.5, 0.5, 0.5])
    var random = RandomSource(seed: 3)
    textured.addTexture(amount: [0.2, 0.1, 0], cells: 4, random: &random)
    let texture = bytes(textured)
    let reds = stride(from: 0, to: texture.count, by: 3).map { Int(texture[$0]) }
    #expect(reds.allSatisfy { abs($0 - 128) <= 52 })
    #expect((reds.max() ?? 0) - (reds.min() ?? 0) > 30)
    #expect(stride(from: 2, to: texture.count, by: 3).allSatisfy { texture[$0] == 128 })
    // Smooth: no large step between neighbors.
    #expect((0..<50).allSatisfy { y in (1..<50).allSatisfy { abs(reds[y * 50 + $0] - reds[y * 50 + $0 - 1]) < 16 } })
  }
}
