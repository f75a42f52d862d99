import Engine
public import Unlearning

/// How far predictions are from retraining on retained test samples, by the distance of these to the forget set.
///
/// For each retained test sample x the discrepancy is the mean total variation distance between the model's prediction
/// and those of the retrained models. The distance of x to the forget set is the mean cosine distance of its features to
/// those of the `neighbors` nearest samples of forget train, with the features of the original model of the first seed,
/// standardized over retained test samples: all models of a cell have the same distances.
///
/// - `decile_1` … `decile_10`: the mean discrepancy in each tenth of the samples, the nearest first
/// - `class_<class>`: the mean discrepancy of each retained class; the one whose difference to retraining is the largest
///   is the collateral class
/// - `rho`: Spearman's rank correlation of nearness with the excess of the discrepancy, which is the discrepancy less the
///   mean one between two retrained models on x: above 0 where unlearning disturbs the neighborhood of the forget set
///
/// A retrained model is compared with the others, which gives the floor; the difference to it is the excess. Spreads are
/// jackknives over models.
///
/// - Source: arXiv:2605.31317, of which the abstract was read: discrepancy per sample from retraining grows near the
///   forget set. Distance, tenths and correlation are ours.
public struct NeighborhoodDiscrepancy: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "neighborhood-discrepancy", title: "Discrepancy by distance to the forget set",
    summary: "Total variation to retrained models on retained test samples, by their distance to the forget set.",
    source: Source(
      authors: "Lacuna", venue: "this framework", arXiv: "2605.31317", place: "after the observation in its abstract"))
  /// Predictions, and the features of the original model.
  public static let reads: Set<EvidenceKind> = [.predictions, .features, .retrainedModels, .originalModels]
  /// Discrepancies of tenths and of classes, and their correlation with nearness.
  public static let measures = [tenth, ofClass, correlation]
  private static let tenth = MeasurementKind(
    "decile_<n>", direction: .lower, spread: .ofComparison,
    meaning: "mean total variation distance from retrained models in a tenth of the retained samples, nearest first")
  private static let ofClass = MeasurementKind(
    "class_<class>", direction: .lower, spread: .ofComparison,
    meaning: "mean total variation distance from retrained models on the test samples of a retained class")
  private static let correlation = MeasurementKind(
    "rho", range: -1...1, direction: .nearest, spread: .ofComparison,
    meaning: "rank correlation of nearness to the forget set with the excess distance from retrained models")
  private static let tenths = 10
  /// Three, so that without one of them there is still a distance between two.
  public static let retrainedModelsNeeded = 3

  /// The number of forgotten samples that a distance is the mean of.
  @Parameter("number of nearest forgotten samples whose mean distance counts", .closed(1, 10_000))
  public var neighbors = 10

  /// The mean of ten.
  public init() {}

  /// Every tenth needs a sample.
  public func obstacle(in cell: CellSizes) -> String? {
    cell[.retainTest] < Self.tenths ? "needs \(Self.tenths) retained test samples" : nil
  }

  /// The names of the tenths, of the retained classes and of the correlation.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    let classes = MeasuredValue.names(for: cell.classNames).enumerated()
      .filter { cell.count(.retainTest, of: $0.offset) > 0 }.map { Self.ofClass.named($0.element).name }
    return Set((1...Self.tenths).map { Self.tenth.named("\($0)").name } + classes + [Self.correlation.name])
  }

  /// Measures one model.
  ///
  /// - Throws: `AttackError` when there are fewer than three retrained models or no original, a part has too few samples,
  ///   features are missing, numbers are not finite, or models saw different samples.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    guard evidence.retrained.count >= Self.retrainedModelsNeeded else {
      throw AttackError.tooFewRetrainedModels(
        needed: Self.retrainedModelsNeeded, found: evidence.retrained.count)
    }
    let samples = try evidence.samples(.retainTest)
    guard samples.count >= Self.tenths else { throw AttackError.emptySet("\(Self.tenths) retained test samples") }
    let distances = try ForgetSetDistances(evidence, neighbors: neighbors).values
    var models = try evidence.probabilities(of: evidence.retrained, on: .retainTest)
    if evidence.targetPosition == nil { models.append(samples.probabilityRows) }
    let discrepancies = Discrepancies(models, retrained: evidence.retrained.count, target: evidence.targetPosition)

    let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    let tenths = (0..<Self.tenths).map { place in
      discrepancies.value(
        Self.tenth.named("\(place + 1)"),
        of: order[place * order.count / Self.tenths..<(place + 1) * order.count / Self.tenths])
    }
    let rows = Dictionary(grouping: samples.labels.indices) { samples.labels[$0] }
    let classes = MeasuredValue.names(for: evidence.context.classNames).enumerated().compactMap { label, name in
      rows[label].map { discrepancies.value(Self.ofClass.named(name), of: $0[...]) }
    }
    return tenths + classes + [discrepancies.correlation(Self.correlation, with: distances.map { -$0 })]
  }
}
