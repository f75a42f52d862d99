import ConfigYAML
import Foundation

/// The words of a command line, before they are parsed.
package enum CommandLineWords {
  /// `arguments` with `run` in front where the first word is a file instead of a command.
  ///
  /// - Throws: `UsageError` when the first word is neither; it names the nearest command.
  package static func rewritten(
    _ arguments: [String], commands: [String],
    fileExists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
  ) throws -> [String] {
    guard let first = arguments.first, !commands.contains(first), !isOfTheParser(first) else { return arguments }
    // Options of `run` may stand before its file; all other commands are named first.
    if first.hasPrefix("-") || looksLikeFile(first) || fileExists(first) { return ["run"] + arguments }
    throw UsageError("\(unknownName("command", first, known: commands)); there is no such file, either")
  }

  /// Whether the parser answers this option itself: help, the version, and what shells ask for.
  private static func isOfTheParser(_ word: String) -> Bool {
    ["-h", "--help", "-help", "--help-hidden", "--version"].contains(word)
      || word.hasPrefix("--generate-completion-script") || word.hasPrefix("---")
  }

  private static func looksLikeFile(_ word: String) -> Bool {
    word.contains("/") || [".yaml", ".yml", ".json"].contains { word.lowercased().hasSuffix($0) }
  }
}
