import ArgumentParser
import ConfigYAML
import Data
import Experiments
import Foundation
import Unlearning

/// The command `runner check FILE...`.
struct CheckCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks experiment files, and shows all errors in them.",
    discussion: "Every cell of the grid is planned; nothing is run, and nothing is written.")

  @Argument(help: "The experiment files.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replaces a value of each file, for example 'training.epochs=200'; may be repeated.",
      valueName: "path=value"))
  var overrides: [String] = []

  func run(in context: Context) throws -> ExitStatus {
    var status = ExitStatus.done
    for file in files {
      do {
        try context.console.write("\(file): \(try verdict(on: file, context.registry))\n")
      } catch let error as DiagnosticList {
        context.console.report("\(error.summary)\n")
        status = .badUsage
      } catch let error as UsageError {
        context.console.report("\(error)\n")
        status = .badUsage
      }
    }
    return status
  }

  private func verdict(on file: String, _ registry: Registry) throws -> String {
    let experiment = try Experiment.load(URL(fileURLWithPath: file), registry: registry, overrides: overrides)
    do {
      let plan = try Plan(experiment, registry: registry, memory: MachineMemory.available)
      let leftOut = plan.pruned.isEmpty ? "" : ", \(plan.pruned.count) left out"
      let notes = plan.notes.map { "\n  note: \($0)" }.joined()
      return "valid; \(plan.cells.count) cells\(leftOut), \(plan.steps.count) steps\(notes)"
    } catch let error as DataError {
      // The file itself is valid; the data may be on another machine.
      guard case .missingFiles = error else { throw UsageError("\(file): its data cannot be used: \(error)") }
      return "valid, but its data are missing: \(error)"
    }
  }
}
