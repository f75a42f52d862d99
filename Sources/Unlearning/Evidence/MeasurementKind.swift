/// Which spread the values of a kind have.
///
/// A pseudo-value is `unknown` where there are too few models to leave one out.
public enum SpreadKind: Sendable, Hashable {
  /// None: the deviation of the values over seeds is that of independent values.
  case ofSeeds
  /// A pseudo-value for every model.
  case ofModels
  /// A pseudo-value for retrained models and baselines, none for others.
  case ofFloor
  /// Leave-one-out values for a model that is compared with all retrained ones, a pseudo-value for these and baselines.
  case ofComparison
  /// The pseudo-values of all models, for a score of a whole bank.
  case ofBank
  /// Never estimable, such as that of one value that all models share.
  case unknown
}

/// One kind of measurement of an attack or a metric: its name, unit, range, direction, reference and meaning.
///
/// Declared once, among `Probe.measures`, and used to make the values, so that unit, direction and reference are
/// written in one place:
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
  /// The closed range of its values.
  public let range: ClosedRange<Double>
  /// Whether higher values, lower values or values near the reference are better.
  public let direction: Direction
  /// The model whose value is the aim, or none.
  public let reference: ReferenceKind
  /// Which spread its values have.
  public let spread: SpreadKind
  /// One line on what is measured, without a final period.
  public let meaning: String

  /// Declares a kind of measurement; values lie in the range of the unit unless `range` narrows or widens it.
  public init(
    _ name: String, unit: MeasurementUnit = .fraction, range: ClosedRange<Double>? = nil, direction: Direction,
    reference: ReferenceKind = .retrained, spread: SpreadKind = .ofSeeds, meaning: String
  ) {
    self.name = name
    self.unit = unit
    self.range = range ?? unit.range
    self.direction = direction
    self.reference = reference
    self.spread = spread
    self.meaning = meaning
  }

  /// The text before and after the placeholder; nil where the name has none.
  private var fixed: (before: Substring, after: Substring)? {
    guard let start = name.firstIndex(of: "<"), let end = name.lastIndex(of: ">"), start < end else { return nil }
    return (name[..<start], name[name.index(after: end)...])
  }

  /// Whether names of this kind depend on parameters or data.
  public var hasPlaceholder: Bool { fixed != nil }

  /// This kind with `text` in place of the placeholder.
  public func named(_ text: String) -> MeasurementKind {
    guard let fixed else { preconditionFailure("'\(name)' has no placeholder") }
    var kind = self
    kind.name = fixed.before + text + fixed.after
    return kind
  }

  /// The number of characters of `other` outside the placeholder; nil if `other` is no name of this kind.
  fileprivate func fixedCount(in other: String) -> Int? {
    guard let fixed else { return other == name ? name.count : nil }
    let count = fixed.before.count + fixed.after.count
    return other.count > count && other.hasPrefix(fixed.before) && other.hasSuffix(fixed.after) ? count : nil
  }

  /// One value of this kind; a placeholder must have been filled by `named`.
  ///
  /// - Parameters:
  ///   - value: The value, in `unit`.
  ///   - perSample: A score per sample, see `MeasuredValue`.
  ///   - interval: The interval of the value over samples, see `MeasuredValue`.
  ///   - curve: The ROC curve of an area, see `MeasuredValue`.
  ///   - spread: How much the value varies between models; nil if the deviation of the values over seeds shows that.
  ///   - caveat: Why the value is degenerate or of limited meaning; nil for a sound value.
  public func value(
    _ value: Double, perSample: [Double]? = nil, interval: SamplingInterval? = nil, curve: [Double]? = nil,
    spread: Spread? = nil, caveat: String? = nil
  ) -> MeasuredValue {
    precondition(!hasPlaceholder, "the placeholder of '\(name)' is not filled")
    return MeasuredValue(
      name, value, unit: unit, direction: direction, reference: reference, perSample: perSample,
      interval: interval, curve: curve, spread: spread, caveat: caveat)
  }

  /// Whether `value` has the unit, direction and reference of this kind.
  public func describes(_ value: MeasuredValue) -> Bool {
    value.unit == unit && value.direction == direction && value.reference == reference
  }
}

extension Sequence<MeasurementKind> {
  /// The kind that a measurement's name belongs to; of several the one that fixes most of the name: `forget_test_p` is
  /// a `<part>_p` and not a `<part>`.
  public func kind(of name: String) -> MeasurementKind? {
    compactMap { kind in kind.fixedCount(in: name).map { (kind, $0) } }.max { $0.1 < $1.1 }?.0
  }
}
