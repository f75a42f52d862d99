import Digests
import Foundation

/// The identity of the running executable.
enum ProgramBuild {
  /// The SHA-256 of the executable file; nil where the system does not give the file.
  ///
  /// The working folder is not searched for a revision, since it need not be that of the program; `Revision.name` is
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
    // On Linux this is the started file, even if its path has been replaced since.
    let own = "/proc/self/exe"
    if case .file = FileSystem.kind(of: own) { return own }
    return Bundle.main.executablePath ?? CommandLine.arguments[0]
  }()
}
