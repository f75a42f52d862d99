import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

extension SmallExperiment {
  static func load(
    _ text: String, overrides: [String] = [], registry: Registry = .builtIns
  ) throws(DiagnosticList) -> Experiment {
    let document = try YAMLDocument(text: text, file: "small.yaml")
    let folder = FileManager.default.temporaryDirectory
    return try Experiment(document, folder: folder, registry: registry, overrides: overrides)
  }

  func load(overrides: [String] = [], registry: Registry = .builtIns) throws(DiagnosticList) -> Experiment {
    try Self.load(yaml, overrides: overrides, registry: registry)
  }

  func plan(overrides: [String] = [], registry: Registry = .builtIns) throws -> Plan {
    try Plan(try load(overrides: overrides, registry: registry), registry: registry)
  }
}

@Suite("Experiment files") struct ExperimentFileTests {
  /// A part of the small experiment's text, its replacement, and the messages.
  struct Broken: Sendable, CustomTestStringConvertible {
    var name: String
    var old: String
    var new: String
    var messages: [String]
    var testDescription: String { name }

    init(_ name: String, _ old: String, _ new: String, _ messages: String...) {
      self.name = name
      self.old = old
      self.new = new
      self.messages = messages
    }
  }

  static let broken: [Broken] = [
    Broken("misspelt key", "seeds:", "sedes:", "2:1: error: unknown key 'sedes' (did you mean 'seeds'?)"),
    Broken("missing key", "experiment: small\n", "", "small.yaml: error: the key 'experiment' is missing"),
    Broken("duplicate key", "seeds: [1, 2]", "seeds: [1]\nseeds: [2]", "3:1: error: "),
    Broken("misspelt method", "- rwft:", "- rwtf:", "12:5: error: unknown method 'rwtf' (did you mean 'rwft'?)"),
    Broken(
      "misspelt attack", "- mia-svc", "- mia-svm", "14:5: error: unknown attack 'mia-svm' (did you mean 'mia-svc'?)"),
    Broken(
      "misspelt parameter", "{epochs: 2, learning_rate: 0.05}", "{epochs: 2, lerning_rate: 0.05}",
      "7:23: error: unknown key 'lerning_rate' (did you mean 'learning_rate'?)"),
    Broken("wrong type", "{epochs: 2,", "{epochs: two,", "7:20: error: expected an integer, found 'two'"),
    Broken(
      "out of range", "learning_rate: 0.05", "learning_rate: -1",
      "7:38: error: 'learning_rate' must be in (0, 1000000000], is -1"),
    Broken(
      "out of range in a method", "- rwft: {training: {epochs: 1}}", "- rwft: {training: {momentum: 1.5}}",
      "12:33: error: 'training.momentum' must be in [0, 1), is 1.5"),
    Broken(
      "unknown class", "class: circle", "class: cirkle", "9:12: error: unknown class 'cirkle' (did you mean 'circle'?)"),
    Broken(
      "class out of range", "class: circle", "class: 12", "9:12: error: class 12 does not exist; classes are 0 to 9"),
    Broken("seed twice", "[1, 2]", "[1, 1]", "2:12: error: seed 1 is listed twice"),
    Broken("negative seed", "[1, 2]", "[-1]", "2:9: error: a seed is in [0, 9007199254740991], found -1"),
    Broken("no seeds", "[1, 2]", "[]", "2:8: error: at least one seed is needed"),
    Broken(
      "groups without an attribute", "class: circle", "{group: {target: circle, sensitive: 0}, ratio: 0.5}",
      "9:5: error: data set 'shapes' has no sensitive attribute, so it has no groups"),
    Broken(
      "group without its value", "class: circle", "{group: {target: circle}}",
      "9:13: error: a group is given by 'target' and 'sensitive'"),
    Broken(
      "bad ratio", "class: circle", "{group: {target: circle, sensitive: 0}, ratio: 1.5}",
      "9:52: error: 'ratio' must be in (0, 1], is 1.5"),
    Broken(
      "misspelt key of a group", "class: circle", "{group: {target: circle, sensitiv: 0}}",
      "9:30: error: unknown key 'sensitiv' (did you mean 'sensitive'?)"),
    Broken("missing index file", "class: circle", "indices: nowhere.txt", "9:14: error: "),
    Broken(
      "bad fraction", "class: circle", "samples: {fraction: 1.5}", "9:25: error: 'fraction' must be in (0, 1), is 1.5"),
    Broken(
      "unknown kind of request", "class: circle", "klass: circle", "9:5: error: unknown kind of forget request 'klass'"),
    Broken(
      "empty sweep", "{training: {epochs: 1}}\n  - rwft", "{training: {epochs: {sweep: []}}}\n  - rwft",
      "11:44: error: a sweep needs at least one value"),
    Broken(
      "uneven zip", "- rwft: {training: {epochs: 1}}", "- rwft: {zip: {training.epochs: [1, 2], forget_weight: [1]}}",
      "12:43: error: the lists of a zip have equal lengths; 'training.epochs' has 2 values, 'forget_weight' has 1"),
    Broken(
      "swept and zipped", "- rwft: {training: {epochs: 1}}",
      "- trw: {tilt: {sweep: [0, 1]}, zip: {tilt: [2, 3], temperature: [1, 2]}}",
      "12:47: error: 'tilt' is given twice: by a sweep or zip, and by another"),
    Broken(
      "given and zipped", "- rwft: {training: {epochs: 1}}",
      "- trw: {training: {epochs: 1}, zip: {training.epochs: [2, 3], temperature: [1, 2]}}",
      "12:58: error: 'training.epochs' is given twice: by a sweep or zip, and by a value"),
    Broken(
      "average of what is not measured", "metrics: [accuracy,", "metrics: [average-gap,",
      "15:10: error: average-gap reads 'accuracy.forget_train', but 'accuracy' is not listed; add it to 'metrics', or choose"
    ),
    Broken(
      "average of an attack that is not listed", "attacks:\n  - mia-svc\nmetrics: [accuracy,",
      "metrics: [accuracy, average-gap,",
      "13:10: error: average-gap reads 'mia-svc.salun', but 'mia-svc' is not listed; add it to 'attacks', or choose"),
    Broken(
      "average of a swept attack", "- mia-svc\nmetrics: [accuracy,",
      "- mia-svc: {cost: {sweep: [0.5, 2]}}\nmetrics: [accuracy, average-gap,",
      "15:10: error: average-gap reads 'mia-svc.salun', but 'mia-svc' is listed with parameters that vary; "
        + "write 'mia-svc(cost=0.5).salun' or 'mia-svc(cost=2).salun'"),
    Broken(
      "method twice", "- rwft: {training: {epochs: 1}}", "- fine-tune: {training: {epochs: 1}}", "is listed twice"),
    Broken(
      "request twice", "- class: circle", "- class: circle\n  - class: circle", "10:12: error: the forget request"),
    Broken(
      "negative draw seed", "class: circle", "samples: {count: 5, seed: -1}",
      "9:31: error: a seed is in [0, 9007199254740991], found -1"),
    Broken(
      "the default listed beside a sweep that has it", "- rwft: {training: {epochs: 1}}",
      "- trw\n  - trw: {tilt: {sweep: [0, 10]}}", "13:5: error: method 'trw(tilt=10)' is listed twice"),
    Broken("bad syntax", "seeds: [1, 2]", "seeds: [1, 2", "error: "),
    Broken(
      "several at once", "training: {epochs: 2, learning_rate: 0.05}",
      "training: {epochs: x, learning_rate: 0, foo: 1}",
      "7:20: error: expected an integer, found 'x'", "7:41: error: unknown key 'foo'"),
  ]

