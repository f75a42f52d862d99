import Crypto
import Foundation

/// The program that runs, as it was built.
enum ProgramBuild {
  /// The SHA-256 of the executable file; nil where the system does not give the file.
  ///
  /// Nothing else is asked: a revision of the sources would have to be read from some folder, and whatever lies in the
  /// folder that the program runs in need not be its own.
  static let digest: String? = {
    guard let handle = try? FileHandle(forReadingFrom: URL(filePath: path)) else { return nil }
    // Nothing was written, so there is nothing to lose when closing fails.
    defer { try? handle.close() }
    var hash = SHA256()
    while let chunk = try? handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
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
