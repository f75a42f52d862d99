/// One kind of measurement of an attack or a metric: what a table says of it besides the number.
///
/// Declared once, among `Probe.measures`, and used to make the values, so that unit, direction and reference are written
/// in one place:
///
/// ```swift
/// static let gap = MeasurementKind("<part>_gap", direction: .lower, meaning: "distance from retrained models")
/// static let measures = [gap]
/// … Self.gap.named("forget_test").value(0.25)   // forget_test_gap
/// ```
public struct MeasurementKind: Sendable, Hashable {
  /// The name in snake_case; a text in angle brackets is a placeholder, for names that depend on parameters or data.
  public private(set) var name: String
  /// The unit of its values.
  public let unit: MeasurementUnit
  /// Where its values can lie.
  public let range: ClosedRange<Double>
  /// Which values are better.
  public let direction: Direction
  /// What its values are compared with.
  public let reference: ReferenceKind
  /// What is measured, in one line without a final stop.
  public let meaning: String

  /// A kind of measurement.
  ///
  /// - Parameter range: That of the unit if left out.
  public init(
    _ name: String, unit: MeasurementUnit = .fraction, range: ClosedRange<Double>? = nil, direction: Direction,
    reference: ReferenceKind = .retrained, meaning: String
  ) {
    self.name = name
    self.unit = unit
    self.range = range ?? unit.range
    self.direction = direction
    self.reference = reference
    self.meaning = meaning
  }

  /// What stands before and after the placeholder; nil where the name has none.
  private var fixed: (before: Substring, after: Substring)? {
    guard let start = name.firstIndex(of: "<"), let end = name.lastIndex(of: ">"), start < end else { return nil }
    return (name[..<start], name[name.index(after: end)...])
  }

  /// Whether names of this kind depend on parameters or data.
  public var hasPlaceholder: Bool { fixed != nil }

  /// The same kind with `text` in place of the placeholder.
  public func named(_ text: String) -> MeasurementKind {
    guard let fixed else { preconditionFailure("'\(name)' has no placeholder") }
    var kind = self
    kind.name = fixed.before + text + fixed.after
    return kind
  }

  /// How many characters of `other` the name fixes if `other` is a name of this kind; nil if it is not.
  fileprivate func fixedCount(in other: String) -> Int? {
    guard let fixed else { return other == name ? name.count : nil }
    let count = fixed.before.count + fixed.after.count
    return other.count > count && other.hasPrefix(fixed.before) && other.hasSuffix(fixed.after) ? count : nil
  }

  /// One value of this kind, whose placeholder is filled, see `named`.
  ///
  /// - Parameters:
  ///   - value: The value, in `unit`.
  ///   - perSample: A score per sample, see `MeasuredValue`.
  ///   - spread: What shows how much the value varies from model to model; nil if that is the value itself.
  ///   - caveat: Why the value says less than it seems to; nil for a sound value.
  public func value(
    _ value: Double, perSample: [Double]? = nil, spread: Spread? = nil, caveat: String? = nil
  ) -> MeasuredValue {
    precondition(!hasPlaceholder, "the placeholder of '\(name)' is not filled")
    return MeasuredValue(
      name, value, unit: unit, direction: direction, reference: reference, perSample: perSample, spread: spread,
      caveat: caveat)
  }

  /// Whether `value` has the unit, direction and reference of this kind.
  public func describes(_ value: MeasuredValue) -> Bool {
    value.unit == unit && value.direction == direction && value.reference == reference
  }
}

extension Sequence<MeasurementKind> {
  /// The kind that a measurement's name belongs to; of several the one that fixes most of the name: `forget_test_p` is a
  /// `<part>_p` and not a `<part>`.
  public func kind(of name: String) -> MeasurementKind? {
    compactMap { kind in kind.fixedCount(in: name).map { (kind, $0) } }.max { $0.1 < $1.1 }?.0
  }
}
