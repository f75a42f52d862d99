import Data
import JSON
import Unlearning

/// Shadow models: originals of random halves, and models of each method that forget some of their members.
extension PlanBuilder {
  /// The fewest samples of a request among which shadow models forget: a half has hardly ever fewer than two of them.
  private static let fewestShadowSamples = 20
  /// The fewest models that must have forgotten a sample on average; one is judged, one left out, two have a deviation.
  private static let fewestForgetters = 4.0

  /// Why a probe that reads shadow models cannot have them; nil for others and where it can.
  func shadowObstacle(_ probe: Variant, _ group: Group) -> String? {
    guard Self.reads(probe, .shadowModels), group.request.kind == .samples, !experiment.isAudit else { return nil }
    guard let shadows = experiment.shadows else {
      return "reads shadow models of random halves; write for example 'bank: {size: 32, halves: true}'"
    }
    let forgetters =
      0.5 * shadows.forgetFraction * Double(shadows.forgetsPerModel * group.shadowSettings.count)
    guard forgetters >= Self.fewestForgetters else {
      return
        "needs \(Int(Self.fewestForgetters)) models that forgot a sample, and there are \(forgetters) on average; use a "
        + "larger 'size', 'forgets_per_model' or 'forget_fraction'"
    }
    guard let count = group.sizes?[.forgetTrain], count < Self.fewestShadowSamples else { return nil }
    return "needs \(Self.fewestShadowSamples) samples to draw forget sets among, and the request has \(count)"
  }

  /// The shadow models of `subject` as evidence of `probe`, with the steps that make them; nil, with a reason, where
  /// exclusions leave not all of them.
  mutating func addShadows(of subject: Subject, _ probe: Variant, _ group: Group) throws -> ProbeTarget? {
    let found =
      if let imported = experiment.imports?.shadows {
        try addImportedShadows(imported, of: subject, probe, group)
      } else {
        try addTrainedShadows(of: subject, probe, group)
      }
    guard let shadows = found else { return nil }
    var target = ProbeTarget(predictions: (shadows.unlearned + shadows.originals)[0])
    target.shadows = shadows
    target.expected = expectedMeasurements(of: probe, target, group, isReference: subject.referenceProbes == nil)
    return target
  }

  private mutating func addTrainedShadows(
    of subject: Subject, _ probe: Variant, _ group: Group
  ) throws -> ProbeTarget.Shadows? {
    guard let settings = experiment.shadows else { preconditionFailure("an obstacle without a bank of halves") }
    var shadows = ProbeTarget.Shadows(
      originals: [], seeds: [], forgetsPerModel: settings.forgetsPerModel, forgetFraction: settings.forgetFraction)
    for setting in group.shadowSettings {
      let original = try addTraining(setting, on: .half(seed: setting.seeds.training))
      shadows.originals.append(try addPrediction(setting, model: original, of: "original of a half"))
      shadows.seeds.append(setting.seeds.training)
      guard let method = subject.method else { continue }
      let call =
        method.startsFromOriginal
        ? setting.unlearning(experiment.seeds.unlearning(subject.round, of: setting.seeds.training)) : setting
      if let exclusion = exclusion(group, call, method: method, attack: nil) {
        prune(
          probe, group,
          because: "\(probe.name) of \(subject.label) needs its models of all seeds of the bank; "
            + "{\(exclusion.description)} excludes one")
        return nil
      }
      for number in 0..<settings.forgetsPerModel {
        let draw = ShadowDraw(number: number, fraction: settings.forgetFraction)
        let model = try addUnlearning(call, method: method, original: original, draw: draw)
        shadows.unlearned.append(try addPrediction(call, model: model, of: method.label + Self.text(draw)))
      }
    }
    return shadows
  }
}
