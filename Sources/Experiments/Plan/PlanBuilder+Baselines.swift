import JSON
import ConfigYAML
import Unlearning

extension PlanBuilder {
  /// The predictions of all models of one method, and the index of the measured one.
  struct Peers {
    var predictions: [StepKey] = []
    var position = 0
    /// The index among the group's originals of the model that each was made from; empty for retrained models.
    var originals: [Int] = []
  }

  /// A model under evaluation, and the models that it is compared with.
  struct Subject {
    var setting: Setting
    /// The method, as labels print it.
    var label: String
    /// Which of the calls on each original it is of.
    var round = 0
    /// nil for an original.
    var method: Variant?
    /// The call that made it; nil for an original.
    var model: StepKey?
    var peers: Peers
    /// The predictions of the retrained models.
    var bank: [StepKey]
    /// The models themselves: the measured one, its original, and the retrained ones; nil without originals.
    var models: ProbeTarget.Models?
    /// The index in the bank; nil for a model that is not retrained.
    var position: Int?
    /// The probes of the retrained model of the same seed; nil for a retrained model.
    var referenceProbes: [Cell.Probe]?
    /// The probes of the retrained models of other seeds, for a retrained model.
    var otherReferenceProbes: [[Cell.Probe]] = []
  }

  /// Plans the baselines that metrics measure in addition to the retrained models, one cell per seed.
  mutating func addBaselines(_ group: Group, bank: [StepKey]) throws {
    for baseline in Baseline.allCases {
      let metrics = experiment.metrics.filter { metric in
        guard let plugin = metric.probe, type(of: plugin).baselines.contains(baseline) else {
          return false
        }
        return canRun(metric, group, models: bank.count)
      }
      guard !metrics.isEmpty else { continue }
      for (position, setting) in group.settings.enumerated() {
        var probes: [Cell.Probe] = []
        for metric in metrics {
          var target = ProbeTarget(
            predictions: bank[position], bank: bank, position: position, baseline: baseline)
          target.expected = expectedMeasurements(of: metric, target, group, isReference: false)
          probes.append(try addProbe(metric, setting, of: baseline.rawValue, target))
        }
        addBaselineCell(group, setting, baseline, probes: probes)
      }
    }
  }
}
