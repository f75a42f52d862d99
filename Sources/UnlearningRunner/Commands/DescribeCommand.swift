import ArgumentParser
import ConfigYAML
import Unlearning

/// The command `runner describe NAME`.
struct DescribeCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Shows the card of a plugin and its parameters with types, ranges and defaults.")

  @Argument(help: "The name of a plugin in experiment files.")
  var name: String

  func run(in context: Context) throws -> ExitStatus {
    let all = PluginRole.allCases.flatMap { role in role.plugins(in: context.registry).map { (role, $0) } }
    let found = all.filter { $0.1.card.name == name }
    guard !found.isEmpty else { throw UsageError(unknownName("plugin", name, known: all.map { $0.1.card.name })) }
    let texts = found.map { PluginDescription(role: $0, $1).text(width: context.console.outputWidth) }
    try context.console.write(texts.joined(separator: "\n"))
    return .done
  }
}
