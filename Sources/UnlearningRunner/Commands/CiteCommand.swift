import ArgumentParser
import Experiments
import Unlearning

/// The command `runner cite FILE`.
struct CiteCommand: RunnerCommand {
  static let configuration = CommandConfiguration(
    commandName: "cite", abstract: "Prints the BibTeX of everything that an experiment uses.",
    discussion: """
      Methods, attacks, metrics, data sets and architectures that follow one publication share an entry, whose note says \
      for what it was used. What has no publication is named in a comment.
      """)

  @OptionGroup var experiment: ExperimentOptions

  func run(in context: Context) throws -> ExitStatus {
    let cards = try experiment.load(context.registry).cards(in: context.registry)
    try context.console.write(Bibliography(cards).text)
    return .done
  }
}
