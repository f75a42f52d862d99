import ArgumentParser
import ConfigYAML
import Data
import Foundation
import Unlearning

/// The command `runner data`, which only has subcommands.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Fetches data sets.", subcommands: [FetchCommand.self])
}

/// The command `runner data fetch NAME`.
struct FetchCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Downloads the files of a data set from their official source, and checks them.",
    discussion: """
      Files that are there and right are left alone; a download that was interrupted goes on where it was. Needs curl, \
      and tar for archives.
      """)

  @Argument(help: "The name of a data set in experiment files.")
  var name: String

  @Option(
    help: ArgumentHelp("The data root; by default $LACUNA_DATA, else 'data'.", valueName: "folder"),
    completion: .directory)
  var root: String?

  @Option(
    help: ArgumentHelp("The address of a folder with the same files, used instead of the source.", valueName: "url"))
  var from: String?

  func run(in context: Context) async throws -> ExitStatus {
    let console = context.console
    guard let dataset = context.registry.dataset(name) else {
      throw UsageError(unknownName("data set", name, known: context.registry.datasets.map { $0.card.name }))
    }
    guard !dataset.remoteFiles.isEmpty else {
      console.report(
        dataset.gotByHand.map { "\(name) cannot be fetched; \($0)\n" }
          ?? "\(name) is generated; there is nothing to fetch\n")
      return .done
    }
    let cancellation = Cancellation()
    let fetcher = Fetcher(
      root: DataRoot.resolve(root), base: from, searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "",
      showsProgress: console.progressWidth != nil, cancellation: cancellation
    ) { console.report("\($0)\n") }
    do {
      try await Interruption.handled(by: { cancellation.cancel() }) {
        for file in dataset.remoteFiles { try fetcher.fetch(file) }
      }
      return .done
    } catch let error as FetchError {
      console.report(cancellation.isCancelled ? "\(error)\n" : "error: \(error)\n")
      return cancellation.isCancelled ? .interrupted : .failed
    }
  }
}
