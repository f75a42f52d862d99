/// The unit of a measured value.
public enum MeasurementUnit: String, Sendable, Codable {
  /// In [0, 1] (a gap in [−1, 1]); tables show percent.
  case fraction
  /// Wall-clock time.
  case seconds
  /// Memory.
  case bytes
  /// Entropy or divergence with natural logarithms.
  case nats

  /// Where values in this unit can lie; a kind of measurement can have another range.
  public var range: ClosedRange<Double> {
    switch self {
    case .fraction: 0...1
    case .seconds: 0...1e10
    case .bytes: 0...1e18
    case .nats: 0...Double.greatestFiniteMagnitude
    }
  }
}

/// Which values are better.
public enum Direction: String, Sendable, Codable {
  /// More is better.
  case higher
  /// Less is better.
  case lower
  /// The nearer to the reference, the better.
  case nearest
}

/// What a value is compared with.
public enum ReferenceKind: String, Sendable, Codable {
  /// A model retrained without the forget set.
  case retrained
  /// Nothing.
  case none
}

/// One number that a metric or an attack found; `MeasurementKind.value` makes it.
public struct MeasuredValue: Sendable, Codable, Hashable {
  /// The split or variant, snake_case, as in "retain_test".
  ///
  /// The plugin's name stands before it in tables.
  public var name: String
  /// The value, in `unit`.
  public var value: Double
  /// Its unit.
  public var unit: MeasurementUnit
  /// Which values are better.
  public var direction: Direction
  /// What it is compared with.
  public var reference: ReferenceKind
  /// A score per sample, where they exist, in the order of the part's rows.
  public var perSample: [Double]?
  /// What shows how much the value varies from model to model; nil where that is the value itself.
  public var spread: Spread?
  /// Why the value says less than it seems to, in one short sentence without a final stop; nil for a sound value.
  ///
  /// Tables mark such a value and print each sentence once below. Example: "the decision is the same for all scores".
  public var caveat: String?

  package init(
    _ name: String, _ value: Double, unit: MeasurementUnit = .fraction, direction: Direction,
    reference: ReferenceKind = .retrained, perSample: [Double]? = nil, spread: Spread? = nil, caveat: String? = nil
  ) {
    self.name = name
    self.value = value
    self.unit = unit
    self.direction = direction
    self.reference = reference
    self.perSample = perSample
    self.spread = spread
    self.caveat = caveat
  }
}