  @Test("errors name the problem and its position", arguments: broken)
  func errors(_ broken: Broken) throws {
    let text = SmallExperiment().yaml
    #expect(text.contains(broken.old), "the case is stale")
    do {
      _ = try SmallExperiment.load(text.replacing(broken.old, with: broken.new, maxReplacements: 1))
      Issue.record("the file was taken")
    } catch {
      for message in broken.messages { #expect(error.description.contains(message), "\(error)") }
    }
  }

  @Test("all errors of a file are reported at once")
  func allAtOnce() {
    let broken = SmallExperiment {
      $0.seeds = "[1, 1]"
      $0.forget = ["class: cirkle"]
      $0.methods[1] = "rwtf: {training: {epochs: 1}}"
      $0.attacks = ["mia"]
    }
    do {
      _ = try broken.load()
      Issue.record("the file was taken")
    } catch {
      #expect(error.diagnostics.count == 4)
      #expect(error.diagnostics.compactMap(\.mark?.line) == [2, 9, 12, 14])
    }
  }

  @Test("an architecture that does not support the images is rejected before anything runs")
  func images() {
    let experiment = SmallExperiment { $0.architectures = ["cifar-resnet: {depth: 9}"] }
    #expect(throws: DiagnosticList.self) { try experiment.load() }
  }

  @Test("the same exclusion twice is an error at the second, in any order of its conditions") func doubledExclusions() {
    #expect {
      try SmallExperiment { $0.exclude = ["{method: rwft, seed: 1}", "{seed: 1, method: rwft}"] }.load()
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics.map(\.description) ?? []
      return found.count == 1
        && found[0].hasPrefix("small.yaml:18:5: error: the exclusion {seed: 1, method: rwft} is listed twice\n")
    }
  }

