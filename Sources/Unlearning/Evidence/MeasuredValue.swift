/// The unit of a measured value.
public enum MeasurementUnit: String, Sendable, Codable {
  /// A number in [0, 1] (a gap in [−1, 1]); tables show percent.
  case fraction
  /// Wall-clock time in seconds.
  case seconds
  /// Memory in bytes.
  case bytes
  /// Entropy or divergence with natural logarithms.
  case nats
  /// An L2 distance of parameters.
  case distance
  /// Steps of an optimizer.
  case steps
  /// Energy.
  case joules

  /// The default range of values in this unit, see `MeasurementKind.range`.
  public var range: ClosedRange<Double> {
    switch self {
    case .fraction: 0...1
    case .seconds: 0...1e10
    case .bytes: 0...1e18
    case .joules: 0...1e15
    case .nats, .distance, .steps: 0...Double.greatestFiniteMagnitude
    }
  }
}

/// Whether higher values, lower values or values near the reference are better.
public enum Direction: String, Sendable, Codable {
  /// Higher values are better.
  case higher
  /// Lower values are better.
  case lower
  /// Values near the reference's value are better.
  case nearest
}

/// The model whose value is the aim.
public enum ReferenceKind: String, Sendable, Codable {
  /// A model retrained without the forget set.
  case retrained
  /// No reference: the direction alone says what is better.
  case none
}

/// One result of a metric or an attack, made by `MeasurementKind.value`.
public struct MeasuredValue: Sendable, Codable, Hashable {
  /// The split or variant, snake_case, as in "retain_test".
  ///
  /// Tables prefix it with the plugin's name.
  public var name: String
  /// The value, in `unit`.
  public var value: Double
  /// The unit of `value`, which also decides how tables format it.
  public var unit: MeasurementUnit
  /// Whether higher values, lower values or values near the reference are better.
  public var direction: Direction
  /// The model whose value is the aim, or none.
  public var reference: ReferenceKind
  /// A score per sample, where they exist, in the order of the part's rows.
  public var perSample: [Double]?
  /// The interval of the value over the samples of its model; nil where it has none.
  ///
  /// Tables with one seed print it, since nothing else says what such a value is worth.
  public var interval: SamplingInterval?
  /// The true positive rates of the ROC curve at `ROCCurve.rates`; nil for values that are no area under one.
  public var curve: [Double]?
  /// How much the value varies between models; nil where the deviation of the values over seeds shows that.
  public var spread: Spread?
  /// Why the value is degenerate or of limited meaning, in one short sentence without a final period; nil if it is
  /// sound.
  ///
  /// Tables mark such a value and print each sentence once below. Example: "the decision is the same for all scores".
  public var caveat: String?

  package init(
    _ name: String, _ value: Double, unit: MeasurementUnit = .fraction, direction: Direction,
    reference: ReferenceKind = .retrained, perSample: [Double]? = nil, interval: SamplingInterval? = nil,
    curve: [Double]? = nil, spread: Spread? = nil, caveat: String? = nil
  ) {
    self.name = name
    self.value = value
    self.unit = unit
    self.direction = direction
    self.reference = reference
    self.perSample = perSample
    self.interval = interval
    self.curve = curve
    self.spread = spread
    self.caveat = caveat
  }
}
