import Unlearning

/// The plan's expectations of the measurements of a step.
///
/// A file of measurements with valid checksums may still belong to something else, so it is compared with these.
struct ExpectedMeasurements: Codable, Sendable {
  /// The kinds of measurements that the plugin declares; nil where they are not known.
  ///
  /// Not encoded with a step, since the process that runs it has the plugin.
  var declared: [MeasurementKind]?
  /// The names that may occur; nil where the plugin does not declare them.
  var allowed: Set<String>?
  /// The names that must occur.
  var required: Set<String> = []
  /// Whether an empty list of measurements is valid.
  var mayBeEmpty = true
  /// Whether the plan's numbers of samples are certain: pictures that cannot be decoded may be left out of them.
  var isCounted = true
  /// The numbers of samples of the parts, of one of which per-sample scores are; nil where they are not known.
  var partSizes: Set<Int>?
  /// The number of retrained models that a model is compared with, each of which a spread may leave out; nil for these
  /// themselves, for baselines, and where it is not known.
  var retrainedModels: Int?
  /// Whether the values are those of a retrained model or of a baseline.
  var isFloor = false

  /// The number of models, or groups of models, of a jackknife over a bank; nil where it is not known.
  var bankGroups: Int?

  private enum CodingKeys: String, CodingKey {
    case allowed, required, mayBeEmpty, isCounted, partSizes, retrainedModels, isFloor, bankGroups
  }
}

/// A plugin returned invalid measurements.
enum MeasurementError: Error, CustomStringConvertible {
  case notFinite(String)
  case outOfRange(String, Double, ClosedRange<Double>)
  case impossibleSpread(String, Double)
  case wrongSpread(String, expected: String)
  case wrongSpreadCount(String, Int, expected: Int)
  case impossibleInterval(String, SamplingInterval)
  case impossibleCurve(String)
  case impossibleScore(String, Double)
  case wrongScoreCount(String, Int, expected: Set<Int>)
  case nameTwice(String, Double, Double)
  case notPlain(String)
  case nothing
  case unknown(String, allowed: Set<String>)
  case unlike(MeasuredValue, MeasurementKind)
  case lacking(String)

  /// The maximum length of a name, which may contain that of a class or a file.
  private static let longestName = 1000
  /// The tolerance of ranges: fractions are computed from single-precision probabilities.
  private static let rounding = 1e-5
  /// The largest number of a spread in multiples of the unit's range: pseudo-values over n models go to about 2n.
  private static let largestSpread = 1e6

  /// Whether `value` is finite and in `range`, but for rounding.
  static func isPossible(_ value: Double, in range: ClosedRange<Double>) -> Bool {
    value.isFinite && value >= range.lowerBound - rounding && value <= range.upperBound + rounding
  }

  /// - Throws: `MeasurementError` for the first value that is not finite, does not match a kind in `expected`, is out
  ///   of range, has an impossible spread or score per sample, or a number of these that does not match the plan, or a
  ///   repeated or unprintable name; and for missing values.
  static func check(_ measurements: [MeasuredValue], expected: ExpectedMeasurements) throws(MeasurementError) {
    var values: [String: Double] = [:]
    for measurement in measurements {
      let name = measurement.name
      guard isPlain(name), measurement.caveat.map(isPlain) ?? true else { throw .notPlain(name) }
      guard measurement.value.isFinite else { throw .notFinite(name) }
      if let allowed = expected.allowed, !allowed.contains(name) { throw .unknown(name, allowed: allowed) }
      if let declared = expected.declared {
        guard let kind = declared.kind(of: name) else {
          throw .unknown(name, allowed: Set(declared.map(\.name)))
        }
        guard kind.describes(measurement) else { throw .unlike(measurement, kind) }
        guard isPossible(measurement.value, in: kind.range) else {
          throw .outOfRange(name, measurement.value, kind.range)
        }
        if let form = expected.wrongForm(of: measurement.spread, kind.spread) {
          throw .wrongSpread(name, expected: form)
        }
      }
      let largest = min(measurement.unit.range.upperBound * largestSpread, .greatestFiniteMagnitude)
      if let impossible = measurement.spread?.numbers.first(where: { !($0.magnitude <= largest) }) {
        throw .impossibleSpread(name, impossible)
      }
      if case .withoutEach(let numbers) = measurement.spread, let models = expected.retrainedModels,
        numbers.count != models
      {
        throw .wrongSpreadCount(name, numbers.count, expected: models)
      }
      if case .pseudoValues(let numbers) = measurement.spread, let groups = expected.bankGroups, numbers.count != groups
      {
        throw .wrongSpreadCount(name, numbers.count, expected: groups)
      }
      if let interval = measurement.interval,
        !(interval.low <= interval.high) || !isPossible(measurement.value, in: interval.low...interval.high)
      {
        throw .impossibleInterval(name, interval)
      }
      if let curve = measurement.curve,
        curve.count != ROCCurve.rates.count || !curve.allSatisfy({ isPossible($0, in: 0...1) })
      {
        throw .impossibleCurve(name)
      }
      if let scores = measurement.perSample {
        if let impossible = scores.first(where: { !$0.isFinite }) { throw .impossibleScore(name, impossible) }
        if let sizes = expected.partSizes, !sizes.contains(scores.count) {
          throw .wrongScoreCount(name, scores.count, expected: sizes)
        }
      }
      if let first = values.updateValue(measurement.value, forKey: name) {
        throw .nameTwice(name, first, measurement.value)
      }
    }
    if measurements.isEmpty, !expected.mayBeEmpty { throw .nothing }
    if expected.isCounted, let name = expected.missing(in: measurements).first { throw .lacking(name) }
  }

