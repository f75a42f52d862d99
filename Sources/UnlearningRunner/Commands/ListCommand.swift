import JSON
import ArgumentParser
import ConfigYAML
import Unlearning

/// The command `runner list [role]`.
struct ListCommand: RunnerCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the plugins that experiment files can name.")

  @Argument(help: "The kind of plugins; by default all.")
  var role: PluginRole?

  @Option(help: "The format; json has every card with all parameters.")
  var format = Format.table

  func run(in context: Context) throws -> ExitStatus {
    let roles = role.map { [$0] } ?? PluginRole.allCases
    switch format {
    case .json:
      let plugins = PluginDescription.all(of: roles, in: context.registry)
      try context.console.write(JSONValue.array(plugins.map(\.json)).indented + "\n")
    case .table:
      let plugins = roles.map { ($0, $0.plugins(in: context.registry).map { $0.card }) }
      let width = plugins.flatMap { $0.1 }.map { $0.name.count }.max() ?? 0
      let parts = plugins.map { role, cards in
        let rows = cards.map { ["  " + $0.name.padding(to: width), "\($0.title). \($0.summary)"] }
        return ([role.rawValue] + TextTable(rows: rows).lines(width: context.console.outputWidth))
          .map { $0 + "\n" }.joined()
      }
      try context.console.write(parts.joined(separator: "\n"))
    }
    return .done
  }
}

extension String {
  /// Names of plugins are ASCII, so the number of characters is the number of columns.
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
