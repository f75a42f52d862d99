import JSON
import BuiltIns
import ConfigYAML
import Experiments
import Testing

@Suite("Limits of experiment files") struct LimitTests {
  /// What stands in the small experiment, what replaces it, and what is said of it.
  private static let huge = "9223372036854775807"

  @Test(
    "every count has an upper bound",
    arguments: [
      ("{epochs: 2,", "{epochs: \(huge),", "'epochs' must be in [0, 100000], is \(huge)"),
      ("{epochs: 2,", "{batch_size: \(huge),", "'batch_size' must be in [1, 1000000], is \(huge)"),
      (
        "{epochs: 2,", "{augmentation: {padding: \(huge)},", "'augmentation.padding' must be in [0, 1024], is \(huge)"
      ),
      ("{hidden: [16]}", "{hidden: [\(huge)]}", "'hidden' must be in [1, 65536], is \(huge)"),
      (
        "{hidden: [16]}", "{hidden: [\([String](repeating: "8", count: 1001).joined(separator: ", "))]}",
        "'hidden' must have at most 1000 values, has 1001"
      ),
      ("- mia-svc", "- mia-forest: {trees: [\(huge)]}", "'trees' must be in [1, 10000], is \(huge)"),
      ("- mia-svc", "- mia-logistic: {splits: \(huge)}", "'splits' must be in [1, 10000], is \(huge)"),
      ("[1, 2]", "[\(huge)]", "a seed is in [0, 9007199254740991], found \(huge)"),
      ("train_count: 300", "seed: \(huge)", "'seed' must be in [0, 9007199254740991], is \(huge)"),
    ])
  func bounds(old: String, new: String, message: String) {
    #expect {
      try SmallExperiment.load(SmallExperiment.text.replacing(old, with: new))
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.message) == [message]
    }
  }

  @Test("grids that are too large to plan are rejected, by any product of their axes")
  func cells() throws {
    let values = (1...317).map(String.init).joined(separator: ", ")
    let text = SmallExperiment.text.replacing(
      "{epochs: 2, learning_rate: 0.05}",
      with: "{epochs: {sweep: [\(values)]}, batch_size: {sweep: [\(values)]}}")
    #expect {
      try SmallExperiment.plan(text)
    } throws: {
      "\($0)".contains("100000 c")
    }
  }

  @Test("models that do not fit into memory are skipped with the reason, and all others are planned")
  func memory() throws {
    let text = SmallExperiment.text.replacing(
      "- mlp: {hidden: [16]}", with: "- mlp: {hidden: {sweep: [[16], [60000]]}}")
    let experiment = try SmallExperiment.load(text)
    let plan = try Plan(experiment, registry: .builtIns, memory: 1_000_000_000)
    #expect(Set(plan.cells.map(\.architecture)) == ["mlp(hidden=[16])"])
    let reason =
      "mlp(hidden=[60000]) has 184980010 parameters and takes about 2.3 GB of memory to train by batches of 128, and "
      + "this process may take 1.0 GB"
    #expect(plan.pruned.map(\.reason) == [reason])
    let small = try SmallExperiment.plan()
    #expect(Set(plan.steps.map(\.key)) == Set(small.steps.map(\.key)))
    #expect(try Plan(experiment, registry: .builtIns).pruned.isEmpty, "results of another machine are read")
  }

  @Test("a batch is at most the data set, and only a method that needs more memory than the original is skipped")
  func batches() throws {
    let whole = SmallExperiment.text.replacing("{epochs: 2,", with: "{batch_size: 1000000, epochs: 2,")
    let plan = try Plan(try SmallExperiment.load(whole), registry: .builtIns, memory: 50_000_000)
    #expect(plan.pruned.isEmpty)
    let methods = whole.replacing(
      "rwft: {training: {", with: "rwft: {training: {batch_size: 1000000, optimizer: adam, ")
    let tight = try Plan(try SmallExperiment.load(methods), registry: .builtIns, memory: 8_200_000)
    #expect(tight.pruned.map(\.description) == ["shapes / mlp / class circle / rwft"])
  }

  @Test("available memory is positive and at most that of the machine")
  func machine() {
    #expect(MachineMemory.available > 0)
    #expect(MachineMemory.available < 1 << 50)
  }

  @Test("a misspelt swept parameter is reported once, at its name")
  func sweptTypo() {
    let text = SmallExperiment.text.replacing(
      "- rwft: {training: {epochs: 1}}", with: "- trw: {tlit: {sweep: [1, 2, 3]}, temperature: {sweep: [1, 2]}}")
    #expect {
      try SmallExperiment.load(text)
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics ?? []
      return found.map(\.message) == ["unknown key 'tlit' (did you mean 'tilt'?)"] && found[0].mark?.column == 11
    }
  }

  @Test("keys are the digests of canonical texts, also of texts composed from parts")
  func keys() throws {
    let plan = try SmallExperiment.plan()
    for step in plan.steps {
      #expect(step.key == StepKey(canonicalText: step.configuration.canonicalText), "\(step.label)")
    }
  }
}
