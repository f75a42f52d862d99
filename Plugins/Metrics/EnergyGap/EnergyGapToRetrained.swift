public import Data
import Engine
public import Unlearning

/// The energy distance between the distribution of a method's models and that of retrained models.
///
/// `EG = 2·E d(U, R) − E d(U, U′) − E d(R, R′)`, d the mean over samples of a distance of two models' predictions, U
/// and U′ different models of the method, R and R′ different retrained models: the energy distance of two distributions
/// of models. With total variation it is 0 only where the probability of every class on every sample has the same
/// distribution over both kinds of models; estimates lie around 0 there, some below. A prediction without variation
/// between seeds, which total variation to retrained models rewards, has a large EG.
///
/// Measurements of each part:
///
/// - `<part>`: EG of all models of the method together, up to 2, which is reached where all models of a kind agree and
///   the two kinds answer differently. Every seed has the same value, and the spread is a jackknife over models.
///   Retrained models have no EG, since it is 0 for any models compared with themselves.
/// - `<part>_p`: the p-value of the permutation test, the fraction of relabelings of the models as U or R whose EG is
///   not smaller; over all of them up to 6 models of each kind, else over `permutations` random ones. With n + n models
///   no p below 2/C(2n, n) is possible: 0.1 with 3 + 3.
/// - `<part>_within`: E d(U, U′) for the model's own seed, beside E d(R, R′) in the row of retraining: models that
///   agree much more than retrained ones have less variance than retraining.
///
/// - Source: Székely, Rizzo, "Energy statistics: a class of statistics based on distances", Journal of Statistical
///   Planning and Inference 143, 2013; the distance of models and its use for unlearning are ours.
/// - Note: All pairs (i, j) of a method's and the retrained models, seeds of one number included.
public struct EnergyGapToRetrained: Metric {
  /// The distance d of two predictions p and q.
  public enum Distance: String, Codable, Sendable, CaseIterable {
    /// `½ Σ_k |p_k − q_k|`, in [0, 1].
    case totalVariation = "total_variation"
    /// `½ Σ_k (p_k − q_k)²`, in [0, 1]: with it EG is 0 as soon as the mean predictions of both kinds of models are
    /// equal.
    case squared
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "energy-gap", title: "Energy gap",
    summary: "The energy distance between the predictions of a method's models and those of retrained models.",
    source: Source(
      authors: "Székely, Rizzo", title: "Energy Statistics: A Class of Statistics Based on Distances",
      venue: "Journal of Statistical Planning and Inference 2013", place: "energy distance; distance of models chosen"),
    version: 2)
  /// Predictions of all models of the method, and of retrained ones.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels, .unlearnedModels]
  /// Three kinds per part: EG, p-value, and the distance within the method.
  public static let measures = [gap, p, within]
  // Twice a distance, less two others.
  private static let gap = MeasurementKind(
    "<part>", range: -2...2, direction: .lower, spread: .ofModels,
    meaning: "energy distance between the method's models and retrained ones")
  private static let p = MeasurementKind(
    "<part>_p", direction: .higher, spread: .unknown,
    meaning: "p-value of the energy distance, by permutations of the models")
  private static let within = MeasurementKind(
    "<part>_within", direction: .nearest, spread: .ofModels,
    meaning: "mean distance of the model from the others of its method")
  /// Two, which is the minimum for E d(R, R′).
  public static let retrainedModelsNeeded = 2
  /// A constant prediction and the mean of the retrained models.
  public static let baselines = Baseline.allCases

  /// The parts to measure, with three measurements each.
  @Parameter("parts of the data; three measurements for each")
  public var parts: [Part] = [.forgetTest, .retainTest]
  /// The distance d of two predictions.
  @Parameter("distance of two predictions: ½ Σ_k |p_k − q_k|, or ½ Σ_k (p_k − q_k)²")
  public var distance = Distance.totalVariation
  /// The number of random relabelings where there are too many to enumerate.
  @Parameter(
    "number of random permutations of more than 6 models of a kind; up to 6, all are used", .closed(100, 1_000_000))
  public var permutations = 10_000

  /// Total variation on test samples: of the forgotten class, and of the retained ones, which unlearning may disturb.
  public init() {}

  /// Rejects an empty list of parts and repeated parts.
  public func validate() throws(ParameterError) { try ParameterError.checkNames(parts, of: "parts", each: "part") }

  private var measuredParts: MeasuredParts { MeasuredParts(parts) }