  @Test(
    "a value that is swept twice is reported once, where it is, however it is written",
    arguments: [
      ("trw: {tilt: {sweep: [0, 2, 2.0]}, temperature: {sweep: [1, 3, 4]}}", ["12:32: error: the value 2.0 is"]),
      (
        "trw: {tilt: {sweep: [2, 0, 2]}, temperature: {sweep: [1, 1, 4]}}",
        ["12:32: error: the value 2 is", "12:62: error: the value 1 is"]
      ),
      (
        "trw: {zip: {tilt: [1, 1, 1], temperature: [3, 4, 3.0]}, training: {epochs: {sweep: [1, 2]}}}",
        ["12:30: error: the values tilt=1 temperature=3.0 are"]
      ),
      ("scrub: {decay_epochs: {sweep: [[1, 2], [1,2]]}}", ["12:44: error: the value [1,2] is"]),
    ])
  func doubledValues(method: String, messages: [String]) {
    #expect {
      try SmallExperiment { $0.methods[1] = method }.load()
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics.map(\.description) ?? []
      return found.count == messages.count
        && zip(found, messages).allSatisfy { $0.hasPrefix("small.yaml:\($1) swept twice") }
    }
  }

  @Test("doubled values of trainings and requests, and a doubled sweep, are reported once")
  func otherDoubledValues() {
    let doubled = SmallExperiment {
      $0.training = "epochs: {sweep: [1, 1]}, momentum: {sweep: [0.5, 0.9]}"
      $0.forget = ["samples: {fraction: {sweep: [0.1, 0.2, 0.10]}, seed: {sweep: [1, 2]}}"]
      $0.methods = ["fine-tune", "trw: {tilt: {sweep: [1, 2, 3]}}", "trw: {tilt: {sweep: [3, 2, 1]}}"]
    }
    #expect {
      try doubled.load()
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map { "\($0.mark?.description ?? "") \($0.message)" } == [
        "7:32 the value 1 is swept twice", "9:44 the value 0.10 is swept twice",
        "13:5 method 'trw(tilt=3)', with 2 others, is listed twice",
      ]
    }
  }

  @Test("a metric over others does not complain of one that has an error of its own")
  func errorsThatFollowFromOthers() {
    let broken = SmallExperiment {
      $0.attacks = ["mia-svc: {cost: -1}"]
      $0.metrics = ["accuracy: {foo: 1}", "average-gap"]
    }
    #expect {
      try broken.load()
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map { $0.mark?.line } == [14, 15]
    }
  }

  @Test(
    "exclusions that leave nothing are an error that names them",
    arguments: [
      (["{data: shapes}"], "17:5: error: nothing is left to run: all cells are left out, by {data: shapes}"),
      (
        ["{seed: 1}", "{seed: 2}"],
        "17:5: error: nothing is left to run: all cells are left out, by {seed: 1}, {seed: 2}"
      ),
    ])
  func nothingLeft(exclude: [String], message: String) {
    #expect {
      try SmallExperiment { $0.exclude = exclude }.plan()
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics ?? []
      return found.count == 1 && found[0].description.hasPrefix("small.yaml:\(message)\n")
    }
  }

  @Test(
    "requests that forget nothing, everything or what is not there are found by the plan, with their place",
    arguments: [
      ("samples: {fraction: 0.0005}", "samples 0.0005: the forget set of a fraction of 0.0005 is empty"),
      ("samples: {fraction: 0.9995}", "samples 0.9995: the retain set of a fraction of 0.9995 is empty"),
      ("samples: {count: 301}", "samples 301: 301 samples requested, expected 1...299 of 300"),
      ("samples: {count: 300}", "samples 300: the retain set of 300 samples is empty"),
    ])
  func impossibleRequests(request: String, problem: String) {
    #expect {
      try SmallExperiment { $0.forget = [request] }.plan()
    } throws: {
      let found = ($0 as? DiagnosticList)?.diagnostics ?? []
      return found.count == 1 && found[0].message.hasPrefix("shapes / \(problem)") && found[0].mark?.line == 9
    }
  }
}
