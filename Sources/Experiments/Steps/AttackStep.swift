import JSON
import Unlearning

extension StepKind {
  /// Runs an attack on one model and stores its measurements.
  public static let attack = StepKind(rawValue: "attack")
}

/// Runs an attack on one model and stores its measurements.
package struct AttackStep: ProbeStep {
  package static let kind = StepKind.attack
  package static let weight = 3.0
  package var setting: StepSetting
  package var attack: Configured
  var target: ProbeTarget

  package func run(on bench: Bench) throws -> Artifact {
    try measure(try bench.plugins.attack(attack), on: bench)
  }
}
