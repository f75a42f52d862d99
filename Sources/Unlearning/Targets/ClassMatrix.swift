public import Data
public import Engine

/// What stands for a class when classes are compared.
public enum SimilaritySource: String, Codable, Sendable, CaseIterable {
  /// Its row of the last linear layer's weights; the bias is not read.
  case weights
  /// The mean of the logits of its training samples.
  case classMeanLogits = "class-mean-logits"
  /// The mean of the features, the input of the last layer, of its training samples.
  case centroids
}

extension Classifier {
  /// One row per class, as `source` says: `[K, D]` for weights and centroids, `[K, K]` for logits.
  ///
  /// Means are taken in evaluate mode over images without augmentation, in double precision.
  ///
  /// - Parameter data: The sets that means are taken over; weights do not need them.
  /// - Throws: `UnlearningError.unsupportedRequest` when a class has no sample and so no mean; what `run` throws.
  public func classMatrix(
    _ source: SimilaritySource, over data: [Dataset], run: Run, batchSize: Int = 250
  ) throws(UnlearningError) -> Tensor {
    guard source != .weights else { return headWeights }
    let width = source == .centroids ? featureCount : classCount
    var sums = [Double](repeating: 0, count: classCount * width)
    var counts = [Int](repeating: 0, count: classCount)
    for set in data {
      for batch in set.batches(of: batchSize) {
        try run.checkpoint()
        let output = evaluate(batch.images)
        let numbers = (source == .centroids ? output.features : output.logits).scalars
        for (row, label) in batch.labels.enumerated() {
          counts[label] += 1
          for column in 0..<width { sums[label * width + column] += Double(numbers[row * width + column]) }
        }
      }
    }
    if let label = counts.firstIndex(of: 0) {
      throw .unsupportedRequest("class \(label) has no training sample, so it has no class mean to compare with")
    }
    let means = sums.indices.map { Float(sums[$0] / Double(counts[$0 / width])) }
    return Tensor(means, shape: [classCount, width])
  }
}
