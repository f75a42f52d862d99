import Engine
import Foundation

/// Times the engine; prints a JSON object.
///
/// - `engine-benchmark MODEL THREADS STEPS`: training steps and inference of one model.
/// - `engine-benchmark MODEL THREADS STEPS COPIES`: training steps of several copies in parallel, which share the
///   threads.
/// - `engine-benchmark layers MODEL THREADS STEPS`: each convolution of a model separately, as a Markdown table.
@main enum EngineBenchmark {
  static func main() async throws {
    var words = Array(CommandLine.arguments.dropFirst())
    let byLayer = words.first == "layers"
    if byLayer { words.removeFirst() }
    guard let name = words.first, BenchmarkModel.names.contains(name), (3...4).contains(words.count) else { usage() }
    let numbers = words.dropFirst().compactMap(Int.init)
    guard numbers.count == words.count - 1, numbers.allSatisfy({ $0 > 0 }), numbers[1] > 2 else { usage() }
    let (threads, steps) = (numbers[0], numbers[1])
    Runtime.setThreadLimit(threads)
    if byLayer { return LayerBenchmark.print(model: name, steps: steps) }
    if numbers.count == 3 { return try await printSideBySide(name, threads: threads, steps: steps, copies: numbers[2]) }
    try printAlone(name, threads: threads, steps: steps)
  }

  private static func usage() -> Never {
    let text = """
      usage: engine-benchmark MODEL THREADS STEPS [COPIES]
             engine-benchmark layers MODEL THREADS STEPS
      MODEL is one of \(BenchmarkModel.names.joined(separator: ", ")); STEPS at least 3\n
      """
    FileHandle.standardError.write(Data(text.utf8))
    exit(2)
  }

  private static func printAlone(_ name: String, threads: Int, steps: Int) throws {
    var model = try BenchmarkModel(name)
    let training = Stopwatch.seconds(steps) { model.train() }
    let inference = Stopwatch.seconds(steps) { model.infer() }
    print(
      "{\"model\": \"\(name)\", \"threads\": \(threads), \"batch\": \(BenchmarkModel.batch), "
        + "\"train_ms\": \(1000 * training), \"infer_ms\": \(1000 * inference), "
        + "\"parameters\": \(model.parameterCount), \"instruction_set\": \"\(Runtime.instructionSet)\"}")
  }

  /// Prints the training steps per second of all copies together; the first two steps of each copy are not counted.
  private static func printSideBySide(_ name: String, threads: Int, steps: Int, copies: Int) async throws {
    let models = try (0..<copies).map { _ in try BenchmarkModel(name) }
    func train(_ steps: Int) async {
      await withTaskGroup(of: Void.self) { group in
        for model in models {
          group.addTask {
            var model = model
            Runtime.asJob { for _ in 0..<steps { model.train() } }
          }
        }
      }
    }
    await train(2)
    let clock = ContinuousClock()
    let seconds = Stopwatch.seconds(await clock.measure { await train(steps) })
    print(
      "{\"model\": \"\(name)\", \"threads\": \(threads), \"copies\": \(copies), "
        + "\"steps_per_second\": \(Double(copies * steps) / seconds)}")
  }
}
