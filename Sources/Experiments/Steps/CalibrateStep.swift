import JSON
import Unlearning

extension StepKind {
  /// Calibrates an attack on the retrained models.
  public static let calibrate = StepKind(rawValue: "calibrate")
}

/// Runs `Attack.calibrate` on the retrained models, once for all attacks of a grid.
package struct CalibrateStep: StepBody {
  package static let kind = StepKind.calibrate
  package static let weight = 3.0
  package var setting: StepSetting
  package var attack: Configured
  /// The prediction steps of the retrained models.
  package var bank: [StepKey]
  /// The steps of these models, for an attack that reads parameters; else none.
  package var models: [StepKey] = []

  static let file = "calibration.json"

  package var inputs: [StepKey] { bank + models }

  package func run(on bench: Bench) throws -> Artifact {
    let calibration = try bench.plugins.attack(attack)
      .calibrate(
        bench.bank(bank), models: models.isEmpty ? nil : try bench.sharedModels(models, setting),
        context: try bench.context(setting))
    return Artifact([(Self.file, Array(try canonicalJSON(calibration).utf8))])
  }
}

extension PlanBuilder {
  /// Plans the calibration of `attack` on the predictions of `bank`, and on the parameters of `models`.
  mutating func addCalibration(
    _ setting: Setting, attack: Variant, bank: [StepKey], models: [StepKey]
  ) throws -> StepKey {
    add(
      CalibrateStep(setting: setting.values, attack: attack.configured, bank: bank, models: models),
      label(setting, setting.values.requestLabel, attack.label),
      configuration: common(setting) + (try request(setting)) + [try part("attack", attack)], plugins: [attack])
  }
}
