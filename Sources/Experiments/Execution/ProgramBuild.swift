import Digests
import Foundation

/// The program that runs, as it was built.
enum ProgramBuild {
  /// The SHA-256 of the executable file; nil where the system does not give the file.
  ///
  /// No folder is asked for a revision: whatever lies where the program runs need not be its own. `Revision.name` is
  /// written by the build.
  static let digest: String? = {
    guard let handle = try? FileHandle(forReadingFrom: URL(filePath: path)) else { return nil }
    // Nothing was written, so there is nothing to lose when closing fails.
    defer { try? handle.close() }
    var hash = SHA256()
    while let chunk = try? handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(chunk) }
    return hash.finalize().hexadecimal
  }()

  /// When the executable was linked, in seconds since 1970; nil where the system does not give the file.
  static let time: Double? = FileSystem.timeOfChange(path)

  private static let path: String = {
    // On Linux this is the file that was started, whatever stands at its path by now.
    let own = "/proc/self/exe"
    if case .file = FileSystem.kind(of: own) { return own }
    return Bundle.main.executablePath ?? CommandLine.arguments[0]
  }()
}