  /// Sample requests have no forget test part, so they are excluded where `parts` names it.
  public func serves(_ kind: RequestKind) -> Bool { measuredParts.serves(kind) }

  /// At least one of the parts must have samples.
  public func obstacle(in cell: CellSizes) -> String? { measuredParts.obstacle(in: cell) }

  /// The names for the parts that have samples.
  public func measurementNames(in cell: CellSizes) -> Set<String>? {
    Set(measuredParts.present(in: cell).flatMap { part in Self.measures.map { $0.named(part.rawValue).name } })
  }

  /// The names without EG and p-value, which retrained models do not have.
  public func measurementNames(ofRetrainedIn cell: CellSizes) -> Set<String>? {
    Set(measuredParts.present(in: cell).map { Self.within.named($0.rawValue).name })
  }

  /// Measures the models of one method; `<part>_within` is that of the target's seed.
  ///
  /// - Throws: `AttackError` with fewer than two models of a kind, without samples, when models saw different samples,
  ///   or when logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    try checkBank(evidence)
    guard evidence.peers.count > 1, let place = evidence.peerPosition else {
      throw AttackError.requestNotServed("energy-gap needs two models of the method, that is two seeds")
    }
    let position = evidence.targetPosition
    return try measuredParts.required(in: evidence.target, of: Self.card.name).flatMap { part -> [MeasuredValue] in
      if let position {
        return [within(part, try evidence.distances(of: evidence.retrained, on: part, meanDistance), at: position)]
      }
      let (own, retrained) = (evidence.peers, evidence.retrained)
      let models = ModelDistances(
        values: try evidence.distances(of: own.appending(retrained), on: part, meanDistance), split: own.count)
      let gap = models.gap(models.all)
      let (p, smallest) = models.permutationP(
        permutations: permutations, random: evidence.context.random.stream("energy-gap", part.place))
      let counts = "\(own.count) + \(retrained.count) models"
      return [
        Self.gap.named(part.rawValue).value(gap, spread: models.spread(at: place)),
        Self.p.named(part.rawValue).value(
          p, spread: .unknown,
          caveat: smallest > 0.05 ? "with \(counts) no p below \(percent(smallest)) % is possible" : nil),
        within(part, models.among(own.indices), at: place),
      ]
    }
  }

  /// Measures a baseline, which has no variation between seeds: `2·E d(B, R) − E d(R, R′)`.
  ///
  /// - Throws: As for a model.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] {
    try checkBank(evidence)
    guard let position = evidence.targetPosition else { throw AttackError.notCalibrated("a retrained model") }
    return try measuredParts.required(in: evidence.target, of: Self.card.name).map { part in
      let retrained = try evidence.probabilities(of: evidence.retrained, on: part)
      func gap(_ models: [[[Double]]]) -> Double {
        let distances = models.indices.map { left in
          meanDistance(baseline.probabilities(of: models, without: left), models[left])
        }
        let among = ModelDistances(models, split: 0, meanDistance)
        return 2 * distances.mean - among.meanOfPairs(among.all.retrained)
      }
      return Self.gap.named(part.rawValue).value(
        gap(retrained), spread: .jackknife(retrained, at: position, gap))
    }
  }

  private func within(_ part: Part, _ distances: [[Double]], at place: Int) -> MeasuredValue {
    let others = distances.indices.filter { $0 != place }.map { distances[place][$0] }
    return Self.within.named(part.rawValue).value(others.mean, spread: .ofPairs(distances, at: place))
  }

  private func checkBank(_ evidence: Evidence) throws(AttackError) {
    guard evidence.retrained.count >= Self.retrainedModelsNeeded else {
      throw .tooFewRetrainedModels(needed: Self.retrainedModelsNeeded, found: evidence.retrained.count)
    }
  }

  private func meanDistance(_ first: [[Double]], _ second: [[Double]]) -> Double {
    var sum = 0.0
    for (p, q) in zip(first, second) {
      for (a, b) in zip(p, q) { sum += distance == .squared ? (a - b) * (a - b) : abs(a - b) }
    }
    // Probabilities in single precision can add up to slightly more than 1.
    return min(1, 0.5 * sum / Double(first.count))
  }

  /// "10" for 0.1, "33.3" for 1/3.
  private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}

extension Part {
  /// The index among all parts, which separates their random streams.
  fileprivate var place: Int { Part.allCases.firstIndex(of: self) ?? 0 }
}
