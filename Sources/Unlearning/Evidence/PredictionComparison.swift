import Engine

/// A comparison of a model's predictions with those of retrained models on the same samples.
///
/// Its value is by `Against`, with a distance d of two predictions, or a similarity:
///
/// - `each`: `mean_j mean_x d(p_U(·|x), p_{R_j}(·|x))`
/// - `mean`: `mean_x d(p_U(·|x), mean_j p_{R_j}(·|x))`
/// - `distribution`: `mean_j d(mean_x p_U(·|x), mean_x p_{R_j}(·|x))`
///
/// A retrained model is compared with the others, which gives the floor. Spreads are jackknives over models, since
/// values share retrained models: the floor's leaves out one of them, a method's its model and the retrained one of the
/// same seed together. With two models a spread is unknown. All this holds for the baselines, too.
public struct PredictionComparison: Sendable {
  /// How a model is compared with the retrained models.
  public enum Against: String, Codable, Sendable, CaseIterable {
    /// Every retrained model, sample by sample.
    case each
    /// The mean prediction of the retrained models, sample by sample.
    case mean
    /// The mean prediction over the samples, for every retrained model.
    case distribution
  }

  private let against: Against
  private let distance: @Sendable ([Double], [Double]) -> Double

  /// A comparison by `distance`, a symmetric function of the probabilities of all classes for two models.
  public init(against: Against, _ distance: @escaping @Sendable ([Double], [Double]) -> Double) {
    (self.against, self.distance) = (against, distance)
  }

  /// The value of a model with its spread.
  ///
  /// - Parameters:
  ///   - kind: The kind of the value.
  ///   - own: The model's probabilities, `[N][K]`.
  ///   - others: Those of the retrained models other than itself, at least one, `[models][N][K]`.
  ///   - position: The index of the model among the retrained ones; nil when it is none of them.
  public func value(
    _ kind: MeasurementKind, of own: [[Double]], with others: [[[Double]]], at position: Int?
  ) -> MeasuredValue {
    var value = measured(kind, own, others)
    if let position {
      var models = others
      models.insert(own, at: position)
      value.spread = floorSpread(kind, models, at: position)
    } else {
      value.spread = .ofComparison(with: others) { measured(kind, own, $0).value }
    }
    return value
  }

  /// The value of a baseline against one retrained model.
  ///
  /// The spread is a jackknife over models, since every baseline is computed from the other models: the values of
  /// `meanRetrained` deviate by less than half of it.
  /// - Parameters:
  ///   - kind: The kind of the value.
  ///   - baseline: The baseline.
  ///   - models: The probabilities of all retrained models, at least two, `[models][N][K]`.
  ///   - position: The index of the model that the baseline is compared with.
  public func value(
    _ kind: MeasurementKind, of baseline: Baseline, among models: [[[Double]]], at position: Int
  ) -> MeasuredValue {
    func distances(_ models: [[[Double]]]) -> [MeasuredValue] {
      models.indices.map { left in
        measured(kind, baseline.probabilities(of: models, without: left), [models[left]])
      }
    }
    var value = distances(models)[position]
    value.perSample = nil
    value.spread = .jackknife(models, at: position) { models in distances(models).map(\.value).mean }
    return value
  }

  /// The spread of the floor, the mean of every retrained model's value against the others.
  private func floorSpread(_ kind: MeasurementKind, _ models: [[[Double]]], at position: Int) -> Spread {
    guard models.count > 2 else { return .unknown }
    if against == .mean {
      return .jackknife(models, at: position) { models in
        models.indices.map { own in
          let others = models.indices.filter { $0 != own }.map { models[$0] }
          return measured(kind, models[own], others).value
        }.mean
      }
    }
    var distances = [[Double]](repeating: [Double](repeating: 0, count: models.count), count: models.count)
    for first in models.indices {
      for second in models.indices where second > first {
        distances[first][second] = measured(kind, models[first], [models[second]]).value
        distances[second][first] = distances[first][second]
      }
    }
    return .ofPairs(distances, at: position)
  }

  private func measured(_ kind: MeasurementKind, _ own: [[Double]], _ references: [[[Double]]]) -> MeasuredValue {
    let perSample: [Double]
    switch against {
    case .each:
      perSample = own.indices.map { row in references.map { distance(own[row], $0[row]) }.mean }
    case .mean:
      perSample = own.indices.map { row in distance(own[row], meanRow(references.map { $0[row] })) }
    case .distribution:
      let values = references.map { distance(meanRow(own), meanRow($0)) }
      return kind.value(values.mean)
    }
    return kind.value(perSample.mean, perSample: perSample)
  }
}

extension Evidence {
  /// The target's probabilities on `part`, `[N][K]`, and those of the retrained models other than the target.
  ///
  /// - Throws: `AttackError` when there is no other retrained model, the part has no samples, logits are not finite, or
  ///   models saw different samples.
  public func comparedProbabilities(
    on part: Part
  ) throws -> (own: [[Double]], others: [[[Double]]]) {
    let others = otherRetrained
    guard !others.isEmpty else { throw AttackError.tooFewRetrainedModels(needed: 2, found: retrained.count) }
    return (try samples(part).probabilityRows, try probabilities(of: others, on: part))
  }

  /// The probabilities of all retrained models on `part`, `[models][N][K]`, and the index of the target among them.
  ///
  /// - Throws: `AttackError` when there are fewer than two, the target is none of them, or as for a model.
  public func retrainedProbabilities(
    on part: Part
  ) throws -> (models: [[[Double]]], position: Int) {
    guard retrained.count > 1, let targetPosition else {
      throw AttackError.tooFewRetrainedModels(needed: 2, found: retrained.count)
    }
    return (try probabilities(of: retrained, on: part), targetPosition)
  }
}

/// Half the sum of absolute differences of two distributions over the same classes, in [0, 1].
package func totalVariation(_ p: [Double], _ q: [Double]) -> Double {
  precondition(p.count == q.count, "distributions over \(p.count) and \(q.count) classes")
  // Probabilities in single precision can add up to slightly more than 1.
  return min(1, 0.5 * zip(p, q).reduce(0) { $0 + abs($1.0 - $1.1) })
}

private func meanRow(_ rows: [[Double]]) -> [Double] {
  var sums = [Double](repeating: 0, count: rows[0].count)
  for row in rows { for (column, value) in row.enumerated() { sums[column] += value } }
  return sums.map { $0 / Double(rows.count) }
}
