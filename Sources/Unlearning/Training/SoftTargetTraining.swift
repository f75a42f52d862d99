public import Data
public import Engine

/// The view of a forgotten image on which the original (the teacher) computes the target.
public enum TeacherView: String, Codable, Sendable, CaseIterable {
  /// The same augmented view that the student sees, one forward pass per step.
  case augmented
  /// The image without augmentation, once before training.
  case cached
}

/// Fine-tuning on retained samples with their labels and on forgotten samples with soft targets made from the original.
///
/// `L(θ) = λ_r·E_{D_r}[−log p_θ(y|x)] + λ_f·E_{D_f}[−Σ_k q(k|x)·log p_θ(k|x)]`, with p_θ the softmax over all K
/// classes. Both sets are shuffled together; a step takes the mean over its batch. All parameters are trained, the
/// student runs in train mode, the original is not changed and runs in evaluate mode.
public struct SoftTargetTraining: Sendable {
  /// Computes the soft targets q from the original's logits.
  public let target: ReweightedTarget
  /// Hyperparameters of the fine-tuning; label smoothing applies to retained samples only.
  public let recipe: TrainingRecipe
  /// The teacher's view of forgotten images; without augmentation both are equal, and the cached one is used.
  public var teacherView = TeacherView.augmented
  /// λ_f / λ_r > 0, with λ_f + λ_r = 1; nil for the natural mixture, where every sample has the same weight: |D_f| /
  /// |D_r|.
  public var forgetWeight: Double?
  /// The number of retained samples as a multiple of |D_f|, rounded and drawn once, at most |D_r|; nil for all of D_r.
  public var retainRatio: Double?
  /// How the samples of the retain set are drawn in each epoch.
  public var retainSampling = RetainSampling.shuffle

  /// A training towards `target` with the natural mixture of all data.
  public init(target: ReweightedTarget, recipe: TrainingRecipe) {
    self.target = target
    self.recipe = recipe
  }

  /// Trains a copy of `original`.
  ///
  /// Notes the mean entropy on D_f, in nats, of the target and of the untilted one, `target_entropy` and
  /// `untilted_target_entropy`, and how many `retained_samples` took part.
  /// - Throws: `UnlearningError` when the loss or the parameters stop being finite, or the run ends early.
  public func callAsFunction(
    _ original: Classifier, forget: Dataset, retain: Dataset, run: Run
  ) throws -> Classifier {
    let logits = Predictions(of: original, on: forget).logits
    run.notes["target_entropy"] = target.meanEntropy(logits, labels: forget.labels)
    run.notes["untilted_target_entropy"] = target.untilted.meanEntropy(logits, labels: forget.labels)
    let usesCache = teacherView == .cached || recipe.augmentation == .none
    let cache = target(logits, labels: forget.labels)

    let kept = selection(of: retain, forgetCount: forget.count, random: run.random)
    run.notes["retained_samples"] = Double(kept.count)
    let weights = weights(retainCount: kept.count, forgetCount: forget.count)
    let sampler = try RetainSampler(retainSampling, retain: kept, forget: forget, run: run)
    return try run.fit(
      original, to: { sampler.samples($0).appending(forget) }, count: kept.count + forget.count, by: recipe
    ) { step in
      let rows = step.batch.rows
      let forgotten = rows.indices.filter { rows[$0] >= kept.count }
      let targets =
        usesCache || forgotten.isEmpty
        ? cache.rows(forgotten.map { rows[$0] - kept.count })
        : target(
          original.evaluate(step.batch.images.rows(forgotten)).logits, labels: forgotten.map { step.labels[$0] })
      return step.logits.crossEntropy(
        mixture(step.labels, soft: targets, at: forgotten, weights: weights))
    }
  }

  /// The retained samples used in training, see `retainRatio`.
  private func selection(of retain: Dataset, forgetCount: Int, random: RandomSource) -> Dataset {
    guard let retainRatio else { return retain }
    let wanted = (retainRatio * Double(forgetCount)).rounded()
    guard wanted < Double(retain.count) else { return retain }
    var random = random.stream("retain subset")
    return retain.selecting(random.sample(max(1, Int(wanted)), of: Array(0..<retain.count)))
  }

  /// The loss weights of a retained and of a forgotten sample; their mean over all samples is 1.
  private func weights(retainCount: Int, forgetCount: Int) -> (retain: Float, forget: Float) {
    guard let ratio = forgetWeight else { return (1, 1) }
    let total = Double(retainCount + forgetCount)
    let retain = total / (Double(retainCount) * (1 + ratio))
    return (Float(retain), Float(ratio * total / (Double(forgetCount) * (1 + ratio))))
  }

  /// Targets of a batch `[N, K]`: smoothed labels, and `soft` in the rows `positions`, each row multiplied by its
  /// weight.
  private func mixture(
    _ labels: [Int], soft: Tensor, at positions: [Int], weights: (retain: Float, forget: Float)
  ) -> Tensor {
    let k = target.classCount
    let smoothing = Float(recipe.labelSmoothing)
    let hard = Tensor.oneHot(labels, classCount: k).affine(
      scale: weights.retain * (1 - smoothing), shift: weights.retain * smoothing / Float(k))
    var rows = hard.scalars
    let softRows = soft.scalars
    for (source, position) in positions.enumerated() {
      for column in 0..<k { rows[position * k + column] = weights.forget * softRows[source * k + column] }
    }
    return Tensor(rows, shape: hard.shape)
  }
}
