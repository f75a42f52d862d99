/// The accepted difference between a number and the expected one: `absolute` + `relative`·|expected|.
public struct Tolerance: Sendable, Hashable {
  /// The accepted difference for any expected number; ≥ 0.
  public var absolute: Double
  /// The accepted difference as a fraction of the expected number's magnitude; ≥ 0.
  public var relative: Double

  /// A tolerance of `absolute` + `relative`·|expected|.
  public init(absolute: Double = 0, relative: Double = 0) {
    precondition(absolute >= 0 && relative >= 0, "a tolerance is not negative: \(absolute), \(relative)")
    self.absolute = absolute
    self.relative = relative
  }

  /// The accepted difference from `expected`.
  public func allowed(around expected: Double) -> Double { absolute + relative * expected.magnitude }
}

extension Tolerance: CustomStringConvertible {
  /// The tolerance as a formula.
  public var description: String { "\(absolute) + \(relative)·|expected|" }
}

/// Comparisons of numbers with messages that say where and by how much they differ.
///
/// Each returns nil if the two sides agree, else a message: `#expect(Comparison.difference(…) == nil)`. Lengths, shapes
/// and names are compared before any number.
public enum Comparison {
  /// The number of differences that a message lists; the others are only counted.
  static let listed = 5

  /// Describes where `actual` exceeds the tolerance around `expected`; nil if it does not.
  ///
  /// An infinity agrees only with the same infinity; NaN agrees with nothing.
  /// - `shape`: The row-major shape of both, to print an index along each dimension; nil for a plain list.
  public static func difference(
    _ actual: some Collection<some BinaryFloatingPoint>, from expected: some Collection<some BinaryFloatingPoint>,
    within tolerance: Tolerance, shape: [Int]? = nil
  ) -> String? {
    guard actual.count == expected.count else { return "\(actual.count) numbers, expected \(expected.count)" }
    if let shape, shape.reduce(1, *) != actual.count { return "\(actual.count) numbers do not fill shape \(shape)" }
    var lines: [String] = []
    var wrong = 0
    var largest = (error: -1.0, index: 0)
    for (index, pair) in zip(actual, expected).enumerated() {
      let (a, e) = (Double(pair.0), Double(pair.1))
      if a == e { continue }
      let known = a.isFinite && e.isFinite
      let error = known ? (a - e).magnitude : .infinity
      if known && error <= tolerance.allowed(around: e) { continue }
      wrong += 1
      if error > largest.error { largest = (error, index) }
      if lines.count < listed {
        let text = known ? "\(error)" : "not finite"
        lines.append("[\(place(index, shape))] is \(pair.0), expected \(pair.1), error \(text)")
      }
    }
    guard wrong > 0 else { return nil }
    let most = largest.error.isFinite ? "\(largest.error)" : "not finite"
    let head =
      "\(wrong) of \(actual.count) numbers leave the tolerance \(tolerance); largest error \(most) "
      + "at [\(place(largest.index, shape))]"
    return ([head] + lines + (wrong > listed ? ["…"] : [])).joined(separator: "\n  ")
  }

  /// The index along each dimension of `shape` of the number at `index` in row-major order.
  static func place(_ index: Int, _ shape: [Int]?) -> String {
    guard let shape, shape.count > 1 else { return "\(index)" }
    var rest = index
    var parts: [Int] = []
    for extent in shape.reversed() {
      parts.append(rest % extent)
      rest /= extent
    }
    return parts.reversed().map(\.description).joined(separator: ", ")
  }
}
