import Data
import Engine

/// The ten classes: five pairs of similar shapes, each pair dissimilar to the others.
enum ShapeClass: Int, CaseIterable {
  case circle, ellipse, square, rectangle, triangle, arrowhead, star, cross, ring, horseshoe

  var name: String { "\(self)" }

  /// An outline of this class; each varies, and the members of a pair come close to each other.
  ///
  /// Scaled so that all classes cover about the same area: size does not reveal the class.
  func outline(_ random: inout RandomSource) -> Outline {
    func draw(_ low: Float, _ high: Float) -> Float { low + (high - low) * random.uniform() }
    switch self {
    case .circle, .ellipse:
      let stretch = (self == .circle ? draw(1, 1.22) : draw(1.22, 1.8)).squareRoot()
      return .ellipse(x: 0.85 * stretch, y: 0.85 / stretch)
    case .square, .rectangle:
      let stretch = (self == .square ? draw(1, 1.22) : draw(1.22, 1.8)).squareRoot()
      return .rectangle(x: 0.76 * stretch, y: 0.76 / stretch)
    case .triangle:
      return .corners(radii: [draw(1.05, 1.3), draw(1.05, 1.2), draw(1.05, 1.2)])
    case .arrowhead:
      // A triangle whose third side is drawn inwards, towards or past the middle.
      let wing = draw(1.1, 1.25)
      let notch = draw(-0.1, 0.38)
      return .polygon([[1.3, 0], [-0.5 * wing, 0.87 * wing], [-notch - 0.1, 0], [-0.5 * wing, -0.87 * wing]])
    case .star:
      let (tip, dent) = (draw(1.1, 1.25), draw(0.45, 0.62))
      return .corners(radii: (0..<10).map { $0.isMultiple(of: 2) ? tip : dent })
    case .cross:
      let (arm, half) = (draw(0.95, 1.1), draw(0.26, 0.42))
      return .polygon([
        [arm, -half], [arm, half], [half, half], [half, arm], [-half, arm], [-half, half],
        [-arm, half], [-arm, -half], [-half, -half], [-half, -arm], [half, -arm], [half, -half],
      ])
    case .ring:
      return .ring(inner: draw(0.35, 0.65))
    case .horseshoe:
      return .horseshoe(inner: draw(0.35, 0.65), halfGap: draw(0.12, 0.6))
    }
  }
}
