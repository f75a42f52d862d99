import JSON
import Unlearning

extension StepKind {
  /// Runs a metric on one model and stores its measurements.
  public static let measure = StepKind(rawValue: "measure")
}

/// Runs a metric on a model or on a baseline.
package struct MeasureStep: ProbeStep {
  package static let kind = StepKind.measure
  package static let weight = 0.1
  package var setting: StepSetting
  package var metric: Configured
  var target: ProbeTarget

  package func run(on bench: Bench) throws -> Artifact {
    try measure(try bench.plugins.metric(metric), on: bench)
  }
}
