import Unlearning

/// What a plan knows of the measurements of a step before they are made.
///
/// A file of measurements can be whole by its checksums and still be of something else, so it is compared with this.
struct ExpectedMeasurements: Sendable {
  /// All names that there may be; nil where the plugin does not say.
  var allowed: Set<String>?
  /// Names that there must be.
  var required: Set<String> = []
  /// Whether it may be that nothing is measured.
  var mayBeEmpty = true
  /// Where fractions lie; nil where that is not known.
  var fractions: ClosedRange<Double>?

  /// The values that a measurement in `unit` can have; nil where that is not known.
  func range(of unit: MeasurementUnit) -> ClosedRange<Double>? {
    switch unit {
    case .fraction: fractions
    case .seconds: 0...1e10
    case .bytes: 0...1e18
    case .nats: 0...Double.greatestFiniteMagnitude
    }
  }
}

/// A plugin returned what cannot be a result.
enum MeasurementError: Error, CustomStringConvertible {
  case notFinite(String)
  case outOfRange(String, Double, ClosedRange<Double>)
  case nameTwice(String, Double, Double)
  case notPlain(String)
  case nothing
  case unknown(String, allowed: Set<String>)
  case lacking(String)

  /// The most characters of a name, which may be made of that of a class or of a file.
  private static let longestName = 1000
  /// How far rounding can take a fraction out of its range: probabilities are single-precision numbers.
  private static let rounding = 1e-5

  /// - Throws: The first value that is not finite or not in its range, that is not named as `expected`, or whose name another
  ///   one has or would do something to a terminal; what is lacking.
  static func check(_ measurements: [MeasuredValue], expected: ExpectedMeasurements) throws(MeasurementError) {
    var values: [String: Double] = [:]
    for measurement in measurements {
      let name = measurement.name
      guard isPlain(name), measurement.caveat.map(isPlain) ?? true else { throw .notPlain(name) }
      guard measurement.value.isFinite else { throw .notFinite(name) }
      if let range = expected.range(of: measurement.unit),
        measurement.value < range.lowerBound - rounding || measurement.value > range.upperBound + rounding
      {
        throw .outOfRange(name, measurement.value, range)
      }
      if let allowed = expected.allowed, !allowed.contains(name) { throw .unknown(name, allowed: allowed) }
      if let first = values.updateValue(measurement.value, forKey: name) {
        throw .nameTwice(name, first, measurement.value)
      }
    }
    if measurements.isEmpty, !expected.mayBeEmpty { throw .nothing }
    if let name = expected.required.filter({ values[$0] == nil }).min() { throw .lacking(name) }
  }

  private static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.count <= longestName && !text.isEmpty && !text.contains("\n") && text.visible == text
  }

  var description: String {
    switch self {
    case .notFinite(let name): "the measurement '\(name)' is not a finite number"
    case .outOfRange(let name, let value, let range):
      "the measurement '\(name)' is \(value), which is not in [\(range.lowerBound), \(range.upperBound)]"
    case .nameTwice(let name, let first, let second):
      "two measurements are named '\(name)', one of \(first) and one of \(second); a plugin's names must differ"
    case .notPlain(let name):
      "the measurement '\(name.shownName())' has a name or a caveat that is empty, longer than \(Self.longestName) "
        + "characters or not of one line of plain text"
    case .nothing: "there is no measurement"
    case .unknown(let name, let allowed):
      "a measurement is named '\(name)', which the plugin does not measure here; it measures "
        + allowed.sorted().joined(separator: ", ")
    case .lacking(let name): "there is no measurement '\(name)'"
    }
  }
}
