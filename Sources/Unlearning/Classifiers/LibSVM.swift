internal import CSVM
import Engine

/// The only place that calls libsvm.
///
/// Everything that libsvm allocates is copied into Swift values and released before `solve` returns.
enum LibSVM {
  /// What libsvm finds: a row of the problem and its coefficient for each support vector, and the offset.
  ///
  /// The decision value of x is `Σ coefficients[i]·k(rows[i], x) + offset`, positive for positives.
  struct Solution {
    var rows: [Int]
    var coefficients: [Double]
    var offset: Double
  }

  /// libsvm prints to standard output by default, which is reserved for results; this silences it, once per process.
  private static let silence: Void = svm_set_print_string_function { _ in }

  /// Solves the dual of C-SVC on `negatives` followed by `positives`.
  static func solve(
    positives: FeatureRows, negatives: FeatureRows, kernel: SupportVectorMachine.Kernel, cost: Double,
    tolerance: Double, cacheMegabytes: Double
  ) throws(AttackError) -> Solution {
    silence
    let width = negatives.width
    let count = negatives.count + positives.count
    // libsvm does not check whether it gets memory for the rows of its cache.
    let cache = min(cacheMegabytes * Double(1 << 20), 4 * Double(count) * Double(count))
    AllocationFailure.probe(count * (width + 1) * MemoryLayout<svm_node>.stride + Int(cache))
    // Each row ends with a node of index -1.
    let nodes = UnsafeMutableBufferPointer<svm_node>.allocate(capacity: count * (width + 1))
    let rows = UnsafeMutableBufferPointer<UnsafeMutablePointer<svm_node>?>.allocate(capacity: count)
    let labels = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
    defer {
      nodes.deallocate()
      rows.deallocate()
      labels.deallocate()
    }
    for row in 0..<count {
      let isNegative = row < negatives.count
      let values = isNegative ? negatives[row] : positives[row - negatives.count]
      let first = row * (width + 1)
      for (column, value) in values.enumerated() {
        nodes.initializeElement(at: first + column, to: svm_node(index: Int32(column + 1), value: value))
      }
      nodes.initializeElement(at: first + width, to: svm_node(index: -1, value: 0))
      rows.initializeElement(at: row, to: nodes.baseAddress.map { $0 + first })
      // Negatives first and as 0: the order in which scikit-learn hands the same problem to libsvm.
      labels.initializeElement(at: row, to: isNegative ? 0 : 1)
    }
    var problem = svm_problem(l: Int32(count), y: labels.baseAddress, x: rows.baseAddress)
    var parameter = svm_parameter()
    parameter.svm_type = Int32(C_SVC)
    switch kernel {
    case .linear: parameter.kernel_type = Int32(LINEAR)
    case .rbf(let gamma):
      parameter.kernel_type = Int32(RBF)
      parameter.gamma = gamma
    }
    parameter.C = cost
    parameter.eps = tolerance
    parameter.cache_size = cacheMegabytes
    parameter.shrinking = 1
    if let complaint = svm_check_parameter(&problem, &parameter) {
      throw .unsolvable(String(cString: complaint))
    }
    guard let model = svm_train(&problem, &parameter) else { throw .unsolvable("libsvm gives no model") }
    defer {
      var released: UnsafeMutablePointer<svm_model>? = model
      svm_free_and_destroy_model(&released)
    }
    let found = model.pointee
    let supportCount = Int(found.l)
    // libsvm's decision is positive for the label that it saw first, the negatives.
    return Solution(
      rows: (0..<supportCount).map { Int(found.sv_indices[$0]) - 1 },
      coefficients: (0..<supportCount).map { -(found.sv_coef[0]?[$0] ?? 0) },
      offset: found.rho[0])
  }
}
