import Unlearning

extension StepKind {
  /// Runs an attack on one model and stores its measurements.
  public static let attack = StepKind(rawValue: "attack")
}

/// Runs an attack on one model and stores its measurements.
package struct AttackStep: ProbeStep {
  package static let kind = StepKind.attack
  package static let weight = 3.0
  static let role = ProbeKind.attack
  package var setting: StepSetting
  var probe: Configured
  var target: ProbeTarget
}
