import Foundation

/// Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations in a fixed order.
///
/// - Complexity: O(n³) per sweep, some ten sweeps; meant for n of a few hundred.
/// - Source: Golub and Van Loan, "Matrix Computations", 4th edition, section 8.5.
struct SymmetricEigen {
  /// In descending order.
  let values: [Double]
  /// The unit vector of each value.
  let vectors: [[Double]]

  /// The decomposition of `matrix` `[n][n]`; only symmetric matrices have it.
  init(_ matrix: [[Double]]) {
    let n = matrix.count
    var a = matrix
    var v = (0..<n).map { row in (0..<n).map { row == $0 ? 1.0 : 0 } }
    let scale = matrix.reduce(0) { $1.reduce($0) { max($0, abs($1)) } }
    for _ in 0..<100 {
      var largest = 0.0
      for p in 0..<n { for q in p + 1..<max(n, p + 1) { largest = max(largest, abs(a[p][q])) } }
      if largest <= 1e-17 * scale { break }
      for p in 0..<n {
        for q in p + 1..<max(n, p + 1) where a[p][q] != 0 { Self.rotate(&a, &v, p, q) }
      }
    }
    let order = (0..<n).sorted { (a[$1][$1], $0) < (a[$0][$0], $1) }
    values = order.map { a[$0][$0] }
    let vectors = v
    self.vectors = order.map { vectors[$0] }
  }

  /// Turns the plane of p and q so that a[p][q] becomes 0; row i of `v` follows as the eigenvector of a[i][i].
  private static func rotate(_ a: inout [[Double]], _ v: inout [[Double]], _ p: Int, _ q: Int) {
    let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
    let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    for k in a.indices {
      let (kp, kq) = (a[k][p], a[k][q])
      a[k][p] = cosine * kp - sine * kq
      a[k][q] = sine * kp + cosine * kq
    }
    for k in a.indices {
      let (pk, qk) = (a[p][k], a[q][k])
      a[p][k] = cosine * pk - sine * qk
      a[q][k] = sine * pk + cosine * qk
      let (vp, vq) = (v[p][k], v[q][k])
      v[p][k] = cosine * vp - sine * vq
      v[q][k] = sine * vp + cosine * vq
    }
    a[p][q] = 0
    a[q][p] = 0
  }
}
