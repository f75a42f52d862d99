public import Data
import Engine
public import Unlearning

/// The mean total variation distance between a model's predictions and those of retrained models.
///
/// `TV(p, q) = ½ Σ_k |p_k − q_k|`, in [0, 1], over all K classes. With retrained models `R_1 … R_m` the measurement of
/// a part is, by `against`:
///
/// - `each`: `mean_j mean_x TV(p_U(·|x), p_{R_j}(·|x))`
/// - `mean`: `mean_x TV(p_U(·|x), mean_j p_{R_j}(·|x))`
/// - `distribution`: `mean_j TV(mean_x p_U(·|x), mean_x p_{R_j}(·|x))`
///
/// A retrained model is compared with the others: its value is the floor, the variation between independent trainings;
/// the excess of an unlearned model above it is its leak. Spreads are jackknives over models, since values share
/// retrained models: the floor's leaves out one of them, a method's its model and the retrained one of the same seed
/// together. With two models a spread is unknown. All this holds for the baselines, too.
///
/// A value at the floor is no certificate: predictions without variation between seeds are favored, and a constant
/// prediction can be below the floor. Both baselines are therefore reported; `energy-gap` is the distance between
/// distributions of models. Measurements are named by their part: `total-variation.forget_test`.
///
/// - Source: Wang, Ebrahimpour-Boroojeny, Sundaram, "On the necessity of output distribution reweighting for effective
///   class unlearning", arXiv:2506.20893 (v1).
/// - Note: The paper states a metric "based on the total variation distance of the prediction probabilities". Means
///   over samples and pairs of models, the part and the floor are not stated in the paper; chosen.
public struct PredictionTotalVariation: Metric {
  /// How a model is compared with the retrained models.
  public enum Against: String, Codable, Sendable, CaseIterable {
    /// Every retrained model, sample by sample.
    case each
    /// The mean prediction of the retrained models, sample by sample.
    case mean
    /// The mean prediction over the samples, for every retrained model.
    case distribution
  }

  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "total-variation", title: "Total variation of predictions",
    summary: "Mean total variation distance between the predictions of a model and those of retrained models.",
    source: Source(
      authors: "Wang, Ebrahimpour-Boroojeny, Sundaram",
      title: "On the Necessity of Output Distribution Reweighting for Effective Class Unlearning",
      venue: "arXiv 2025 (v1)", arXiv: "2506.20893", place: "TV metric; aggregation chosen"), version: 4)
  /// Predictions of the measured and of retrained models.
  public static let reads: Set<EvidenceKind> = [.predictions, .retrainedModels]
  /// One kind per part; its reference is the floor between retrained models.
  public static let measures = [distance]
  private static let distance = MeasurementKind(
    "<part>", direction: .lower, spread: .ofComparison,
    meaning: "mean total variation distance from the predictions of retrained models")
  /// Two, so that each retrained model can be compared with another one, which gives the floor.
  public static let retrainedModelsNeeded = 2

  /// A constant prediction and the mean of the retrained models.
  public static let baselines = Baseline.allCases

  /// The parts to measure, one measurement each.
  @Parameter("parts of the data; a measurement for each") public var parts: [Part] = [.forgetTest]
  /// How a model is compared with the retrained models.
  @Parameter("comparison with each retrained model, with their mean prediction, or of means over the samples")
  public var against = Against.each

  /// `each` on forget test: per sample and pair of models.
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
    Set(measuredParts.present(in: cell).map { Self.distance.named($0.rawValue).name })
  }

  /// Measures one model; one measurement per part that has samples.
  ///
  /// - Throws: `AttackError` when there is no other retrained model, no part has samples, models saw different samples,
  ///   or logits are not finite.
  public func measure(_ evidence: Evidence) throws -> [MeasuredValue] {
    let others = evidence.otherRetrained
    guard !others.isEmpty else {
      throw AttackError.tooFewRetrainedModels(
        needed: Self.retrainedModelsNeeded, found: evidence.retrained.count)
    }
    return try measuredParts.required(in: evidence.target, of: Self.card.name).map { part in
      let own = try evidence.samples(part).probabilityRows
      let references = try evidence.probabilities(of: others, on: part)
      var value = measurement(part, own, references)
      if let position = evidence.targetPosition {
        var models = references
        models.insert(own, at: position)
        value.spread = spread(models, at: position)
      } else {
        value.spread = .ofComparison(with: references) { measurement(part, own, $0).value }
      }
      return value
    }
  }

  /// Measures a baseline against the retrained model of one seed.
  ///
  /// The spread is a jackknife over models, since every baseline is computed from the other models: the values of
  /// `meanRetrained` deviate by less than half of it.
  ///
  /// - Throws: `AttackError` when there are fewer than two retrained models, or as for a model.
  public func measure(_ baseline: Baseline, _ evidence: Evidence) throws -> [MeasuredValue] {
    guard evidence.retrained.count >= Self.retrainedModelsNeeded, let position = evidence.targetPosition else {
      throw AttackError.tooFewRetrainedModels(
        needed: Self.retrainedModelsNeeded, found: evidence.retrained.count)
    }
    return try measuredParts.present(in: evidence.target).map { part in
      let models = try evidence.probabilities(of: evidence.retrained, on: part)
      func distances(_ models: [[[Double]]]) -> [MeasuredValue] {
        models.indices.map { left in
          measurement(part, baseline.probabilities(of: models, without: left), [models[left]])
        }
      }
      var value = distances(models)[position]
      value.perSample = nil
      value.spread = .jackknife(models, at: position) { models in distances(models).map(\.value).mean }
      return value
    }
  }

  /// The spread of the floor, the mean of every retrained model's value against the others.
  private func spread(_ models: [[[Double]]], at position: Int) -> Spread {
    guard models.count > 2 else { return .unknown }
    if against == .mean {
      return .jackknife(models, at: position) { models in
        models.indices.map { own in
          let others = models.indices.filter { $0 != own }.map { models[$0] }
          return measurement(.forgetTest, models[own], others).value
        }.mean
      }
    }
    var distances = [[Double]](repeating: [Double](repeating: 0, count: models.count), count: models.count)
    for first in models.indices {
      for second in models.indices where second > first {
        distances[first][second] = measurement(.forgetTest, models[first], [models[second]]).value
        distances[second][first] = distances[first][second]
      }
    }
    return .ofPairs(distances, at: position)
  }

  private func measurement(_ part: Part, _ own: [[Double]], _ references: [[[Double]]]) -> MeasuredValue {
    let kind = Self.distance.named(part.rawValue)
    let perSample: [Double]
    switch against {
    case .each:
      perSample = own.indices.map { row in references.map { totalVariation(own[row], $0[row]) }.mean }
    case .mean:
      perSample = own.indices.map { row in totalVariation(own[row], meanRow(references.map { $0[row] })) }
    case .distribution:
      let values = references.map { totalVariation(meanRow(own), meanRow($0)) }
      return kind.value(values.mean)
    }
    return kind.value(perSample.mean, perSample: perSample)
  }
}

/// Half the sum of absolute differences of two distributions over the same classes.
package func totalVariation(_ p: [Double], _ q: [Double]) -> Double {
  precondition(p.count == q.count, "distributions over \(p.count) and \(q.count) classes")
  return 0.5 * zip(p, q).reduce(0) { $0 + abs($1.0 - $1.1) }
}

private func meanRow(_ rows: [[Double]]) -> [Double] {
  var sums = [Double](repeating: 0, count: rows[0].count)
  for row in rows { for (column, value) in row.enumerated() { sums[column] += value } }
  return sums.map { $0 / Double(rows.count) }
}
