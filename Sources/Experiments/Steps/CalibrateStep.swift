import JSON
import Unlearning

extension StepKind {
  /// Calibrates an attack or a metric on the retrained models.
  public static let calibrate = StepKind(rawValue: "calibrate")
}

/// Runs `Probe.calibrate` on the retrained models, once for all models of a grid.
package struct CalibrateStep: StepBody {
  package static let kind = StepKind.calibrate
  package static let weight = 3.0
  package var setting: StepSetting
  var role: ProbeKind
  package var probe: Configured
  /// The prediction steps of the retrained models.
  package var bank: [StepKey]
  /// The steps of these models, for a probe that reads parameters; else none.
  package var models: [StepKey] = []

  static let file = "calibration.json"

  package var inputs: [StepKey] { bank + models }

  package func run(on bench: Bench) throws -> Artifact {
    let calibration = try bench.plugins.probe(probe, role)
      .calibrate(
        bench.bank(bank), models: models.isEmpty ? nil : try bench.sharedModels(models, setting),
        context: try bench.context(setting))
    return Artifact([(Self.file, Array(try canonicalJSON(calibration).utf8))])
  }
}

extension PlanBuilder {
  /// Plans the calibration of `probe` on the predictions of `bank`, and on the parameters of `models`.
  mutating func addCalibration(
    _ setting: Setting, _ role: ProbeKind, _ probe: Variant, bank: [StepKey], models: [StepKey]
  ) throws -> StepKey {
    add(
      CalibrateStep(setting: setting.values, role: role, probe: probe.configured, bank: bank, models: models),
      label(setting, setting.values.requestLabel, probe.label),
      configuration: common(setting) + (try request(setting)) + [try part(role.rawValue, probe)], plugins: [probe])
  }
}
