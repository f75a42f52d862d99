public import Data
package import Engine
public import Unlearning

/// The relative three-sample test: whether outputs are nearer to those of retrained models than to those of originals.
///
/// X are the rows of outputs of the model, Y those of all retrained models and Z those of all originals, on the same
/// samples, the model itself left out. With the energy distance
/// `D(X, Y) = 2·E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖` the statistic is `Δ = D(X, Y) − D(X, Z)`, shown as `Δ / D(Y, Z)`: about
/// −1 for a retrained model and +1 for an original, and not bounded.
///
/// It does not ask whether the model is retrained: an ordinary two-sample test rejects even a retrained model of another
/// batch size. `_p` and `_p_models` are p-values of "nearer to the originals, or as near":
///
/// - `_p`: random sign flips of the contributions of the samples, which sum up to Δ.
/// - `_p_models`: sign flips of Δ against each pair of a retrained model and the original of its seed.
///
/// - Source: Bounliphone, Belilovsky, Blaschko, Antonoglou, Gretton, "A Test of Relative Similarity For Model Selection in
///   Generative Models", ICLR 2016, arXiv:1511.04581, with the energy distance; its use for unlearning follows the abstract
///   of arXiv:2601.19755.
/// - Note: Contributions of samples share the models, so that a small `_p` says that Δ is below 0 for these models. All
///   pairs share the attacked model, so that a small `_p_models` says nothing of other models of the method: of models
///   half way between retraining and originals 18 % have `_p_models` of at most 5 % with five pairs, and 5 % such a `_p`.
public struct RelativeThreeSampleTest: Attack {
  /// The outputs that are compared.
  public enum Outputs: String, Codable, Sendable, CaseIterable {
    /// `[N, K]`, before the softmax.
    case logits
    /// `[N, K]`.
    case probabilities
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "three-sample", title: "Relative three-sample test",
    summary: "Tests whether a model's outputs are nearer to those of retrained models than to those of originals.",
    source: Source(
      authors: "Bounliphone, Belilovsky, Blaschko, Antonoglou, Gretton",
      title: "A Test of Relative Similarity For Model Selection in Generative Models", venue: "ICLR 2016",
      arXiv: "1511.04581", place: "relative test, with the energy distance in place of MMD"))
  /// Predictions, those of retrained models and of originals.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels, .originalModels]
  /// The statistic and two p-values of each part.
  public static let measures = [ratio, samples, models]
  private static let ratio = MeasurementKind(
    "<part>", range: -1e6...1e6, direction: .nearest,
    meaning: "distance to retrained models less that to originals, over the distance of these")
  private static let samples = MeasurementKind(
    "<part>_p", direction: .lower, reference: .none, spread: .unknown,
    meaning: "p-value over samples of being nearer to originals than to retrained models")
  private static let models = MeasurementKind(
    "<part>_p_models", direction: .lower, reference: .none, spread: .unknown,
    meaning: "p-value over models of being nearer to originals than to retrained models")
  /// Two: a retrained model is compared with another one.
  public static let retrainedModelsNeeded = 2

  /// What its values mean.
  public static let reading = [
    "About -1 where a model's outputs are as near to those of retrained models as another retrained model's, about +1 where "
      + "they are those of an original; 0 is half way. All retrained models and all originals are pooled, the model itself "
      + "left out.",
    "Small p-values say: nearer to retraining than to the original. They do not say that the model is like a retrained one, "
      + "which -0.5 is not. Both are of one model: over the seeds of a method, see the difference to retrain's row.",
    "At most maximum_samples samples are drawn; the value of another draw of 500 deviates by about 0.01.",
  ]

  /// The parts to measure.
  @Parameter("parts of the data; three measurements for each") public var parts: [Part] = [.forgetTest]
  /// The outputs of a sample.
  @Parameter("outputs of a sample that are compared") public var outputs = Outputs.logits
  /// The most samples of a part.
  @Parameter(
    "most samples of a part, drawn at random; distances take time and memory of their square", .closed(2, 10_000))
  public var maximumSamples = 500
  /// The number of sign flips.
  @Parameter("random sign flips for each p-value", .closed(100, 1_000_000)) public var flips = 10_000

  /// Logits on test samples of the forgotten class.
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

