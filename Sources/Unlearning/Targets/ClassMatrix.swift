public import Data
public import Engine

/// The vector that represents a class in comparisons of classes.
public enum SimilaritySource: String, Codable, Sendable, CaseIterable {
  /// Its row of the last linear layer's weights; the bias is not read.
  case weights
  /// The mean of the logits of its training samples.
  case classMeanLogits = "class-mean-logits"
  /// The mean of the features, the input of the last layer, of its training samples.
  case centroids
  /// The relations between features over its training samples, so that cosines are linear CKA; see `ClassGram`.
  case featureCKA = "feature-cka"
}

extension Classifier {
  /// One row per class, as `source` says: `[K, D]` for weights and centroids, `[K, K]` for logits, `[K, D²]` for CKA.
  ///
  /// Everything but the weights is taken in evaluate mode over images without augmentation, in double precision.
  ///
  /// - Parameters:
  ///   - source: The representation of a class.
  ///   - data: The sets whose samples represent the classes; not needed for weights.
  ///   - run: The method's run, whose cancellation ends the passes over the data.
  ///   - batchSize: Images of one forward pass.
  /// - Throws: `UnlearningError.unsupportedRequest` when a class has no sample; what `run` throws.
  public func classMatrix(
    _ source: SimilaritySource, over data: [Dataset], run: Run, batchSize: Int = 250
  ) throws(UnlearningError) -> Tensor {
    guard source != .weights else { return headWeights }
    let width = source == .classMeanLogits ? classCount : featureCount
    var samples = [[Float]](repeating: [], count: classCount)
    for set in data {
      for batch in set.batches(of: batchSize) {
        try run.checkpoint()
        let output = evaluate(batch.images)
        let numbers = (source == .classMeanLogits ? output.logits : output.features).scalars
        for (row, label) in batch.labels.enumerated() {
          samples[label] += numbers[row * width..<(row + 1) * width]
        }
      }
    }
    if let label = samples.firstIndex(where: \.isEmpty) {
      throw .unsupportedRequest("class \(label) has no training sample, so there is nothing to compare it by")
    }
    let rows = samples.map { samples in
      let gram = ClassGram(samples, width: width)
      return source == .featureCKA ? gram.centered : gram.mean
    }
    return Tensor(rows.joined().map(Float.init), shape: [classCount, rows[0].count])
  }
}
