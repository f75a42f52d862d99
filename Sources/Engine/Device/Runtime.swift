import CKernels
import Synchronization

/// What the engine runs on, and how many threads it may use.
public enum Runtime {
  /// "amx" (AVX-512, and products of wide convolutions on tiles of bfloat16 parts), "avx512", "avx2" or "portable".
  public static var instructionSet: String { String(cString: lacuna_instruction_set()) }
  /// OpenBLAS's version, build options and processor type.
  public static var blas: String { BLAS.description }
  /// Why the machine's OpenBLAS must not be used, with the fix; nil where it is sound.
  ///
  /// The serial variant gives wrong results when several threads call it, even each with data of its own.
  public static var blasProblem: String? { blasProblem(parallelism: BLAS.parallelism) }

  package static func blasProblem(parallelism: Int) -> String? {
    guard parallelism == 0 else { return nil }
    return "OpenBLAS is the serial variant, which computes wrong numbers when several threads use it. On Debian this "
      + "installs the one with threads, which takes its place: sudo apt-get install libopenblas0-pthread"
  }

  /// Threads that kernels may use together.
  ///
  /// Results do not depend on it.
  public static var threadLimit: Int { Int(lacuna_thread_limit()) }

  /// Sets how many threads kernels may use together; ≥ 1.
  public static func setThreadLimit(_ limit: Int) {
    precondition(limit >= 1, "a thread limit is at least 1, not \(limit)")
    lacuna_set_thread_limit(Int32(limit))
  }

  /// Threads that a kernel called now may use: the limit, shared by the jobs side by side.
  public static var threadShare: Int { Int(lacuna_thread_share()) }

  /// Runs `body` with all its kernels on this thread alone.
  static func runningInline(_ body: () -> Void) {
    let before = lacuna_set_inline(1)
    defer { _ = lacuna_set_inline(before) }
    body()
  }

  /// Whether 3×3 convolutions use Winograd's algorithm where it is faster: of stride 1 from 16 channels on, of stride 2 from
  /// 32 on.
  ///
  /// It needs a quarter of the multiplications of the direct algorithm, at stride 2 nine sixteenths, and its rounding error
  /// is about ten times as large: 2·10⁻⁶ to 2·10⁻⁵ of the root mean square of the result. On, unless the environment's
  /// LACUNA_WINOGRAD is "off".
  /// - Source: Lavin and Gray, CVPR 2016, arXiv:1509.09308, section 4.2 (F(4×4, 3×3)); for stride 2 the decomposition of
  ///   Huang, Zhang, Zhang, et al., AAAI 2020, arXiv:2002.00552.
  public static var usesWinograd: Bool { lacuna_winograd() != 0 }

  /// Switches Winograd's algorithm on or off for the whole process.
  public static func setWinograd(_ enabled: Bool) { lacuna_set_winograd(enabled ? 1 : 0) }

  /// Runs `body` as one of several jobs side by side, which share the threads evenly.
  public static func asJob<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    lacuna_change_jobs(1)
    defer { lacuna_change_jobs(-1) }
    return try body()
  }

  /// The values of `body` for all numbers below `count`, in their order; made on this thread and on idle ones of the pool.
  ///
  /// Calls inside `body` run one after another.
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

  /// Eigenvalues in ascending order and the eigenvectors (as rows) of a symmetric matrix, in double precision.
  public static func symmetricEigen(_ matrix: [Double], order: Int) -> (values: [Double], vectors: [[Double]]) {
    BLAS.symmetricEigen(matrix, order: order)
  }
}
