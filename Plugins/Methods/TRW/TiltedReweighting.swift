public import Data
public import Engine
import Foundation
public import Unlearning

/// Tilted reweighting: like RWFT, with targets tilted towards the retained classes that are similar to the forgotten
/// one.
///
/// With original logits z, forgotten classes F, u the sample's class and s the similarity of each class to u:
/// `q*(k|x) = softmax_{k∉F}(z_k + β·s_k)`, and
/// `L(θ) = λ_r·E_{D_r}[−log p_θ(y|x)] + λ_f·E_{D_f}[−Σ_k q*(k|x)·log p_θ(k|x)]`.
/// s does not depend on the sample: it is the softmax, with temperature τ over the retained classes, of the cosines
/// between mean-centered rows of the last layer's weights after PCA; see `ClassSimilarity` and `ReweightedTarget`.
/// With several forgotten classes all of them are masked, and each has similarities of its own.
/// - Source: Ebrahimpour-Boroojeny, Wang, Sundaram, arXiv:2506.20893 version 4; TREW in the ICML 2026 version.
/// - Note: Only the abstracts and public reviews could be read. They state: the forget label zeroed, an exponential
///   tilt as information projection with a linear moment constraint, β = 10, similarity from logit weights by PCA,
///   cosine and a sharp softmax temperature. Not stated, so chosen: the order of those steps, τ = 0.1, full rank, the
///   softmax (not the raw cosine) in the exponent, cross-entropy, the natural mixture of both sets, the teacher on the
///   student's view, and the training recipe, which is that of the same authors' AMUN (ICML 2025) with a step schedule
///   from their grid. No augmentation by default.
/// - Note: A classifier near neural collapse has all centered cosines near −1/(K − 1), so that s is flat unless τ is
///   small; the notes and warnings of a run show it.
public struct TiltedReweighting: SoftTargetMethod {
  /// The name in experiment files, the title, the publication and the version.
  public static let card = Card(
    name: "trw", title: "Tilted reweighting (TRW)",
    summary: "Fine-tunes towards the original's predictions without the forgotten classes, tilted to similar classes.",
    source: Source(
      authors: "Ebrahimpour-Boroojeny, Wang, Sundaram",
      title: "On the Necessity of Output Distribution Reweighting for Effective Class Unlearning", venue: "arXiv 2025",
      arXiv: "2506.20893", place: "version 4, section 3.4, reconstructed from the abstract and public reviews"))
  /// The original, retain data, and the labels of the forget set.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]

  /// β, the strength of the tilt towards similar classes; 0 is exactly RWFT.
  @Parameter("β of the target softmax(z_k + β·s_k) over retained classes k of similarity s_k; 0 is RWFT", .weight)
  public var tilt = 10.0
  /// τ of the softmax over similarities.
  @Parameter("temperature τ of the softmax of the cosines, s_k ∝ exp(cos_k/τ) (not in the paper; chosen)", .positive)
  public var temperature = 0.1
  /// r, the directions that PCA keeps; nil for all min(K − 1, D).
  @Parameter("number of principal components; null: all min(K − 1, D) (not in the paper; chosen)", .closed(1, 65_536))
  public var pcaRank: Int? = nil
  /// The vector that represents a class in the similarity.
  @Parameter("vectors of the cosines: head weights, mean logits or mean features of a class, or Gram matrices (CKA)")
  public var similarity = SimilaritySource.weights
  /// Whether scores are the cosines or their softmax.
  @Parameter("whether the similarities s_k are the softmax of the cosines or the cosines")
  public var score = SimilarityScore.softmax
  /// Whether the mean row is subtracted before the cosines.
  @Parameter("whether the mean over classes is subtracted from the vectors") public var centered = true
  /// How the untilted target p̄ redistributes the probability of forgotten classes.
  @Parameter(
    "whether retained classes get the probability of forgotten ones in proportion to theirs, or evenly; then the tilt")
  public var redistribution = Redistribution.proportional
  /// The view of a forgotten image on which the original computes the target.
  @Parameter(.teacherView) public var teacherView = TeacherView.augmented
  /// λ_f / λ_r; nil for the natural mixture |D_f| / |D_r|.
  @Parameter(.forgetWeight) public var forgetWeight: Double? = nil
  /// The number of retained samples as a multiple of |D_f|; nil for all.
  ///
  /// 2 is a guess at the paper's TRW-2R, which no available text defines; cite it as "TRW-2R (inferred)".
  @Parameter(
    "number of retained samples as a multiple of |D_f|; null: all; 2: TRW-2R (inferred)",
    .positive)
  public var retainRatio: Double? = nil
  /// How the samples of the retain set are drawn in each epoch.
  @Parameter(.retainSampling) public var retainSampling = RetainSampling.shuffle
  /// Epochs, batch size, optimizer and learning rates.
  public var training = TrainingRecipe(epochs: 10, learningRate: 0.01, schedule: .step, stepEpochs: 5)

