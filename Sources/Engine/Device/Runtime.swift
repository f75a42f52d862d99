import CKernels
import Synchronization

/// The engine's instruction set, BLAS library and threads.
public enum Runtime {
  /// "amx" (AVX-512, and products of wide convolutions on tiles of bfloat16 parts), "avx512", "avx2" or "portable".
  public static var instructionSet: String { String(cString: lacuna_instruction_set()) }
  /// OpenBLAS's version, build options and processor type.
  public static var blas: String { BLAS.description }
  /// Why this machine's OpenBLAS must not be used, with the fix; nil if it is safe.
  ///
  /// The serial variant gives wrong results when several threads call it, even on separate data.
  public static var blasProblem: String? { blasProblem(parallelism: BLAS.parallelism) }

  package static func blasProblem(parallelism: Int) -> String? {
    guard parallelism == 0 else { return nil }
    return "OpenBLAS is the serial variant, which computes wrong numbers when several threads use it. On Debian this "
      + "installs the one with threads, which takes its place: sudo apt-get install libopenblas0-pthread"
  }

  /// The number of threads that kernels may use in total.
  ///
  /// Results do not depend on it.
  public static var threadLimit: Int { Int(lacuna_thread_limit()) }

  /// Sets the number of threads that kernels may use in total; ≥ 1.
  public static func setThreadLimit(_ limit: Int) {
    precondition(limit >= 1, "a thread limit is at least 1, not \(limit)")
    lacuna_set_thread_limit(Int32(limit))
  }

  /// The number of threads that a kernel called now may use: the limit divided among the running jobs.
  public static var threadShare: Int { Int(lacuna_thread_share()) }

  /// Runs `body` with all its kernels on the calling thread only.
  static func runningInline(_ body: () -> Void) {
    let before = lacuna_set_inline(1)
    defer { _ = lacuna_set_inline(before) }
    body()
  }

  /// Whether 3×3 convolutions use Winograd's algorithm where it is faster: with stride 1 from 16 channels, with stride
  /// 2 from 32 channels.
  ///
  /// It needs 1/4 of the multiplications of the direct algorithm, 9/16 with stride 2; its rounding error is about ten
  /// times as large, 2·10⁻⁶ to 2·10⁻⁵ of the root mean square of the result. On unless the environment variable
  /// LACUNA_WINOGRAD is "off".
  /// - Source: Lavin and Gray, CVPR 2016, arXiv:1509.09308, section 4.2 (F(4×4, 3×3)); for stride 2 the decomposition
  ///   of Huang, Zhang, Zhang, et al., AAAI 2020, arXiv:2002.00552.
  public static var usesWinograd: Bool { lacuna_winograd() != 0 }

  /// Switches Winograd's algorithm on or off for the whole process.
  public static func setWinograd(_ enabled: Bool) { lacuna_set_winograd(enabled ? 1 : 0) }

  /// Runs `body` as one of several concurrent jobs, which share the threads evenly.
  public static func asJob<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    lacuna_change_jobs(1)
    defer { lacuna_change_jobs(-1) }
    return try body()
  }

  /// The values of `body` for all indices below `count`, in order; computed on this thread and on idle threads of the
  /// pool.
  ///
  /// Parallel calls inside `body` run sequentially.
  public static func concurrentMap<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: count))
    withoutActuallyEscaping(body) { body in
      let work = Unmanaged.passRetained(
        Work { number in
          let value = body(number)
          values.withLock { $0[number] = value }
        })
      defer { work.release() }
      lacuna_parallel(
        Int64(count),
        { context, number in
          guard let context else { return }
          Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body(Int(number))
        }, work.toOpaque())
    }
    return values.withLock { $0.compactMap { $0 } }
  }

  private final class Work: Sendable {
    let body: @Sendable (Int) -> Void
    init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }
  }

  /// The matrix product `[M, K]`·`[K, N]` → `[M, N]` in double precision, with optional transposition of each factor.
  ///
  /// All matrices are in row-major order. Computed on the calling thread, as part of a statistic and not of a model.
  public static func product(
    _ a: [Double], transposedA: Bool = false, _ b: [Double], transposedB: Bool = false, m: Int, n: Int, k: Int
  ) -> [Double] {
    BLAS.product(a, transposedA: transposedA, b, transposedB: transposedB, m: m, n: n, k: k)
  }

  /// Eigenvalues in ascending order and the eigenvectors (as rows) of a symmetric matrix, in double precision.
  public static func symmetricEigen(_ matrix: [Double], order: Int) -> (values: [Double], vectors: [[Double]]) {
    BLAS.symmetricEigen(matrix, order: order)
  }
}
