import ArgumentParser
import Foundation
import Unlearning

/// The command `runner new`, which only has subcommands.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Begins a new plugin.", subcommands: [NewMethodCommand.self])
}

/// The command `runner new method NAME`.
struct NewMethodCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "method", abstract: "Begins a new unlearning method: a folder, a test, and its lines in two lists.",
    discussion: "Works in the folder of Lacuna's Package.swift. The method works as it is; change it into yours.")

  @Argument(help: "The name as experiment files will write it, like 'noisy-tuning'.")
  var name: String

  func run(in context: Context) throws -> ExitStatus {
    let root = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    let names: MethodName
    let paths: [String]
    do throws(ScaffoldError) {
      names = try MethodName(name)
      paths = try MethodScaffold(root: root, registry: context.registry).create(names)
    } catch {
      throw UsageError("\(error)")
    }
    try context.console.write(paths.map { "\($0)\n" }.joined())
    context.console.report(
      "next: change it into your method, run 'swift test --filter \(names.module)Tests', "
        + "and name '\(names.plugin)' in an experiment\n")
    return .done
  }
}