  /// Tests one model.
  ///
  /// - Throws: `AttackError` without another retrained model or original, without samples, when models saw different
  ///   samples, or when logits are not finite.
  public func attack(_ evidence: Evidence) throws -> [MeasuredValue] {
    let retrained = evidence.otherRetrained
    let originals = evidence.originals.without(evidence.originalPosition)
    guard !retrained.isEmpty else {
      throw AttackError.tooFewRetrainedModels(needed: 2, found: evidence.retrained.count)
    }
    guard !originals.isEmpty else {
      throw AttackError.requestNotServed("three-sample needs an original of another seed")
    }
    return try measuredParts.required(in: evidence.target, of: Self.card.name).flatMap { part -> [MeasuredValue] in
      var random = evidence.context.random.stream("three-sample", Part.allCases.firstIndex(of: part) ?? 0)
      let count = evidence.target[part].count
      let places =
        count > maximumSamples ? random.sample(maximumSamples, of: Array(0..<count)).sorted() : Array(0..<count)
      let target = rows(evidence.target[part].selecting(places))
      let near = Pool(try evidence.map(retrained, on: part) { rows($0.selecting(places)) })
      let far = Pool(try evidence.map(originals, on: part) { rows($0.selecting(places)) })
      let between = near.meanDistance(to: far)
      let apart = 2 * between - near.within - far.within
      let (toNear, toFar) = (near.distances(of: target), far.distances(of: target))
      let constant = near.within - far.within
      // Δ is the mean over samples and models: E‖x − x′‖ is in both distances.
      let contributions = (0..<target.count).map { sample -> Double in
        let (near, far) = (toNear.map { $0[sample] }.mean, toFar.map { $0[sample] }.mean)
        return 2 * (near - far) - constant
      }
      let pairs = (0..<min(toNear.count, toFar.count)).map { model -> Double in
        2 * (toNear[model].mean - toFar[model].mean) - near.own[model] + far.own[model]
      }
      return [
        Self.ratio.named(part.rawValue).value(
          apart > 0 ? contributions.mean / apart : 0,
          caveat: apart > Self.leastDistance * between
            ? nil : "retrained models and originals are too near to each other for a ratio"),
        Self.samples.named(part.rawValue).value(
          signFlipP(contributions, random.stream("samples")), spread: .unknown),
        Self.models.named(part.rawValue).value(
          signFlipP(pairs, random.stream("models")), spread: .unknown,
          caveat: pairs.count < 5 ? "fewer than five pairs of models have no p-value below 5 %" : nil),
      ]
    }
  }

  /// The least energy distance of retrained models and originals, in multiples of the mean distance of their rows.
  private static let leastDistance = 0.02

  private func rows(_ predictions: Predictions) -> DistanceRows {
    DistanceRows(outputs == .logits ? predictions.logits : predictions.probabilities)
  }

  /// The fraction of sign flips of `numbers` whose mean is not larger, all flips where there are no more than `flips`.
  package func signFlipP(_ numbers: [Double], _ source: RandomSource) -> Double {
    let observed = numbers.reduce(0, +)
    let tolerance = 1e-12 * numbers.reduce(0) { $0 + abs($1) }
    if numbers.count < 16, 1 << numbers.count <= flips {
      let all = 1 << numbers.count
      let notLarger = (0..<all).count { flip in
        numbers.indices.reduce(0.0) { $0 + (flip >> $1 & 1 == 0 ? numbers[$1] : -numbers[$1]) } <= observed + tolerance
      }
      return Double(notLarger) / Double(all)
    }
    var random = source
    let notLarger = (0..<flips).count { _ in
      var (sum, bits) = (0.0, UInt64(0))
      for (place, number) in numbers.enumerated() {
        if place % 64 == 0 { bits = random.next() }
        sum += bits >> UInt64(place % 64) & 1 == 0 ? number : -number
      }
      return sum <= observed + tolerance
    }
    return Double(notLarger + 1) / Double(flips + 1)
  }

  /// The rows of several models on the same samples as one sample of outputs.
  private struct Pool {
    let models: [DistanceRows]
    /// E‖y − y′‖ within each model.
    let own: [Double]
    /// E‖y − y′‖ of different rows of all models.
    let within: Double

    init(_ models: [DistanceRows]) {
      self.models = models
      own = models.map(\.meanPairDistance)
      let n = Double(models[0].count)
      var (sum, pairs) = (0.0, 0.0)
      for (first, model) in models.enumerated() {
        sum += own[first] * n * (n - 1)
        pairs += n * (n - 1)
        for other in models[..<first] {
          sum += 2 * model.meanDistances(to: other).mean * n * n
          pairs += 2 * n * n
        }
      }
      within = pairs > 0 ? sum / pairs : 0
    }

    /// For each model the mean distance of each row of `target` from the model's rows.
    func distances(of target: DistanceRows) -> [[Double]] { models.map { target.meanDistances(to: $0) } }

    /// E‖y − z‖ for the rows z of another pool.
    func meanDistance(to other: Pool) -> Double {
      models.flatMap { model in other.models.map { model.meanDistances(to: $0).mean } }.mean
    }
  }
}
