/// The outline of a figure around the origin, for procedural data sets.
public enum Outline: Sendable {
  /// An ellipse with these half axes, > 0.
  case ellipse(x: Float, y: Float)
  /// Closed, without self-intersections; at least three vertices.
  case polygon([SIMD2<Float>])
  /// The region between the circles of radius `inner` (in (0, 1)) and 1.
  case ring(inner: Float)
  /// A ring with a gap of ±`halfGap` radians (in (0, π/2)) around the positive x axis.
  case horseshoe(inner: Float, halfGap: Float)
  /// All points within `radius` of the segment from (−`halfLength`, 0) to (`halfLength`, 0).
  case capsule(halfLength: Float, radius: Float)

  /// The rectangle with these half side lengths.
  public static func rectangle(x: Float, y: Float) -> Outline {
    .polygon([[-x, -y], [x, -y], [x, y], [-x, y]])
  }

  /// The star-shaped polygon with vertices at these radii, at equal angles.
  public static func corners(radii: [Float]) -> Outline {
    .polygon(
      radii.enumerated().map { number, radius in
        let angle = 2 * Float.pi * Float(number) / Float(radii.count)
        return radius * SIMD2(angle.cosine, angle.sine)
      })
  }

  /// The largest distance of a point of the figure from the origin.
  var reach: Float {
    switch self {
    case .ellipse(let x, let y): max(x, y)
    case .polygon(let corners): corners.map { ($0 * $0).sum().squareRoot() }.max() ?? 0
    case .ring, .horseshoe: 1
    case .capsule(let halfLength, let radius): halfLength + radius
    }
  }

  /// The signed distance of `point` to the outline, negative inside; exact near the outline, approximate elsewhere.
  func distance(_ point: SIMD2<Float>) -> Float {
    let length = (point * point).sum().squareRoot()
    switch self {
    case .ellipse(let x, let y):
      let axes = SIMD2(x, y)
      let scaled = point / axes
      let slope = scaled / axes
      let ratio = (scaled * scaled).sum().squareRoot()
      return ratio * (ratio - 1) / max((slope * slope).sum().squareRoot(), 1e-6) - (ratio < 1e-3 ? min(x, y) : 0)
    case .polygon(let corners):
      return Self.distance(point, toPolygon: corners)
    case .ring(let inner):
      return abs(length - (1 + inner) / 2) - (1 - inner) / 2
    case .horseshoe(let inner, let halfGap):
      let ring = abs(length - (1 + inner) / 2) - (1 - inner) / 2
      return max(ring, point.x * halfGap.sine - abs(point.y) * halfGap.cosine)
    case .capsule(let halfLength, let radius):
      let offset = point - SIMD2(max(-halfLength, min(halfLength, point.x)), 0)
      return (offset * offset).sum().squareRoot() - radius
    }
  }

  /// The smallest distance to an edge; the sign is found by counting the edges that a ray from the point crosses.
  private static func distance(_ point: SIMD2<Float>, toPolygon corners: [SIMD2<Float>]) -> Float {
    var least = Float.infinity
    var isInside = false
    var previous = corners[corners.count - 1]
    for corner in corners {
      let edge = previous - corner
      let offset = point - corner
      let along = max(0, min(1, (offset * edge).sum() / (edge * edge).sum()))
      let nearest = offset - along * edge
      least = min(least, (nearest * nearest).sum())
      if (corner.y > point.y) != (previous.y > point.y),
        point.x < corner.x + edge.x * (point.y - corner.y) / edge.y
      {
        isInside.toggle()
      }
      previous = corner
    }
    return isInside ? -least.squareRoot() : least.squareRoot()
  }
}
