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

  /// The value of the target on `part` with its spread.
  ///
  /// Retrained models are read one after the other, but for `mean`, which needs the predictions of all at once.
  /// - Throws: `AttackError` when there is no other retrained model, the part has no samples, logits are not finite, or
  ///   models saw different samples.
  public func value(_ kind: MeasurementKind, _ evidence: Evidence, on part: Part) throws -> MeasuredValue {
    let others = evidence.otherRetrained
    guard !others.isEmpty else {
      throw AttackError.tooFewRetrainedModels(needed: 2, found: evidence.retrained.count)
    }
    let own = try evidence.samples(part).probabilityRows
    switch against {
    case .each:
      let distances = try evidence.map(others, on: part) { predictions in
        zip(own, predictions.probabilityRows).map { distance($0, $1) }
      }
      func perSample(_ models: some Collection<Int>) -> [Double] {
        own.indices.map { row in models.map { distances[$0][row] }.mean }
      }
      let scores = perSample(distances.indices)
      let spread = try floorSpread(evidence, on: part) { zip($0, $1).map { distance($0, $1) }.mean }
      return kind.value(
        scores.mean, perSample: scores,
        spread: spread ?? .ofComparison(with: Array(distances.indices)) { perSample($0).mean })
    case .distribution:
      let means = try evidence.map(others, on: part) { meanRow($0.probabilityRows) }
      let distances = means.map { distance(meanRow(own), $0) }
      let spread = try floorSpread(evidence, on: part) { distance(meanRow($0), meanRow($1)) }
      return kind.value(distances.mean, spread: spread ?? .ofComparison(with: distances) { $0.mean })
    case .mean:
      let references = try evidence.probabilities(of: others, on: part)
      var value = measured(kind, own, references)
      if let position = evidence.targetPosition {
        var models = references
        models.insert(own, at: position)
        value.spread = .jackknife(models, at: position) { models in
          models.indices.map { own in
            let others = models.indices.filter { $0 != own }.map { models[$0] }
            return measured(kind, models[own], others).value
          }.mean
        }
      } else {
        value.spread = .ofComparison(with: references) { measured(kind, own, $0).value }
      }
      return value
    }
  }

  /// The spread of the floor, the mean of every retrained model's value against the others; nil where the target is not a
  /// retrained model.
  private func floorSpread(
    _ evidence: Evidence, on part: Part, _ distance: ([[Double]], [[Double]]) -> Double
  ) throws -> Spread? {
    guard let position = evidence.targetPosition else { return nil }
    guard evidence.retrained.count > 2 else { return .unknown }
    return .ofPairs(try evidence.distances(of: evidence.retrained, on: part, distance), at: position)
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
