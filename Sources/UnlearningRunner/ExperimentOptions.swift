import ArgumentParser
import ConfigYAML
import Experiments
import Foundation
import Unlearning

/// The experiment file, and the values that replace some of its own.
struct ExperimentOptions: ParsableArguments {
  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replaces a value of the file, for example 'training.epochs=200'; may be repeated.",
      valueName: "path=value"))
  var overrides: [String] = []

  /// Parses and validates the file.
  func load(_ registry: Registry) throws -> Experiment {
    try Experiment.load(URL(fileURLWithPath: file), registry: registry, overrides: overrides)
  }

  /// The arguments that select the same experiment on another command line.
  var words: String {
    ([file] + overrides.flatMap { ["--set", $0] }).map(shellQuoted).joined(separator: " ")
  }
}

/// `word` quoted for a shell.
private func shellQuoted(_ word: String) -> String {
  let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./=+,:@%".contains($0)) }
  return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}

/// The folder of finished steps.
struct StoreOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of finished steps.", valueName: "folder"), completion: .directory)
  var store = Self.defaultFolder

  private static let defaultFolder = "runs"

  /// The arguments that select the same store on another command line, with a leading space; empty for the default.
  var words: String { store == Self.defaultFolder ? "" : " --store \(shellQuoted(store))" }

  /// Opens the store; nothing is created before the first write.
  ///
  /// - Parameter mustExist: Whether a missing folder is an error; set where results are only read.
  func open(mustExist: Bool = false) throws -> Store {
    try Store(at: URL(filePath: store, directoryHint: .isDirectory), mustExist: mustExist)
  }

  func validate() throws {
    // An empty path would mean the working folder.
    if store.isEmpty {
      throw ValidationError("'--store' must be a folder, is empty; the working folder is '--store .'")
    }
  }
}

/// The format of the results.
struct FormatOptions: ParsableArguments {
  private static let names = Report.writers.map(\.name)

  @Option(
    help: ArgumentHelp("The format of the results: \(names.joined(separator: ", ")).", valueName: "format"),
    completion: .list(names), transform: { try Self.format(named: $0) })
  var format = Report.writers[0]

  private static let intervals = ReportInterval.allCases.map(\.rawValue)

  @Option(
    help: ArgumentHelp(
      "The number after ± in tables: sd, the standard deviation over seeds, or t95, half the mean's 95 % interval.",
      valueName: "interval"),
    completion: .list(intervals), transform: { try Self.interval(named: $0) })
  var interval = ReportInterval.sd

  private static func interval(named name: String) throws -> ReportInterval {
    if let interval = ReportInterval(rawValue: name) { return interval }
    throw ValidationError(unknownName("interval", name, known: intervals))
  }

  /// The report as the options say, for lines of `width` columns.
  func text(of report: Report, width: Int?) -> String {
    format.text(of: report, ReportStyle(width: width, interval: interval))
  }

  private static func format(named name: String) throws -> any ReportWriter {
    if let format = Report.writers.first(where: { $0.name == name }) { return format }
    throw ValidationError(unknownName("format", name, known: names))
  }
}
