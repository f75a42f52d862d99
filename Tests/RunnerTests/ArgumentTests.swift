import Testing
import BuiltIns
import Unlearning
import UnlearningRunner

@Suite("arguments")
struct ArgumentTests {
  private static let commands = [
    "run", "check", "plan", "list", "describe", "schema", "results", "data", "new", "help",
  ]

  @Test(
    arguments: [
      (["a.yaml"], ["run", "a.yaml"]),
      (["dir/experiment", "--workers", "2"], ["run", "dir/experiment", "--workers", "2"]),
      (["existing"], ["run", "existing"]),
      (["--dry-run", "a.yaml"], ["run", "--dry-run", "a.yaml"]),
      (["run", "a.yaml"], ["run", "a.yaml"]),
      (["list", "methods"], ["list", "methods"]),
      (["--help"], ["--help"]),
      (["--version"], ["--version"]),
      (["--generate-completion-script=bash"], ["--generate-completion-script=bash"]),
      (["help", "run"], ["help", "run"]),
      ([], []),
    ])
  func aFileMeansRun(arguments: [String], expected: [String]) throws {
    let words = try CommandLineWords.rewritten(arguments, commands: Self.commands) { $0 == "existing" }
    #expect(words == expected)
  }

  @Test(arguments: [("lst", "did you mean 'list'?"), ("resluts", "did you mean 'results'?"), ("zzzzzz", "known: ")])
  func anUnknownWordNamesTheNearestCommand(word: String, hint: String) async {
    let result = await runner(word)
    #expect(result.status == .badUsage)
    #expect(result.output.isEmpty)
    #expect(result.messages.hasPrefix("error: unknown command '\(word)'"))
    #expect(result.messages.contains(hint))
  }

  @Test func helpIsNoError() async {
    let result = await runner("--help")
    #expect(result.status == .done)
    #expect(result.messages.isEmpty)
    for command in Self.commands.dropLast() { #expect(result.output.contains("\n  \(command) "), "\(command)") }
  }

  @Test func noArgumentsPrintTheHelp() async {
    let result = await runner()
    #expect(result.status == .done)
    #expect(result.output.contains("SUBCOMMANDS:"))
  }

  @Test(
    arguments: [
      ["list", "--bogus"], ["list", "nonsense"], ["run"], ["a.yaml", "--workers", "0"], ["a.yaml", "--format", "xml"],
      ["check"], ["describe"], ["schema", "nothing"], ["new", "method"], ["new", "idea", "a"], ["data", "fetch"],
    ])
  func badUsageIsAnError(arguments: [String]) async {
    let recorder = Recorder()
    let console = Console(write: { _ in }, report: { recorder.append($0) })
    let status = await Runner.run(arguments, registry: .builtIns, console: console)
    #expect(status == .badUsage)
    #expect(recorder.text.hasPrefix("error: "))
  }

  @Test func aFileThatIsNotThereIsSaid() async {
    let result = await runner("nowhere/experiment.yaml")
    #expect(result.status == .badUsage)
    #expect(result.messages == "nowhere/experiment.yaml: error: no such file\n1 error in nowhere/experiment.yaml\n")
  }
}
