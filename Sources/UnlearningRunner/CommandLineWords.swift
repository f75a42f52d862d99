import ConfigYAML
import Foundation

/// Preprocesses the arguments of the command line.
package enum CommandLineWords {
  /// `arguments` with `run` in front if the first word is a file instead of a command.
  ///
  /// - Throws: `UsageError` if the first word is neither; it names the nearest command.
  package static func rewritten(
    _ arguments: [String], commands: [String],
    fileExists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
  ) throws -> [String] {
    guard let first = arguments.first, !commands.contains(first), !isOfTheParser(first) else { return arguments }
    // Options of `run` may precede its file; all other commands must come first.
    if first.hasPrefix("-") || looksLikeFile(first) || fileExists(first) { return ["run"] + arguments }
    throw UsageError("\(unknownName("command", first, known: commands)); there is no such file either")
  }

  /// Whether the argument parser handles this option itself: help, the version, and shell completion.
  private static func isOfTheParser(_ word: String) -> Bool {
    ["-h", "--help", "-help", "--help-hidden", "--version"].contains(word)
      || word.hasPrefix("--generate-completion-script") || word.hasPrefix("---")
  }

  private static func looksLikeFile(_ word: String) -> Bool {
    word.contains("/") || [".yaml", ".yml", ".json"].contains { word.lowercased().hasSuffix($0) }
  }
}
