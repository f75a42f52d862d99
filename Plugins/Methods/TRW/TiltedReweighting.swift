public import Data
public import Engine
import Foundation
public import Unlearning

/// Tilted reweighting: on forgotten samples the model shall say what the original said of all other classes, tilted
/// towards those that are similar to the forgotten one.
///
/// With original logits z, forgotten classes F, u the sample's class and s the similarity of each class to u:
/// `q*(k|x) = softmax_{k∉F}(z_k + β·s_k)`, and
/// `L(θ) = λ_r·E_{D_r}[−log p_θ(y|x)] + λ_f·E_{D_f}[−Σ_k q*(k|x)·log p_θ(k|x)]`.
/// s does not depend on the sample: it is the softmax, with temperature τ over the retained classes, of the cosines
/// between mean-centred rows of the last layer's weights after PCA; see `ClassSimilarity` and `ReweightedTarget`.
/// With several forgotten classes all of them are masked, and each has similarities of its own.
/// - Source: Ebrahimpour-Boroojeny, Wang, Sundaram, arXiv:2506.20893 version 4; TREW in the ICML 2026 version.
/// - Note: Only the abstracts and public reviews could be read. They state: the forget label zeroed, an exponential tilt
///   as information projection with a linear moment constraint, β = 10, similarity from logit weights by PCA, cosine
///   and a sharp softmax temperature. Not stated, so chosen: the order of those steps, τ = 0.1, full rank, the softmax
///   (not the raw cosine) in the exponent, cross-entropy, the natural mixture of both sets, the teacher on the
///   student's view, and the training recipe, which is that of the same authors' AMUN (ICML 2025) with a step
///   schedule from their grid. No augmentation unless it is asked for.
/// - Note: A classifier near neural collapse has all centred cosines near −1/(K − 1), so that s is flat unless τ is
///   small; the notes and warnings of a run show it.
public struct TiltedReweighting: UnlearningMethod {
  /// Name, title and source.
  public static let card = Card(
    name: "trw", title: "Tilted reweighting (TRW)",
    summary: "Fine-tunes towards the original's predictions without the forgotten classes, tilted to similar classes.",
    source: Source(
      authors: "Ebrahimpour-Boroojeny, Wang, Sundaram",
      title: "On the Necessity of Output Distribution Reweighting for Effective Class Unlearning", venue: "arXiv 2025",
      arXiv: "2506.20893", place: "version 4, section 3.4, reconstructed from the abstract and public reviews"))
  /// The original, retain data, and the labels of the forget set.
  public static let needs: Set<MethodNeed> = [.originalModel, .retainData, .forgetLabels]
  /// Whole classes: similarity is between classes.
  public static let serves: Set<RequestKind> = [.oneClass, .severalClasses]
  /// How sharp the target is: 0 where it is the nearest class with probability 1.
  public static let notesShown: [(name: String, unit: MeasurementUnit)] = [("target_entropy", .nats)]
  private let parameters: Parameters

  /// The method with these parameters.
  public init(_ parameters: Parameters) throws(ParameterError) {
    try parameters.validateRanges()
    self.parameters = parameters
  }

  /// Retraining with the same sampling.
  public var reference: RetainSampling { parameters.retainSampling }

  /// PCA keeps at most as many directions as there are, and classes that are compared by their samples need some.
  public func obstacle(in cell: CellSizes) -> String? {
    if parameters.similarity != .weights {
      let empty = cell.classNames.indices.filter {
        cell.count(.forgetTrain, of: $0) + cell.count(.retainTrain, of: $0) == 0
      }
      if let first = empty.first {
        return "with 'similarity: \(parameters.similarity.rawValue)' needs training samples of class "
          + "\(cell.classNames[first]), which has none"
      }
    }
    guard let rank = parameters.pcaRank else { return nil }
    let features = cell.featureCount ?? .max
    let width =
      switch parameters.similarity {
      case .weights, .centroids: features
      case .classMeanLogits: cell.classCount
      case .featureCKA: features.multipliedReportingOverflow(by: features).overflow ? .max : features * features
      }
    let most = min(parameters.centred ? cell.classCount - 1 : cell.classCount, width)
    return rank > most ? "has a 'pca_rank' of \(rank), and at most \(most) directions can be kept here" : nil
  }

  /// The original, fine-tuned towards the tilted targets.
  ///
  /// Notes, as means over the forgotten classes unless said: `similarity_range` and `similarity_deviation` of the
  /// cosines to retained classes, `score_entropy` in nats, `largest_score` of any; and the mean entropies in nats
  /// `target_entropy` and `untilted_target_entropy`.
  /// - Throws: `ParameterError` when `pca_rank` exceeds min(K − 1, D); `UnlearningError`.
  public func unlearn(_ original: Classifier, forget: Dataset, retain: Dataset, run: Run) throws -> Classifier {
    try requireData(forget: forget, retain: retain, run: run)
    let matrix = try original.classMatrix(parameters.similarity, over: [retain, forget], run: run)
    let target = try target(for: matrix, forgotten: run.forgottenClasses, run: run)
    var training = SoftTargetTraining(target: target, recipe: parameters.training)
    training.teacherView = parameters.teacherView
    training.forgetWeight = parameters.forgetWeight
    training.retainRatio = parameters.retainRatio
    training.retainSampling = parameters.retainSampling
    return try training(original, forget: forget, retain: retain, run: run)
  }

  /// The tilted target for classes that are as similar as the rows of `matrix` `[K, D]`.
  ///
  /// - Throws: `ParameterError` when `pca_rank` exceeds min(K − 1, D).
  public func target(for matrix: Tensor, forgotten: [Int], run: Run) throws(ParameterError) -> ReweightedTarget {
    let similarity = try ClassSimilarity(matrix, centred: parameters.centred, rank: parameters.pcaRank)
    let retained = (0..<matrix.shape[0]).filter { !forgotten.contains($0) }
    var scores: [Int: [Double]] = [:]
    for label in forgotten {
      scores[label] = similarity.scores(
        of: label, among: retained, temperature: parameters.temperature, as: parameters.score)
    }
    note(similarity, scores, retained: retained, run: run)
    return ReweightedTarget(
      classCount: matrix.shape[0], forgotten: forgotten, redistribution: parameters.redistribution,
      tilt: parameters.tilt, scores: scores)
  }

  private func note(_ similarity: ClassSimilarity, _ scores: [Int: [Double]], retained: [Int], run: Run) {
    var (ranges, deviations, entropies): ([Double], [Double], [Double]) = ([], [], [])
    for (label, score) in scores.sorted(by: { $0.key < $1.key }) {
      let cosines = retained.map { similarity.cosines[label][$0] }
      let mean = average(cosines)
      ranges.append((cosines.max() ?? 0) - (cosines.min() ?? 0))
      deviations.append(average(cosines.map { ($0 - mean) * ($0 - mean) }).squareRoot())
      entropies.append(score.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 })
      if parameters.score == .softmax { warn(of: score.max() ?? 0, label: label, retained: retained.count, run: run) }
    }
    run.notes["similarity_range"] = average(ranges)
    run.notes["similarity_deviation"] = average(deviations)
    run.notes["largest_score"] = scores.values.compactMap { $0.max() }.max()
    if parameters.score == .softmax { run.notes["score_entropy"] = average(entropies) }
  }

  /// With two retained classes or fewer the largest of the scores says nothing about the temperature.
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
          + "with tilt \(parameters.tilt) targets are almost one class; a larger temperature spreads them")
    }
  }

  private func average(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
