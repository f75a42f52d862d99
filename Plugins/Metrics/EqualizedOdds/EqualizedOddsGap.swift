import Data
import Engine
public import Unlearning

/// The equalized odds gap: the difference of accuracy between the values of the sensitive attribute within a class.
///
/// `EO = ½·Σ_{a ∈ {0, 1}} |acc(t = a, s = 0) − acc(t = a, s = 1)|` over test samples, in [0, 1]. With two classes and
/// two values of the attribute t is the class and s the value. Otherwise t is whether the class is one of the request's
/// groups, s whether the value is, and acc counts samples whose predicted class is their own.
/// - Source: Hardt, Price, Srebro, NeurIPS 2016, arXiv:1610.02413; in the form of De Min et al., TMLR 2025,
///   arXiv:2503.09330, released code, `metrics.py`.
public struct EqualizedOddsGap: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "equalized-odds", title: "Equalized odds gap",
    summary: "The mean difference in accuracy between two halves of each class, by the sensitive attribute.",
    source: .groupRobustUnlearning(place: "released code, metrics.py"))
  /// Predictions of the measured model and the sensitive attribute.
  public static let reads: Set<EvidenceKind> = [.predictions, .groups]
  /// One gap; lower is fairer.
  public static let measures = [gap]
  private static let gap = MeasurementKind(
    "test", direction: .lower, meaning: "mean difference in test accuracy between the values of the attribute")

  /// No parameters.
  public init() {}

  /// Measures one model.
  ///
  /// - Throws: `AttackError` without groups, when one of the four cells has no test samples, or when logits are not
  ///   finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let (samples, sensitive, groups) = try evidence.groupedTestSamples()
    let isBinary = evidence.context.classCount == 2 && groups.attribute.valueNames.count == 2
    if !isBinary, groups.forgotten.isEmpty {
      throw AttackError.requestNotServed(
        "equalized-odds needs two classes and two values of the attribute, or a request of groups to divide them by")
    }
    let targets = Set(groups.forgotten.map(\.target)), values = Set(groups.forgotten.map(\.sensitive))
    var counts = [Int](repeating: 0, count: 4)
    var right = counts
    for (row, predicted) in samples.logits.argmaxOfRows.enumerated() {
      let label = samples.labels[row]
      let t = isBinary ? label : targets.contains(label) ? 1 : 0
      let s = isBinary ? sensitive[row] : values.contains(sensitive[row]) ? 1 : 0
      counts[2 * t + s] += 1
      if predicted == label { right[2 * t + s] += 1 }
    }
    guard counts.allSatisfy({ $0 > 0 }) else {
      throw AttackError.emptySet("test samples of both classes with both values of '\(groups.attribute.name)'")
    }
    let accuracies = zip(right, counts).map { Double($0) / Double($1) }
    let gap = (abs(accuracies[0] - accuracies[1]) + abs(accuracies[2] - accuracies[3])) / 2
    return [Self.gap.value(gap)]
  }
}
