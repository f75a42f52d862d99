import Unlearning

/// An estimate as tables print it, in parts that each format puts together: "35.20† ± 1.40 (+3.50)?".
struct CellText {
  /// With the interval over samples, where the cell is of one model alone.
  var mean: String
  var hasSamplingInterval: Bool
  /// What follows ±: `noValue` where it is not known, nil for one seed.
  var spread: String?
  /// The difference from the retrained models, with its sign, and "‡" where it is of fewer seeds than the mean.
  var difference: String?
  /// What follows the mean: "", "†", "‡" or both.
  var marks: String
  var isInconclusive: Bool
  /// Whether the method shares the mark of the best one.
  var isBest: Bool

  static let noValue = "—"
  /// Follows a value with a caveat.
  static let caveatMark = "†"
  /// Follows a value of fewer seeds than its row, and a difference of fewer seeds than its value.
  static let partialMark = "‡"
  /// Follows a difference whose interval contains 0.
  static let inconclusiveMark = "?"

  /// - Parameter seeds: Those of the row.
  init(_ estimate: Analysis.Estimate, _ unit: MeasurementUnit, _ interval: ReportInterval, seeds: Int) {
    let samples = estimate.interval
    let decimals = unit.decimals(halfWidth: estimate.halfWidth ?? samples.map { ($0.high - $0.low) / 2 })
    hasSamplingInterval = samples != nil
    mean =
      unit.text(estimate.mean, decimals: decimals)
      + (samples.map { " [\(unit.text($0.low, decimals: decimals)), \(unit.text($0.high, decimals: decimals))]" } ?? "")
    let number =
      switch interval {
      case .sd: estimate.deviation
      case .t95: estimate.halfWidth
      }
    // A score of a whole bank varies over its models also where there is one seed.
    spread = number.map { unit.text($0, decimals: decimals) } ?? (estimate.count < 2 ? nil : Self.noValue)
    difference = estimate.difference.map { difference in
      // One without an interval has no more digits than the mean.
      let decimals = difference.halfWidth.map { unit.decimals(halfWidth: $0) } ?? decimals
      return unit.signedText(difference.mean, decimals: decimals)
        + (difference.count < estimate.count ? Self.partialMark : "")
    }
    marks = (estimate.hasCaveat ? Self.caveatMark : "") + (estimate.count < seeds ? Self.partialMark : "")
    isBest = estimate.isBest
    isInconclusive = estimate.difference?.verdict == .inconclusive
  }

  /// The cell in one piece, without a mark of the best method.
  var text: String {
    mean + marks + (spread.map { " ± \($0)" } ?? "")
      + (difference.map { " (\($0))" } ?? "") + (isInconclusive ? Self.inconclusiveMark : "")
  }
}
