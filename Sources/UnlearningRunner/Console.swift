import Experiments
import Foundation

/// The outputs of a command: results on one stream, everything else on the other.
///
/// Names in experiment files and data, and messages from programs and servers, may contain anything; a terminal gets
/// only printable text.
package struct Console: Sendable {
  /// Columns of a line of results: those of the terminal, or what `COLUMNS` says where results go to a file or a pipe;
  /// nil for lines of any length.
  package var outputWidth: Int?
  /// Columns of the terminal for progress; nil for a file or a pipe.
  package var progressWidth: Int?
  private let outputIsTerminal: Bool
  private let output: @Sendable (String) throws -> Void
  private let messages: @Sendable (String) -> Void

  /// The maximum length of a line for a terminal or a message, in characters.
  private static let longestLine = 4000
  private static let clearLine = "\r\u{1B}[2K"

  /// A console that passes text to the given functions.
  ///
  /// - Parameter outputIsTerminal: Whether results are read by a terminal; if nil, they are where they have a width.
  package init(
    outputWidth: Int? = nil, outputIsTerminal: Bool? = nil, progressWidth: Int? = nil,
    write: @escaping @Sendable (String) throws -> Void, report: @escaping @Sendable (String) -> Void
  ) {
    self.outputWidth = outputWidth
    self.outputIsTerminal = outputIsTerminal ?? (outputWidth != nil)
    self.progressWidth = progressWidth
    output = write
    messages = report
  }

  /// Writes results; throws if they cannot be written, for instance to a full disk.
  ///
  /// A file gets them byte for byte.
  package func write(_ text: String) throws {
    try output(outputIsTerminal ? text.visible.cappingLines(at: Self.longestLine) : text)
  }

  /// Writes messages.
  package func report(_ text: String) { messages(text.visible.cappingLines(at: Self.longestLine)) }

  /// Replaces the progress line on the terminal by `line`.
  func redraw(_ line: String = "") { messages(Self.clearLine + line.visible) }

  /// The streams of the process.
  static let standard: Console = {
    let terminal = terminalWidth(STDOUT_FILENO)
    return Console(
      outputWidth: terminal ?? columns(in: ProcessInfo.processInfo.environment), outputIsTerminal: terminal != nil,
      progressWidth: terminalWidth(STDERR_FILENO),
      write: { try FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) },
      // If messages themselves cannot be written, the error cannot be reported either.
      report: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })
  }()

  /// The columns that the variable `COLUMNS` asks for; nil where it is no whole number from `narrowest` on.
  package static func columns(in environment: [String: String]) -> Int? {
    environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 >= narrowest ? $0 : nil }
  }

  /// The fewest columns of a line that are taken for a width: help has a margin of about 30.
  static let narrowest = 40

  private static func terminalWidth(_ descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
