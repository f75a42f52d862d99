import Foundation

/// Where a command writes: results on one side, everything else on the other.
package struct Console: Sendable {
  /// Writes results; throws when they cannot be written, for instance to a full disk.
  package var write: @Sendable (String) throws -> Void
  /// Writes progress and messages.
  package var report: @Sendable (String) -> Void
  /// Columns of the terminal that shows results; nil where they go to a file or a pipe.
  package var outputWidth: Int?
  /// Columns of the terminal that shows progress; nil where it goes to a file or a pipe.
  package var progressWidth: Int?

  /// A console that hands everything on.
  package init(
    outputWidth: Int? = nil, progressWidth: Int? = nil, write: @escaping @Sendable (String) throws -> Void,
    report: @escaping @Sendable (String) -> Void
  ) {
    self.outputWidth = outputWidth
    self.progressWidth = progressWidth
    self.write = write
    self.report = report
  }

  /// The streams of the process.
  static let standard = Console(
    outputWidth: terminalWidth(STDOUT_FILENO), progressWidth: terminalWidth(STDERR_FILENO),
    write: { try FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) },
    // Nothing is left to say it to when the messages themselves cannot be written.
    report: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })

  private static func terminalWidth(_ descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
