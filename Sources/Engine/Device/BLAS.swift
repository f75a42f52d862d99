import CKernels
import COpenBLAS
import Foundation
import Synchronization

/// The calls to OpenBLAS: dense products and eigen-decompositions; each call is single-threaded, the parallelism is the
/// pool's.
enum BLAS {
  /// Restricts every OpenBLAS call to the calling thread; parallelism is left to the pool.
  static func prepare() {
    let core = String(cString: openblas_get_corename())
    let wide = ["SkylakeX", "Cooperlake", "SapphireRapids"]
    switch String(cString: lacuna_instruction_set()) {
    case "amx" where !wide.contains(core), "avx512" where !wide.contains(core): lacuna_blas_choose_core("SkylakeX")
    case "avx2" where ["Prescott", "Nehalem", "Core2", "Penryn"].contains(core): lacuna_blas_choose_core("Haswell")
    default: break
    }
    openblas_set_num_threads(1)
  }

  /// The value of `openblas_get_parallel`: 0 for a serial build, 1 for pthreads, 2 for OpenMP.
  static var parallelism: Int { Int(openblas_get_parallel()) }

  /// OpenBLAS's version and build options, and the processor type it detected.
  static var description: String {
    "\(String(cString: openblas_get_config())) on \(String(cString: openblas_get_corename()))"
  }

  private struct Product {
    var a: UnsafePointer<Float>, b: UnsafePointer<Float>
    var out: UnsafeMutablePointer<Float>
    var transposedA: Bool, transposedB: Bool
    var m: Int, n: Int, k: Int
  }

  /// Rows of the result per task: fixed, so that results do not depend on the number of threads.
  private static let rowsPerTask = 64

  static func product(
    _ a: Storage, _ transposedA: Bool, _ b: Storage, _ transposedB: Bool, m: Int, n: Int, k: Int, into out: Storage
  ) {
    guard m > 0, n > 0 else { return }
    guard k > 0 else { return device.fill(out, with: 0) }
    var product = Product(
      a: UnsafePointer(a.pointer), b: UnsafePointer(b.pointer), out: out.pointer, transposedA: transposedA,
      transposedB: transposedB, m: m, n: n, k: k)
    let tasks = (m + rowsPerTask - 1) / rowsPerTask
    lacuna_parallel(
      Int64(tasks),
      { context, task in
        guard let p = context?.assumingMemoryBound(to: Product.self).pointee else { return }
        let first = Int(task) * BLAS.rowsPerTask
        let rows = min(BLAS.rowsPerTask, p.m - first)
        BLAS.enter()
        defer { BLAS.leave() }
        cblas_sgemm(
          CblasRowMajor, p.transposedA ? CblasTrans : CblasNoTrans, p.transposedB ? CblasTrans : CblasNoTrans,
          Int32(rows), Int32(p.n), Int32(p.k), 1, p.a + (p.transposedA ? first : first * p.k),
          Int32(p.transposedA ? p.m : p.k), p.b, Int32(p.transposedB ? p.k : p.n), 0, p.out + first * p.n, Int32(p.n))
      }, &product)
  }

  /// Calls of OpenBLAS that run now, and the most that ever did.
  private static let running = Atomic<Int>(0), most = Atomic<Int>(0)
  /// Bytes of the buffer that OpenBLAS takes for each call beside others, on x86; less elsewhere.
  private static let bufferBytes = 128 << 20

  /// Checks that the system has memory for a buffer of OpenBLAS whenever more calls run concurrently than ever before.
  ///
  /// OpenBLAS keeps a buffer for each concurrent call, and retries forever where the system refuses one.
  private static func enter() {
    let count = running.add(1, ordering: .relaxed).newValue
    guard count > most.load(ordering: .relaxed) else { return }
    let place = mmap(nil, bufferBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let place, place != MAP_FAILED else {
      leave()
      AllocationFailure.refuse(bufferBytes)
    }
    munmap(place, bufferBytes)
    most.max(count, ordering: .relaxed)
  }

  private static func leave() { running.subtract(1, ordering: .relaxed) }

  /// The product of two matrices in double precision, on the calling thread.
  static func product(
    _ a: [Double], transposedA: Bool, _ b: [Double], transposedB: Bool, m: Int, n: Int, k: Int
  ) -> [Double] {
    precondition(a.count == m * k && b.count == k * n, "\(a.count), \(b.count) numbers: [\(m), \(k)]·[\(k), \(n)]")
    var out = [Double](repeating: 0, count: m * n)
    guard m > 0, n > 0, k > 0 else { return out }
    enter()
    defer { leave() }
    cblas_dgemm(
      CblasRowMajor, transposedA ? CblasTrans : CblasNoTrans, transposedB ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), 1, a, Int32(transposedA ? m : k), b, Int32(transposedB ? k : n), 0, &out, Int32(n))
    return out
  }

  /// Eigenvalues in ascending order, and the eigenvectors as rows, of a symmetric `order` × `order` matrix.
  static func symmetricEigen(_ matrix: [Double], order: Int) -> (values: [Double], vectors: [[Double]]) {
    precondition(matrix.count == order * order, "\(matrix.count) numbers are not a square matrix of order \(order)")
    guard order > 0 else { return ([], []) }
    var vectors = matrix
    var values = [Double](repeating: 0, count: order)
    var size = Int32(order)
    var workSize = Int32(max(1, 34 * order))
    var work = [Double](repeating: 0, count: Int(workSize))
    var info: Int32 = 0
    enter()
    defer { leave() }
    dsyev_("V", "U", &size, &vectors, &size, &values, &work, &workSize, &info)
    precondition(info == 0, "dsyev ended with code \(info)")
    return (values, (0..<order).map { Array(vectors[$0 * order..<($0 + 1) * order]) })
  }
}
