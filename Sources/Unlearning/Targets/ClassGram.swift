import Engine

/// The doubly centered Gram matrix of the D features of one class over its n samples.
///
/// With X `[n, D]` the features less their mean over the samples, and H the centring of D numbers: `H·XᵀX·H / n`. The
/// cosine between two such matrices is linear CKA between the classes, with the features as the examples that both
/// share.
/// - Source: Kornblith, Norouzi, Lee, Hinton, ICML 2019, arXiv:1905.00414, section 3, with the linear kernel.
/// - Note: CKA compares two representations of the same examples. Two classes share no examples, only features; using
///   features in place of examples is a choice of this framework.
package struct ClassGram {
  /// `[D]`, over the samples.
  package let mean: [Double]
  private let deviations: Tensor

  /// Of `samples` `[n·D]`, row after row.
  package init(_ samples: [Float], width: Int) {
    let count = samples.count / width
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<count { for column in 0..<width { sums[column] += Double(samples[row * width + column]) } }
    let mean = sums.map { $0 / Double(count) }
    self.mean = mean
    deviations = Tensor(
      samples.indices.map { Float(Double(samples[$0]) - mean[$0 % width]) }, shape: [count, width])
  }

  /// H·XᵀX·H / n, `[D²]` row after row.
  package var centered: [Double] {
    let width = mean.count, count = Double(deviations.shape[0])
    var gram = deviations.product(deviations, transposingSelf: true).scalars.map { Double($0) / count }
    // The matrix is symmetric, so its rows and its columns have the same means.
    let means = (0..<width).map { row in Array(gram[row * width..<(row + 1) * width]).mean }
    let whole = means.mean
    for row in 0..<width {
      for column in 0..<width { gram[row * width + column] += whole - means[row] - means[column] }
    }
    return gram
  }
}
