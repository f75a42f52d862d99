public import Engine
import Foundation

/// How the scores s of a tilt are computed from the cosines a between classes.
public enum SimilarityScore: String, Codable, Sendable, CaseIterable {
  /// s = softmax(a/τ) over the retained classes: between 0 and 1, sums to 1.
  case softmax
  /// s = a, the cosines themselves.
  case rawCosine = "raw-cosine"
}

/// Pairwise similarity of classes: cosines of the rows of a class matrix, the same for all samples.
///
/// From a matrix W `[K, D]` with one row per class (the weights of the last layer, class means of logits or features):
/// 1. center: `C = W − 1·w̄ᵀ` with `w̄` the mean of the rows;
/// 2. PCA: `P = C·V_r` `[K, r]`, with `V_r` the r leading right singular vectors of C;
/// 3. cosine: `a_uk = ⟨P_u, P_k⟩ / (‖P_u‖·‖P_k‖)`;
/// 4. softmax with temperature τ over the retained classes, see `scores`.
///
/// P comes from the eigenvectors of the Gram matrix C·Cᵀ `[K, K]`. At full rank, min(K − 1, D), step 2 only rotates and
/// is left out. The cosine with a row of zeros is 0. Below full rank, where eigenvalues r and r + 1 are equal, the
/// directions that LAPACK finds decide.
/// - Source: Ebrahimpour-Boroojeny, Wang, Sundaram, arXiv:2506.20893; a public review names the parts (logit weights,
///   PCA, cosine, sharp softmax temperature).
/// - Note: The order of the steps is not stated in what could be read of the paper; chosen.
public struct ClassSimilarity: Sendable {
  /// a, `[K][K]`, symmetric.
  public let cosines: [[Double]]

  /// The similarity of the rows of `matrix` `[K, D]`.
  ///
  /// - Parameters:
  ///   - matrix: One row for each class.
  ///   - centered: Whether the mean row is subtracted first.
  ///   - rank: r; nil for full rank.
  /// - Throws: `ParameterError` about `pca_rank` when it exceeds full rank: min(K − 1, D), or min(K, D) without
  ///   centring.
  public init(_ matrix: Tensor, centered: Bool = true, rank: Int? = nil) throws(ParameterError) {
    precondition(matrix.shape.count == 2, "one row per class, not \(matrix.shape)")
    var rows = (0..<matrix.shape[0]).map { matrix.row($0).map(Double.init) }
    if centered { rows = Self.centered(rows) }
    let fullRank = min(centered ? rows.count - 1 : rows.count, matrix.shape[1])
    if let rank, rank > fullRank || rank < 1 {
      let sizes = "\(rows.count) classes in \(matrix.shape[1]) dimensions"
      throw ParameterError("pca_rank", "must be in [1, \(fullRank)] for \(sizes), is \(rank)")
    }
    var gram = rows.map { a in rows.map { b in Self.product(a, b) } }
    if let rank, rank < fullRank {
      // Eigenvalues ascend, so the leading directions are the last ones.
      let (values, vectors) = Runtime.symmetricEigen(gram.flatMap { $0 }, order: gram.count)
      let leading = values.indices.suffix(rank)
      gram = gram.indices.map { u in
        gram.indices.map { k in leading.reduce(0) { $0 + values[$1] * vectors[$1][u] * vectors[$1][k] } }
      }
    }
    cosines = gram.indices.map { u in
      gram.indices.map { k in
        let norms = (gram[u][u] * gram[k][k]).squareRoot()
        return norms > 0 ? gram[u][k] / norms : 0
      }
    }
  }

  /// The scores s of the forgotten class `label`, `[K]`, with 0 at classes that are not retained.
  ///
  /// - Parameters:
  ///   - label: The forgotten class.
  ///   - retained: The classes that the softmax runs over; `label` is not one of them.
  ///   - temperature: τ > 0; not read for raw cosines.
  ///   - score: Whether scores are the cosines or their softmax.
  public func scores(
    of label: Int, among retained: [Int], temperature: Double, as score: SimilarityScore = .softmax
  ) -> [Double] {
    precondition(temperature > 0, "a temperature is positive, not \(temperature)")
    precondition(!retained.contains(label), "class \(label) cannot be forgotten and retained")
    var scores = [Double](repeating: 0, count: cosines.count)
    let row = cosines[label]
    guard score == .softmax else {
      for k in retained { scores[k] = row[k] }
      return scores
    }
    let largest = retained.reduce(-Double.infinity) { max($0, row[$1]) }
    for k in retained { scores[k] = exp((row[k] - largest) / temperature) }
    let sum = scores.reduce(0, +)
    return scores.map { $0 / sum }
  }

  private static func centered(_ rows: [[Double]]) -> [[Double]] {
    guard let width = rows.first?.count else { return rows }
    let mean = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / Double(rows.count) }
    return rows.map { row in zip(row, mean).map { $0 - $1 } }
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