  /// Tilt 10, temperature 0.1, full rank; 10 epochs of SGD at rate 0.01, divided by 10 after 5.
  public init() {}

  /// Excludes cells where `pca_rank` exceeds the full rank, or a class compared by its samples has none.
  public func obstacle(in cell: CellSizes) -> String? {
    if similarity != .weights {
      let empty = cell.classNames.indices.filter {
        cell.count(.forgetTrain, of: $0) + cell.count(.retainTrain, of: $0) == 0
      }
      if let first = empty.first {
        return "with 'similarity: \(similarity.rawValue)' needs training samples of class "
          + "\(cell.classNames[first]), which has none"
      }
    }
    guard let rank = pcaRank else { return nil }
    let features = cell.featureCount ?? .max
    let width =
      switch similarity {
      case .weights, .centroids: features
      case .classMeanLogits: cell.classCount
      case .featureCKA: features.multipliedReportingOverflow(by: features).overflow ? .max : features * features
      }
    let most = min(centered ? cell.classCount - 1 : cell.classCount, width)
    return rank > most ? "has a 'pca_rank' of \(rank), and at most \(most) directions can be kept here" : nil
  }

  /// The tilted target, with the class similarities of the original.
  ///
  /// Notes, as means over the forgotten classes unless stated otherwise: `similarity_range` and `similarity_deviation`
  /// of the cosines to retained classes, `score_entropy` in nats, `largest_score` of any.
  /// - Throws: `ParameterError` when `pca_rank` exceeds min(K − 1, D); `UnlearningError`.
  public func target(from original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> ReweightedTarget {
    let matrix = try original.classMatrix(similarity, over: [retain, forget], run: run)
    return try target(for: matrix, forgotten: run.forgottenClasses, run: run)
  }

  /// The tilted target for classes that are as similar as the rows of `matrix` `[K, D]`.
  ///
  /// - Throws: `ParameterError` when `pca_rank` exceeds min(K − 1, D).
  public func target(for matrix: Tensor, forgotten: [Int], run: Run) throws(ParameterError) -> ReweightedTarget {
    let similarity = try ClassSimilarity(matrix, centered: centered, rank: pcaRank)
    let retained = (0..<matrix.shape[0]).filter { !forgotten.contains($0) }
    var scores: [Int: [Double]] = [:]
    for label in forgotten {
      scores[label] = similarity.scores(of: label, among: retained, temperature: temperature, as: score)
    }
    note(similarity, scores, retained: retained, run: run)
    return ReweightedTarget(
      classCount: matrix.shape[0], forgotten: forgotten, redistribution: redistribution, tilt: tilt, scores: scores)
  }

  private func note(_ similarity: ClassSimilarity, _ scores: [Int: [Double]], retained: [Int], run: Run) {
    var (ranges, deviations, entropies): ([Double], [Double], [Double]) = ([], [], [])
    for (label, score) in scores.sorted(by: { $0.key < $1.key }) {
      let cosines = retained.map { similarity.cosines[label][$0] }
      ranges.append((cosines.max() ?? 0) - (cosines.min() ?? 0))
      deviations.append(cosines.populationDeviation)
      entropies.append(score.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 })
      if self.score == .softmax { warn(of: score.max() ?? 0, label: label, retained: retained.count, run: run) }
    }
    run.notes["similarity_range"] = ranges.mean
    run.notes["similarity_deviation"] = deviations.mean
    run.notes["largest_score"] = scores.values.compactMap { $0.max() }.max()
    if score == .softmax { run.notes["score_entropy"] = entropies.mean }
  }

  /// Warns when scores are nearly uniform or nearly one class; with at most two retained classes the largest score does
  /// not show this.
  private func warn(of largest: Double, label: Int, retained: Int, run: Run) {
    guard retained > 2 else { return }
    let shown = "\((largest * 1000).rounded() / 1000)"
    if largest < 2 / Double(retained) {
      run.warn(
        "trw: the largest score of class \(label) is \(shown), below 2/\(retained): "
          + "the tilt hardly tells classes apart; a smaller temperature does")
    } else if largest > 0.99 {
      run.warn(
        "trw: the largest score of class \(label) is \(shown), above 0.99: "
          + "with tilt \(tilt) targets are almost one class; a larger temperature spreads them")
    }
  }
}
