import ConfigYAML
import Experiments
import TestSupport
import Testing

/// Values of `--set`, and the places of errors in them.
@Suite("Overrides") struct OverrideTests {
  @Test("overrides change values, also of plugins written without parameters")
  func overrides() throws {
    let plan = try SmallExperiment().plan(overrides: ["training.epochs=5", "attacks.0.mia-svc.maximum_samples=50"])
    let train = try #require(plan.steps.first { $0.kind == .train })
    let unchanged = try #require(try SmallExperiment().plan().steps.first { $0.kind == .train })
    #expect(train.key != unchanged.key)
  }

  @Test(
    "an override below a value that has no parts is an error with the right spelling",
    arguments: [
      ("methods.1.tilt=3", "'methods.1' is the plugin 'rwft'; its parameters are named by 'methods.1.rwft.tilt=…'"),
      (
        "attacks.0.cost=3",
        "'attacks.0' is the plugin 'mia-svc'; its parameters are named by 'attacks.0.mia-svc.cost=…'"
      ),
      (
        "experiment.name=3",
        "'experiment' is the value 'small', which has no 'name' in it; 'experiment=…' replaces it whole"
      ),
      ("methods[7].rwft.tilt=1", "'7' is no item of the list 'methods', whose items are 0 to 1"),
      (
        "seeds.training=[1]",
        "'training' is no item of the list 'seeds', whose items are 0 to 1; 'seeds=…' replaces it whole"
      ),
    ])
  func overridesBelowScalars(text: String, problem: String) {
    #expect {
      try SmallExperiment().load(overrides: [text])
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.description) == ["--set \(text): error: \(problem)"]
    }
  }

  @Test(
    "an override with a dot or a bracket too many is an error with the right spelling",
    arguments: [
      ("training..epochs=3", "write 'training.epochs=…'"), (".training.epochs=3", "write 'training.epochs=…'"),
      ("training.epochs.=3", "write 'training.epochs=…'"),
      ("attacks.[0].mia-svc.cost=2", "write 'attacks.0.mia-svc.cost=…'"),
      ("attacks[0.mia-svc.cost=2", "write 'attacks.0.mia-svc.cost=…'"),
      ("attacks[0]mia-svc.cost=2", "write 'attacks.0.mia-svc.cost=…'"), (".=3", "a path names at least one key"),
    ])
  func misspelledOverrides(text: String, hint: String) {
    #expect {
      try SmallExperiment().load(overrides: [text])
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.description)
        == ["--set \(text): error: the path has a dot or a bracket too many; \(hint)"]
    }
  }

  @Test("a path of more than 64 parts is refused")
  func longestOverride() {
    let path = Array(repeating: "a", count: 65).joined(separator: ".")
    #expect {
      try SmallExperiment().load(overrides: ["\(path)=1"])
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.description)
        == ["--set \("\(path)=1".shownName()): error: the path has 65 parts; at most 64 are possible"]
    }
  }

  @Test(
    "an error in the value of an override has the override as its place, and is one",
    arguments: [
      ("metrics.0.accuracy.foo=3", "unknown key 'foo': none is expected here"),
      ("metrics.2.average-gap.foo=3", "unknown key 'foo'; known: definition, terms"),
      ("metrics.0={acuracy: {}}", "unknown metric 'acuracy' (did you mean 'accuracy'?)"),
      ("training.epochs=many", "expected an integer, found 'many'"),
      ("training.momentum=.nan", "expected a number, found '.nan' (not a number)"),
      ("methods.1.rwft.training.momentum=1.5", "'training.momentum' must be in [0, 1), is 1.5"),
      ("methods.1.rwft.training.momentum={sweep: [0.5, 0.50]}", "the value 0.50 is swept twice"),
      ("seeds=[1, 1]", "seed 1 is listed twice"),
      ("forget.0.class=cirkle", "unknown class 'cirkle' (did you mean 'circle'?)"),
      ("experiment=a b", "an experiment's name has letters, digits, '_', '-' and '.'; found 'a b'"),
      ("traning.epochs=3", "unknown key 'traning' (did you mean 'training'?)"),
    ])
  func errorsOfOverrides(text: String, problem: String) {
    let experiment = SmallExperiment { $0.metrics.append("average-gap: {}") }
    #expect {
      try experiment.load(overrides: ["seeds=[4, 5]", text])
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.description) == ["--set \(text): error: \(problem)"]
    }
  }

  @Test(
    "an error that later checks find beside the value of an override has the override as its place",
    arguments: [
      ("seeds.0=2", "seed 2 is listed twice"),
      ("architectures.0.mlp.hidden[0]=0", "'hidden' must be in [1, 65536], is 0"),
      ("forget.0.class[0]=square", "class 'square' is named twice"),
      ("forget.1.samples.fraction=0.0005", "shapes / samples 0.0005: the forget set of a fraction of 0.0005 is empty"),
      ("forget.1.samples.count=3", "samples are given by either 'fraction' or 'count'"),
      ("forget.0.class=2", "the forget request 'class 2' is listed twice"),
      ("methods.0.trw.zip.training.epochs=[1]", "the lists of a zip have equal lengths; 'tilt' has 2 values, "),
      ("methods.0.trw.tilt=2", "'tilt' is given twice: by a sweep or zip, and by a value"),
      ("methods.1.rwft.training.epochs.sweep.0=2", "the value 2 is swept twice"),
      ("methods.2.fine-tune.training.epochs=3", "method 'fine-tune' is listed twice"),
      ("exclude.0.seed=7", "the exclusion {method: rwft, seed: 7} matches no cell"),
      ("exclude.0.method=trw", "the exclusion {method: trw, seed: 1} is listed twice"),
      ("exclude.2.original_training.epochs=9", "the exclusion {original_training.epochs: 9} matches no cell"),
      ("validation_fraction=0.999", "shapes: no validation set can be held out: "),
    ])
  func laterErrorsOfOverrides(text: String, problem: String) {
    let experiment = SmallExperiment {
      $0.training = "epochs: {sweep: [1, 2]}"
      $0.forget = ["class: [circle, square]", "samples: {fraction: 0.1}", "class: 2"]
      $0.methods = [
        "trw: {zip: {tilt: [1, 2], training.epochs: [1, 2]}}", "rwft: {training: {epochs: {sweep: [1, 2]}}}",
        "fine-tune", "fine-tune: {training: {epochs: 3}}",
      ]
      $0.exclude = ["{method: rwft, seed: 1}", "{method: trw, seed: 1}", "{original_training.epochs: 1}"]
    }
    #expect(throws: Never.self) { try experiment.plan() }
    #expect {
      try experiment.plan(overrides: ["training.momentum=0.5", text])
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics.map(\.description) ?? []
      return found.count == 1 && found[0].hasPrefix("--set \(text): error: \(problem)")
    }
  }

  @Test("an error of a plan in the value of an override has the override as its place")
  func planErrorsOfOverrides() {
    for (text, problem) in [
      ("exclude=[{seed: 7}]", "the exclusion {seed: 7} matches no cell"),
      ("forget.0={samples: {count: 301}}", "shapes / samples 301: 301 samples requested, expected 1...299 of 300"),
    ] {
      #expect {
        try SmallExperiment().plan(overrides: ["training.epochs=1", text])
      } throws: {
        ($0 as? DiagnosticList)?.diagnostics.map(\.description) == ["--set \(text): error: \(problem)"]
      }
    }
  }

  @Test("a list index may be written in brackets")
  func bracketedOverrides() throws {
    let (dots, brackets) = ("attacks.0.mia-svc.cost=2", "attacks[0].mia-svc.cost=2")
    let plans = try [dots, brackets].map { try SmallExperiment().plan(overrides: [$0]) }
    #expect(plans[0].steps.map(\.key) == plans[1].steps.map(\.key))
  }

  @Test("unknown paths in overrides are errors", arguments: ["training", "methods.7.rwft.tilt=1", "traning.epochs=3"])
  func badOverrides(_ text: String) {
    #expect(throws: DiagnosticList.self) { try SmallExperiment().load(overrides: [text]) }
  }
}
