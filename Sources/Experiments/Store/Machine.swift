import Engine
import Foundation

/// The machine that a step ran on.
public struct Machine: Sendable, Equatable {
  /// The name of the host.
  public let host: String
  /// The type of the processor's cores.
  public let processor: String
  /// "amx", "avx512", "avx2" or "portable": the kernels in use.
  public let instructionSet: String
  /// Version, build options and processor type of the linear algebra library.
  public let blas: String

  /// The machine that this process runs on.
  public static let current = Machine(
    host: ProcessInfo.processInfo.hostName, processor: processorName(), instructionSet: Runtime.instructionSet,
    blas: Runtime.blas)

  private static func processorName() -> String {
    // Not every processor has this line, and not every system has this file; the architecture is always known.
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    for line in information.split(separator: "\n") where line.hasPrefix("model name") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    #if arch(x86_64)
      return "x86_64"
    #elseif arch(arm64)
      return "arm64"
    #else
      return "unknown"
    #endif
  }
}
