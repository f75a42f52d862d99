import ArgumentParser
import Unlearning

/// The command `runner schema [subject]`.
struct SchemaCommand: RunnerCommand {
  enum Subject: String, CaseIterable, ExpressibleByArgument { case experiment, audit, results }

  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints the JSON Schema of experiment files, of audit files or of result rows.")

  @Argument(help: "What the schema describes.")
  var subject = Subject.experiment

  func run(in context: Context) throws -> ExitStatus {
    let schema =
      switch subject {
      case .experiment: ExperimentSchema.schema(of: context.registry)
      case .audit: AuditSchema.schema(of: context.registry)
      case .results: ResultsSchema.schema
      }
    try context.console.write(schema.indented + "\n")
    return .done
  }
}
