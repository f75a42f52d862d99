import ArgumentParser
import Foundation
import Unlearning

/// The command `runner new ROLE NAME`.
struct NewCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Creates a new plugin: a folder, a test, and its lines in two lists.",
    discussion: "Works in the folder of Lacuna's Package.swift. The plugin works as it is; change it into yours.")

  private static let roles = PluginRole.allCases.map(\.singular)

  @Argument(
    help: "What to create: \(roles.joined(separator: ", ")).", completion: .list(roles),
    transform: { try Self.role(named: $0) })
  var role: PluginRole

  @Argument(help: "The name for experiment files, such as 'noisy-tuning'.")
  var name: String

  func run(in context: Context) throws -> ExitStatus {
    let root = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    let names: PluginName
    let paths: [String]
    do throws(ScaffoldError) {
      names = try PluginName(name, of: role)
      paths = try PluginScaffold(root: root, registry: context.registry).create(names)
    } catch {
      throw UsageError("\(error)")
    }
    try context.console.write(paths.map { "\($0)\n" }.joined())
    context.console.report(
      "next: change it into your \(role.singular), run \"swift test --filter '\(role.testFilter(names.module))'\" and "
        + "'make schemas', and name '\(names.plugin)' in an experiment\n")
    return .done
  }

  private static func role(named word: String) throws -> PluginRole {
    guard let role = PluginRole.allCases.first(where: { $0.singular == word }) else {
      throw ValidationError("'\(word)' is not one of \(roles.joined(separator: ", "))")
    }
    return role
  }
}