  private static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.count <= longestName && !text.isEmpty && !text.contains("\n") && text.visible == text
  }

  var description: String {
    switch self {
    case .notFinite(let name): "the measurement '\(name)' is not a finite number"
    case .outOfRange(let name, let value, let range):
      "the measurement '\(name)' is \(value), which is not in [\(range.lowerBound), \(range.upperBound)]"
    case .impossibleSpread(let name, let number): "the measurement '\(name)' has the impossible spread \(number)"
    case .wrongSpread(let name, let expected): "the spread of '\(name)' is not \(expected)"
    case .wrongSpreadCount(let name, let count, let expected):
      "the spread of '\(name)' has \(count) values, one for each model that is left out; expected \(expected)"
    case .impossibleScore(let name, let score): "the measurement '\(name)' has the score \(score) of a sample"
    case .wrongScoreCount(let name, let count, let expected):
      "the measurement '\(name)' has scores of \(count) samples; the parts have "
        + expected.sorted().map(String.init).joined(separator: ", ")
    case .impossibleInterval(let name, let interval):
      "the interval of '\(name)', [\(interval.low), \(interval.high)], does not contain it"
    case .impossibleCurve(let name):
      "the ROC curve of '\(name)' is not of \(ROCCurve.rates.count) rates in [0, 1]"
    case .nameTwice(let name, let first, let second):
      "two measurements are named '\(name)', one of \(first) and one of \(second); a plugin's names must differ"
    case .notPlain(let name):
      "the measurement '\(name.shownName())' has a name or a caveat that is empty, longer than \(Self.longestName) "
        + "characters or not of one line of plain text"
    case .nothing: "there is no measurement"
    case .unknown(let name, let allowed):
      "a measurement is named '\(name)', which the plugin does not measure here; it measures "
        + allowed.sorted().joined(separator: ", ")
    case .unlike(let value, let kind):
      "the measurement '\(value.name)' is in \(value.unit) (better: \(value.direction), reference: \(value.reference)), "
        + "and the plugin declares \(kind.unit) (better: \(kind.direction), reference: \(kind.reference))"
    case .lacking(let name): "there is no measurement '\(name)'"
    }
  }
}

extension ExpectedMeasurements {
  /// The names that must occur, but do not.
  func missing(in measurements: [MeasuredValue]) -> [String] {
    required.subtracting(measurements.map(\.name)).sorted()
  }

  /// The form that a spread of `kind` has here; nil where `spread` has it.
  fileprivate func wrongForm(of spread: Spread?, _ kind: SpreadKind) -> String? {
    switch (kind, spread) {
    case (.ofSeeds, nil), (.unknown, .unknown), (.ofModels, .pseudoValue), (.ofModels, .unknown): nil
    case (.ofBank, .pseudoValues), (.ofBank, .unknown): nil
    case (.ofFloor, nil) where !isFloor: nil
    case (.ofFloor, .pseudoValue) where isFloor, (.ofFloor, .unknown) where isFloor: nil
    case (.ofComparison, .withoutEach) where !isFloor: nil
    case (.ofComparison, .pseudoValue) where isFloor: nil
    case (.ofComparison, .unknown) where isFloor || retrainedModels == 1: nil
    case (.ofSeeds, _): "absent"
    case (.ofFloor, _) where !isFloor: "absent"
    case (.unknown, _): "'unknown'"
    case (.ofBank, _): "a list of pseudo-values"
    case (.ofComparison, _) where !isFloor: "a list"
    default: "a number"
    }
  }
}

extension Spread {
  /// All numbers that say how much the value varies.
  fileprivate var numbers: [Double] {
    switch self {
    case .pseudoValue(let number): [number]
    case .withoutEach(let numbers), .pseudoValues(let numbers): numbers
    case .unknown: []
    }
  }
}
