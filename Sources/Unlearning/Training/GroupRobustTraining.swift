import Data
import Engine
import Foundation

/// The group weights of group-DRO, updated by the losses of each batch.
///
/// `q_g ← q_g·exp(η·ℓ_g) / Σ_h q_h·exp(η·ℓ_h)`, with ℓ_g the mean loss of group g in a batch, 0 where it has no sample;
/// the batch's loss is `Σ_g q_g·ℓ_g`.
/// - Source: Sagawa, Koh, Hashimoto, Liang, ICLR 2020, arXiv:1911.08731, Algorithm 1.
/// - Note: The weights are updated with the losses of a batch before they weight that batch, as in the algorithm.
public struct GroupWeights: Sendable {
  /// q, one weight per group, in [0, 1], with sum 1.
  public private(set) var values: [Double]
  private let step: Double

  /// Uniform weights 1/`count`, with step size η = `step`.
  public init(count: Int, step: Double) {
    values = [Double](repeating: 1 / Double(count), count: count)
    self.step = step
  }

  /// Updates the group weights with the losses of a batch and returns the weight of each sample in the batch mean.
  ///
  /// - Parameters:
  ///   - losses: `[N]`, in nats.
  ///   - groups: `[N]`.
  public mutating func weights(losses: [Double], groups: [Int]) -> [Float] {
    var (sums, counts) = ([Double](repeating: 0, count: values.count), [Int](repeating: 0, count: values.count))
    for (loss, group) in zip(losses, groups) {
      sums[group] += loss
      counts[group] += 1
    }
    for group in values.indices where counts[group] > 0 {
      values[group] *= exp(step * sums[group] / Double(counts[group]))
    }
    let total = values.reduce(0, +)
    for group in values.indices { values[group] /= total }
    return groups.map { Float(values[$0] * Double(groups.count) / Double(counts[$0])) }
  }
}

extension Run {
  /// Trains `model` by group-DRO with group-balanced sampling.
  ///
  /// A sample of group g is drawn in proportion to 1/n_g, so that groups are equally frequent; an epoch makes as many
  /// draws with replacement as there are samples.
  ///
  /// - Throws: `unsupportedRequest` without a sensitive attribute; what `fit` throws.
  func fitGroupRobust(
    _ model: Classifier, to data: Dataset, by recipe: OriginalRecipe, purpose: String,
    afterEpoch: (_ epoch: Int, _ model: Classifier) throws -> Void
  ) throws -> Classifier {
    guard let groups = data.groups, let sizes = data.groupSizes else {
      throw UnlearningError.unsupportedRequest("group-DRO needs a sensitive attribute, and \(data.name) has none")
    }
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    let present = members.keys.sorted()
    var weights = GroupWeights(count: sizes.count, step: recipe.groupStep)
    let smoothing = Float(recipe.steps.labelSmoothing)
    func draw(_ epoch: Int) -> Dataset {
      var random = self.random.stream("group-DRO", epoch)
      return data.selecting(
        groups.indices.map { _ in
          let rows = members[present[random.integer(below: present.count)], default: [0]]
          return rows[random.integer(below: rows.count)]
        })
    }
    var drawnGroups: [Int] = []
    return try fit(
      model,
      to: { epoch in
        let drawn = draw(epoch)
        drawnGroups = drawn.groups ?? []
        return drawn
      }, count: data.count, by: recipe.steps, purpose: purpose, afterEpoch: afterEpoch
    ) { step in
      let predictions = Predictions(
        logits: step.logits.value, features: nil, labels: step.labels, indices: step.batch.indices)
      let weight = weights.weights(losses: predictions.losses, groups: step.batch.rows.map { drawnGroups[$0] })
      let targets = Tensor.oneHot(step.labels, classCount: model.classCount, smoothing: smoothing)
      return step.logits.crossEntropy(targets.scaledRows(by: weight))
    }
  }
}
