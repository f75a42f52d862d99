import Experiments
import Foundation

/// Where a command writes: results on one side, everything else on the other.
///
/// Names in experiment files and data may hold anything, and messages from programs and servers, too. Of all that, only
/// what a terminal shows as text reaches one.
package struct Console: Sendable {
  /// Columns of the terminal that shows results; nil where they go to a file or a pipe.
  package var outputWidth: Int?
  /// Columns of the terminal that shows progress; nil where it goes to a file or a pipe.
  package var progressWidth: Int?
  private let output: @Sendable (String) throws -> Void
  private let messages: @Sendable (String) -> Void

  /// The longest line that a terminal or a message gets, in characters.
  private static let longestLine = 4000
  private static let clearLine = "\r\u{1B}[2K"

  /// A console that hands everything on.
  package init(
    outputWidth: Int? = nil, progressWidth: Int? = nil, write: @escaping @Sendable (String) throws -> Void,
    report: @escaping @Sendable (String) -> Void
  ) {
    self.outputWidth = outputWidth
    self.progressWidth = progressWidth
    output = write
    messages = report
  }

  /// Writes results; throws when they cannot be written, for instance to a full disk.
  ///
  /// A file gets every byte of them.
  package func write(_ text: String) throws {
    try output(outputWidth == nil ? text : text.visible.cappingLines(at: Self.longestLine))
  }

  /// Writes messages.
  package func report(_ text: String) { messages(text.visible.cappingLines(at: Self.longestLine)) }

  /// Takes the progress line off the terminal, and shows `line` in its place.
  func redraw(_ line: String = "") { messages(Self.clearLine + line.visible) }

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
