import Data
import Engine
public import Unlearning

/// The accuracy of each group of test samples, of the worst one, and of the groups that are to be forgotten.
///
/// Measurements, in [0, 1]: `group-accuracy.<class>_<value>` for each group with test samples, `group-accuracy.worst`
/// over these, and, in group requests, `group-accuracy.forget_group` over all test samples of the forgotten groups
/// together (GA of MIU). Names are those of `MeasuredValue.names(for:reserved:)`. The last shows the cost of partial
/// forgetting for the rest of the group.
/// - Source: De Min, Roy, Lathuilière, Ricci, Mancini, TMLR 2025, arXiv:2503.09330; released code, `metrics.py`
///   (`target_acc`); the worst group as Sagawa et al., ICLR 2020, arXiv:1911.08731.
public struct GroupwiseAccuracy: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "group-accuracy", title: "Accuracy by group",
    summary: "The fraction of test samples that are classified correctly, in each group of class and attribute.",
    source: .groupRobustUnlearning(place: "released code, metrics.py"), version: 2)
  /// Predictions of the measured model and the sensitive attribute.
  public static let reads: Set<EvidenceKind> = [.predictions, .groups]
  /// Higher is better, except for the forgotten groups, whose aim is the value of retrained models.
  public static let measures = [group, worst, forgetGroup]
  private static let group = MeasurementKind(
    "<class>_<value>", direction: .higher, meaning: "accuracy on the test samples of one group")
  private static let worst = MeasurementKind(
    "worst", direction: .higher, meaning: "accuracy of the group with the lowest one")
  private static let forgetGroup = MeasurementKind(
    "forget_group", direction: .nearest, meaning: "accuracy on the test samples of the groups to be forgotten")

  /// No parameters.
  public init() {}

  /// Measures one model.
  ///
  /// - Throws: `AttackError` without groups or test samples, or when logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let (samples, sensitive, groups) = try evidence.groupedTestSamples()
    let rightly = zip(samples.logits.argmaxOfRows, samples.labels).map { $0 == $1 }
    func accuracy(_ isMember: (SampleGroup) -> Bool) -> Double? {
      let rows = rightly.indices.filter {
        isMember(SampleGroup(target: samples.labels[$0], sensitive: sensitive[$0]))
      }
      return rows.isEmpty ? nil : Double(rows.count { rightly[$0] }) / Double(rows.count)
    }
    let all = (0..<evidence.context.classCount).flatMap { target in
      groups.attribute.valueNames.indices.map { SampleGroup(target: target, sensitive: $0) }
    }
    let names = MeasuredValue.names(
      for: all.map { "\(evidence.context.classNames[$0.target]) \(groups.attribute.valueNames[$0.sensitive])" },
      reserved: [Self.worst.name, Self.forgetGroup.name])
    var values: [MeasuredValue] = zip(all, names).compactMap { group, name in
      accuracy { $0 == group }.map { Self.group.named(name).value($0) }
    }
    values.append(Self.worst.value(values.map(\.value).min() ?? 0))
    let forgotten = Set(groups.forgotten)
    if !forgotten.isEmpty, let found = accuracy(forgotten.contains) {
      values.append(Self.forgetGroup.value(found))
    }
    return values
  }
}
