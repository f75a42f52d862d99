public import Unlearning

extension Analysis {
  /// The attack's measurement that tells the models of a method from retrained ones most clearly.
  ///
  /// Attacks have different units and spreads, so they are compared by the p-value of their difference to the retrained
  /// models (`Difference.p`), not by its size. A difference that is no leak has p = 1: one below the retrained models
  /// where the lower value is better, above where the higher one is. The choice is corrected for by Bonferroni's method,
  /// over the measurements of attacks of this model; not for the number of methods.
  public struct WorstCase: Sendable, Hashable, Codable {
    /// The name of the measurement.
    public var measurement: String
    /// Its unit.
    public var unit: MeasurementUnit
    /// The number of measurements it was chosen from: those of attacks whose p-value is known.
    public var choices: Int
    /// The mean difference to the retrained models.
    public var difference: Double
    /// Half the width of its interval by Student's t at the confidence 1 − 5 %/`choices`; nil where all differences are
    /// equal.
    public var halfWidth: Double?
    /// The p-value times `choices`, at most 1.
    public var adjustedP: Double
    /// Whether `adjustedP` is at most 5 %.
    public var isFound: Bool { adjustedP <= 0.05 }
  }
}

extension Analysis.WorstCase {
  /// The worst case of `estimates`, one for each of `measurements`; nil where no attack has a difference with a p-value.
  init?(_ estimates: [Analysis.Estimate?], of measurements: [Analysis.Measurement]) {
    let found = zip(measurements, estimates).compactMap { measurement, estimate in
      estimate?.difference.flatMap { difference in
        measurement.kind == .attack
          ? difference.leakP(measurement.direction).map { (measurement, difference, $0) } : nil
      }
    }
    guard let (measurement, difference, p) = found.min(by: { $0.2 < $1.2 }), let degrees = difference.degrees else {
      return nil
    }
    let choices = found.count
    let width = StudentT.quantile(1 - 0.05 / Double(choices), degrees: degrees) / StudentT.quantile(degrees: degrees)
    self.init(
      measurement: measurement.name, unit: measurement.unit, choices: choices, difference: difference.mean,
      halfWidth: difference.halfWidth.map { $0 * width }, adjustedP: min(1, Double(choices) * p))
  }
}

extension Analysis.Difference {
  /// `p` where the difference is a leak, and else 1; nil where it cannot be known.
  fileprivate func leakP(_ direction: Direction) -> Double? {
    let isLeak =
      switch direction {
      case .lower: mean > 0
      case .higher: mean < 0
      case .nearest: true
      }
    return isLeak ? p : p.map { _ in 1 }
  }
}
