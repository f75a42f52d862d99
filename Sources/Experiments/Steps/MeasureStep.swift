import Unlearning

extension StepKind {
  /// Runs a metric on one model and stores its measurements.
  public static let measure = StepKind(rawValue: "measure")
}

/// Runs a metric on a model or on a baseline.
package struct MeasureStep: ProbeStep {
  package static let kind = StepKind.measure
  package static let weight = 0.1
  static let role = ProbeKind.metric
  package var setting: StepSetting
  var probe: Configured
  var target: ProbeTarget
}
