import JSON
import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Limits of experiment files") struct LimitTests {
  private static let huge = "9223372036854775807"

  @Test(
    "every count has an upper bound",
    arguments: [
      (SmallExperiment { $0.training = "epochs: \(huge)" }, "'epochs' must be in [0, 100000], is \(huge)"),
      (SmallExperiment { $0.training = "batch_size: \(huge)" }, "'batch_size' must be in [1, 1000000], is \(huge)"),
      (
        SmallExperiment { $0.training = "augmentation: {padding: \(huge)}" },
        "'augmentation.padding' must be in [0, 1024], is \(huge)"
      ),
      (
        SmallExperiment { $0.architectures = ["mlp: {hidden: [\(huge)]}"] },
        "'hidden' must be in [1, 65536], is \(huge)"
      ),
      (
        SmallExperiment { $0.architectures = ["mlp: {hidden: \([Int](repeating: 8, count: 1001))}"] },
        "'hidden' must have at most 1000 values, has 1001"
      ),
      (
        SmallExperiment { $0.attacks = ["mia-forest: {trees: [\(huge)]}"] }, "'trees' must be in [1, 10000], is \(huge)"
      ),
      (
        SmallExperiment { $0.attacks = ["mia-logistic: {splits: \(huge)}"] },
        "'splits' must be in [1, 10000], is \(huge)"
      ),
      (SmallExperiment { $0.seeds = "[\(huge)]" }, "a seed is in [0, 9007199254740991], found \(huge)"),
      (
        SmallExperiment { $0.data = ["shapes: {seed: \(huge)}"] }, "'seed' must be in [0, 9007199254740991], is \(huge)"
      ),
    ])
  func bounds(experiment: SmallExperiment, message: String) {
    #expect {
      try experiment.load()
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.message) == [message]
    }
  }

  @Test("grids that are too large to plan are rejected, by any product of their axes")
  func cells() throws {
    let values = (1...317).map(String.init).joined(separator: ", ")
    let experiment = SmallExperiment { $0.training = "epochs: {sweep: [\(values)]}, batch_size: {sweep: [\(values)]}" }
    #expect {
      try experiment.plan()
    } throws: {
      "\($0)".contains("100000 c")
    }
  }

  @Test("models that do not fit into memory are skipped with the reason, and all others are planned")
  func memory() throws {
    let experiment = try SmallExperiment { $0.architectures = ["mlp: {hidden: {sweep: [[16], [60000]]}}"] }.load()
    let plan = try Plan(experiment, registry: .builtIns, memory: 1_000_000_000)
    #expect(Set(plan.cells.map(\.architecture)) == ["mlp(hidden=[16])"])
    let reason =
      "mlp(hidden=[60000]) has 184980010 parameters and takes about 2.3 GB of memory to train by batches of 128, and "
      + "this process may take 1.0 GB"
    #expect(plan.pruned.map(\.reason) == [reason])
    let small = try SmallExperiment().plan()
    #expect(Set(plan.steps.map(\.key)) == Set(small.steps.map(\.key)))
    #expect(try Plan(experiment, registry: .builtIns).pruned.isEmpty, "results of another machine are read")
  }

  @Test("a batch is at most the data set, and only a method that needs more memory than the original is skipped")
  func batches() throws {
    var experiment = SmallExperiment { $0.training += ", batch_size: 1000000" }
    let plan = try Plan(try experiment.load(), registry: .builtIns, memory: 50_000_000)
    #expect(plan.pruned.isEmpty)
    experiment.methods[1] = "rwft: {training: {batch_size: 1000000, optimizer: adam, epochs: 1}}"
    let tight = try Plan(try experiment.load(), registry: .builtIns, memory: 8_200_000)
    #expect(tight.pruned.map(\.description) == ["shapes / mlp / class circle / rwft"])
  }

  @Test("available memory is positive and at most that of the machine")
  func machine() {
    #expect(MachineMemory.available > 0)
    #expect(MachineMemory.available < 1 << 50)
  }

  #if os(Linux)
    @Test("an address space without room for the threads is a problem, with both sizes in the message")
    func addressSpace() async {
      await #expect(processExitsWith: .success) {
        for (size, threads, isProblem) in [(895, 2, true), (896, 2, false), (896, 3, true)] {
          var limit = rlimit()
          try #require(getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
          limit.rlim_cur = UInt(size << 20)
          try #require(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
          let problem = MachineMemory.problem(threads: threads)
          #expect((problem != nil) == isProblem, "\(size) MiB, \(threads) threads")
          if let problem { #expect(problem.contains("\(size) MiB") && problem.contains("\(640 + 128 * threads) MiB")) }
        }
      }
    }
  #endif

  @Test("a misspelt swept parameter is reported once, at its name")
  func sweptTypo() {
    let experiment = SmallExperiment {
      $0.methods[1] = "trw: {tlit: {sweep: [1, 2, 3]}, temperature: {sweep: [1, 2]}}"
    }
    #expect {
      try experiment.load()
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics ?? []
      return found.map(\.message) == ["unknown key 'tlit' (did you mean 'tilt'?)"] && found[0].mark?.column == 11
    }
  }

  @Test("keys are the digests of canonical texts, also of texts composed from parts")
  func keys() throws {
    let plan = try SmallExperiment().plan()
    for step in plan.steps {
      #expect(step.key == StepKey(canonicalText: step.configuration.canonicalText), "\(step.label)")
    }
  }
}
