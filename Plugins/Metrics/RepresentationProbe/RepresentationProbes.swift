public import Data
import Engine
public import Unlearning

/// What the features of a model know about the forgotten classes, and how similar they are to those of retrained models.
///
/// Features are what enters the last layer. All test samples are split into two halves with equally many of each
/// class; a classifier is fitted to the features and the true labels of one half, and the measurement is the fraction of
/// the forgotten classes' samples in the other half that it recognizes, the mean over `splits` random splits:
///
/// - `linear_probe`: a multinomial logistic regression, see `MultinomialRegression`
/// - `class_mean`: the class whose mean is the nearest, by Euclidean distance
/// - `neighbors`: the majority of the `neighbors` nearest samples by cosine; the first class of equals
///
/// Features of a model that never saw a class separate it, too, so that the aim is the value of retrained models and
/// not 0. `<part>_cka` of forget test and of retain test is linear centered kernel alignment with each retrained model,
/// `‖Xᵀ·Y‖² / (‖Xᵀ·X‖·‖Yᵀ·Y‖)` with Frobenius norms and the features X and Y `[N, D]` less their means over the samples:
/// 1 for equal features, also after a rotation. A retrained model is compared with the others, which gives the floor;
/// spreads are jackknives over models.
///
/// - Source: Kornblith, Norouzi, Lee, Hinton, "Similarity of neural network representations revisited", ICML 2019,
///   arXiv:1905.00414 (CKA). Linear probes are those of Alain, Bengio, arXiv:1610.01644.
/// - Note: Recall of the forgotten classes, the halves and the comparison with retrained models are ours. Features are
///   standardized by the mean and deviation of the fitted half, for all three classifiers.
public struct RepresentationProbes: Metric {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "representation", title: "Probes of the representation",
    summary: "Recovery of the forgotten classes from the features, and the similarity of the features to retraining.",
    source: Source(
      authors: "Kornblith, Norouzi, Lee, Hinton", title: "Similarity of Neural Network Representations Revisited",
      venue: "ICML 2019", arXiv: "1905.00414", place: "linear CKA; recovery of classes chosen"))
  /// Features of the measured and of retrained models.
  public static let reads: Set<EvidenceKind> = [.predictions, .features, .retrainedModels]
  /// Three recalls, and the similarity on each test part.
  public static let measures = [linearProbe, classMean, neighbors, similarity]
  private static let linearProbe = MeasurementKind(
    "linear_probe", direction: .nearest,
    meaning: "fraction of the forgotten classes that a linear probe of the features recognizes")
  private static let classMean = MeasurementKind(
    "class_mean", direction: .nearest,
    meaning: "fraction of the forgotten classes whose nearest class mean is that of their class")
  private static let neighbors = MeasurementKind(
    "neighbors", direction: .nearest,
    meaning: "fraction of the forgotten classes whose nearest neighbors are mostly of their class")
  private static let similarity = MeasurementKind(
    "<part>_cka", direction: .higher, spread: .ofComparison,
    meaning: "linear CKA of the features with those of retrained models")
  private static let similarityParts = [Part.forgetTest, .retainTest]
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2

  /// The number of random splits.
  @Parameter("number of random splits of the test samples, over which recalls are averaged", .closed(1, 1000))
  public var splits = 5
  /// The penalty of the linear probe.
  @Parameter("C of the linear probe: the smaller, the stronger its penalty", .closed(1e-6, 1e6))
  public var cost = 1.0
  /// The number of neighbors.
  @Parameter("number of nearest neighbors that vote; all samples, where there are fewer", .closed(1, 10_000))
  public var neighborCount = 20

  /// Five splits, C = 1 and 20 neighbors.
  public init() {}

  /// Requests of classes: samples of other requests have no test part.
  public func serves(_ kind: RequestKind) -> Bool { kind != .samples }

  /// A forgotten class needs two test samples, and there must be retained ones.
  public func obstacle(in cell: CellSizes) -> String? {
    if let missing = cell.missingForgetTest { return missing }
    guard cell.forgottenClasses.contains(where: { cell.count(.forgetTest, of: $0) > 1 }) else {
      return "needs two test samples of a forgotten class, one to fit to and one to judge"
    }
    return cell[.retainTest] > 0 ? nil : "needs test samples of retained classes"
  }

  /// The names of the recalls and of the similarity on both test parts.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(
      [Self.linearProbe, Self.classMean, Self.neighbors].map(\.name)
        + Self.similarityParts.map { Self.similarity.named($0.rawValue).name })
  }

  /// Measures one model.
  ///
  /// - Throws: `AttackError` when there is no other retrained model, a test part has too few samples, features are
  ///   missing or not finite, or models saw different samples.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    try recalls(evidence) + Self.similarityParts.map { try similarity(evidence, on: $0) }
  }

  private func recalls(_ evidence: Evidence) throws(AttackError) -> [MeasuredValue] {
    let retained = try evidence.samples(.retainTest), forgotten = try evidence.samples(.forgetTest)
    let known = try retained.featureRows(.retainTest)
    let samples = FeatureRows(known.values + (try forgotten.featureRows(.forgetTest).values), width: known.width)
    let labels = retained.labels + forgotten.labels
    var sums = RecoveryRecalls()
    for split in 0..<splits {
      var draw = evidence.context.random.stream("representation", split)
      let halves = draw.stratifiedHalves(labels)
      let judged = halves.first.filter { $0 >= retained.count }
      guard !judged.isEmpty else { throw .emptySet("test samples of a forgotten class in both halves") }
      sums += try RecoveryRecalls(
        samples, labels: labels, fitted: halves.second, judged: judged, cost: cost, neighborCount: neighborCount)
    }
    return [
      Self.linearProbe.value(sums.linear / Double(splits)), Self.classMean.value(sums.classMean / Double(splits)),
      Self.neighbors.value(sums.neighbors / Double(splits)),
    ]
  }

  private func similarity(_ evidence: Evidence, on part: Part) throws -> MeasuredValue {
    guard !evidence.otherRetrained.isEmpty else {
      throw AttackError.tooFewRetrainedModels(needed: Self.retrainedModelsNeeded, found: evidence.retrained.count)
    }
    let own = CenteredFeatures(try evidence.samples(part).featureRows(part))
    var isConstant = own.isConstant
    let values = try evidence.map(evidence.otherRetrained, on: part) { predictions in
      let other = CenteredFeatures(try predictions.featureRows(part))
      isConstant = isConstant || other.isConstant
      return own.alignment(with: other)
    }
    let spread: Spread
    if let position = evidence.targetPosition {
      let pairs = try evidence.distances(
        of: evidence.retrained, on: part, by: { CenteredFeatures(try $0.featureRows(part)) },
        { $0.alignment(with: $1) })
      spread = .ofPairs(pairs, at: position)
    } else {
      spread = .ofComparison(with: values, \.mean)
    }
    return Self.similarity.named(part.rawValue).value(
      values.mean, spread: spread,
      caveat: isConstant ? "a model has the same features for all samples; its CKA counts as 0" : nil)
  }
}
