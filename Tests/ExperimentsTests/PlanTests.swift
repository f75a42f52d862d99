import JSON
import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("Plans") struct PlanTests {
  private func keys(_ plan: Plan, _ kind: StepKind) -> Set<StepKey> {
    Set(plan.steps.filter { $0.kind == kind }.map(\.key))
  }

  @Test("plans contain each step once, parents first")
  func order() throws {
    let plan = try SmallExperiment().plan()
    var seen: Set<StepKey> = []
    for step in plan.steps {
      #expect(step.parents.allSatisfy(seen.contains), "\(step.label) comes before a parent")
      #expect(seen.insert(step.key).inserted, "\(step.label) stands twice")
    }
    // 2 seeds × (original, retrained, two methods); the retrained model does not start from the original.
    // Both answers without a model have cells for each seed, because of total-variation.
    #expect(plan.cells.count == 12)
    #expect(
      plan.cells.filter { $0.role == .baseline }.map(\.method).sorted() == [
        "constant answer", "constant answer", "mean retrained", "mean retrained",
      ])
    #expect(keys(plan, .train).count == 2)
    #expect(keys(plan, .unlearn).count == 6)
    #expect(keys(plan, .predict).count == 8)
    #expect(keys(plan, .attack).count == 8)
    #expect(keys(plan, .measure).count == 20)
  }

  @Test("the reference is planned even where the file does not list it, and only once where it does")
  func reference() throws {
    let without = try SmallExperiment().plan()
    let with = try SmallExperiment { $0.methods.insert("retrain", at: 0) }.plan()
    #expect(without.cells.count == with.cells.count)
    #expect(without.steps.map(\.key) == with.steps.map(\.key))
  }

  @Test("sweeps are crossed, and every point has a label")
  func sweeps() throws {
    let plan = try SmallExperiment {
      $0.methods = ["trw: {tilt: {sweep: [0, 5]}, temperature: {sweep: [0.1, 0.5]}, training: {epochs: 1}}"]
    }.plan()
    let points = plan.cells.filter { $0.method == "trw" && $0.seed == 1 }.map(\.variedParameters)
    #expect(
      points == [
        "tilt=0 temperature=0.1", "tilt=0 temperature=0.5", "tilt=5 temperature=0.1", "tilt=5 temperature=0.5",
      ])
  }

  @Test("zip varies parameters together")
  func zips() throws {
    let plan = try SmallExperiment { $0.methods = ["trw: {zip: {tilt: [0, 5], training.epochs: [1, 2]}}"] }.plan()
    let cells = plan.cells.filter { $0.method == "trw" && $0.seed == 1 }
    #expect(cells.map(\.variedParameters) == ["tilt=0 training.epochs=1", "tilt=5 training.epochs=2"])
    #expect(cells.compactMap { $0.parameters["training"]?["epochs"]?.int } == [1, 2])
  }

  @Test("the length of the original's training is an axis; its models are its own")
  func recipeAxis() throws {
    let plan = try SmallExperiment { $0.training = "epochs: {sweep: [1, 2]}, learning_rate: 0.05" }.plan()
    #expect(keys(plan, .train).count == 4)
    let labels = Set(plan.cells.filter { $0.method == "rwft" }.map(\.variedParameters))
    #expect(labels == ["training.epochs=1", "training.epochs=2"])
    let short = try SmallExperiment().plan(overrides: ["training.epochs=1"])
    #expect(keys(short, .train).isSubset(of: keys(plan, .train)), "the models of one file serve the other")
  }

  @Test("excluded cells are skipped with the reason")
  func exclusions() throws {
    let plan = try SmallExperiment { $0.exclude = ["{method: rwft, seed: 2}"] }.plan()
    #expect(plan.cells.count { $0.method == "rwft" } == 1)
    #expect(plan.pruned.map(\.reason) == ["excluded by {method: rwft, seed: 2}"])
  }

  @Test("an exclusion without a method leaves out originals and retrained models, too")
  func wholeExclusions() throws {
    var experiment = SmallExperiment { ($0.seeds, $0.exclude) = ("[1, 2, 3]", ["{seed: 3}"]) }
    let plan = try experiment.plan()
    let small = try SmallExperiment().plan()
    #expect(plan.steps.map(\.key) == small.steps.map(\.key))
    #expect(plan.cells.map(\.label) == small.cells.map(\.label))
    #expect(plan.pruned.map(\.reason) == ["excluded by {seed: 3}"])
    experiment.exclude = ["{forget: circle}"]
    #expect(throws: DiagnosticList.self) { try experiment.plan() }
  }

  @Test("exclusions may overlap, and may name what cannot run anyway")
  func overlappingExclusions() throws {
    var experiment = SmallExperiment { $0.exclude = ["{method: rwft}", "{method: rwft, seed: 2}"] }
    #expect(!(try experiment.plan()).cells.contains { $0.method == "rwft" })
    (experiment.forget, experiment.exclude) = (["samples: {fraction: 0.1}"], ["{method: rwft, seed: 2}"])
    _ = try experiment.plan()
  }

  @Test("an exclusion without a match is an error with its position")
  func uselessExclusion() throws {
    do {
      _ = try SmallExperiment { $0.exclude = ["{method: rwft, teacher_view: cached}"] }.plan()
      Issue.record("the exclusion was taken")
    } catch let error as DiagnosticList {
      #expect(error.description.contains("17:5: error: the exclusion {method: rwft, teacher_view: cached} matches no"))
    }
  }

  @Test(
    "keys of exclusions are checked when the file is read",
    arguments: [
      ("{method: rwft, sed: 3}", "17:20: error: unknown key 'sed' (did you mean 'seed'?)"),
      ("{method: rwft, teacher_vew: cached}", "17:20: error: unknown key 'teacher_vew' (did you mean 'teacher_view'"),
      ("{tilt: 3}", "17:6: error: unknown key 'tilt'"),
      ("{original_training.epoch: 3}", "17:6: error: unknown key 'original_training.epoch' (did you mean"),
      ("{}", "17:5: error: an exclusion names what it leaves out"),
    ])
  func keysOfExclusions(exclusion: String, message: String) throws {
    let experiment = SmallExperiment { $0.exclude = [exclusion] }
    let error = try #require(throws: DiagnosticList.self) { try experiment.load() }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test("an exclusion can name the draw of a forget set") func excludedDraws() throws {
    let plan = try SmallExperiment {
      $0.forget = ["samples: {count: 9, seed: {sweep: [0, 4]}}"]
      $0.exclude = ["{method: fine-tune, forget_seed: 4}"]
    }.plan()
    #expect(plan.cells.filter { $0.method == "fine-tune" }.map(\.seeds.forget) == [0, 0])
  }

  @Test("average-gap depends only on its terms, and is skipped where these are not measured")
  func measurementsRead() throws {
    var experiment = SmallExperiment { $0.metrics.append("average-gap") }
    let plan = try experiment.plan()
    let gaps = plan.steps.filter { $0.label.contains("average-gap") }
    #expect(gaps.count == 8)
    let kinds = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.key, $0.label) })
    for gap in gaps {
      let labels = gap.parents.compactMap { kinds[$0] }
      #expect(labels.allSatisfy { !$0.contains("total-variation") }, "\(labels)")
      // The predictions; accuracy and attack, of the model and of the retrained one, or of that of the other seed.
      #expect(Set(gap.parents).count == 5, "\(labels)")
    }
    experiment.exclude = ["{method: rwft, attack: mia-svc}"]
    let excluded = try experiment.plan()
    #expect(excluded.steps.count { $0.label.contains("average-gap") } == 6)
    #expect(excluded.pruned.contains { $0.reason == "average-gap reads mia-svc.salun, which is not measured here" })
  }

  @Test("energy-gap reads all models of its method, and changes no other step")
  func peers() throws {
    var experiment = SmallExperiment { $0.metrics.append("energy-gap") }
    let (plan, small) = (try experiment.plan(), try SmallExperiment().plan())
    #expect(Set(small.steps.map(\.key)).isSubset(of: Set(plan.steps.map(\.key))))
    let predictions = Dictionary(
      grouping: plan.steps.filter { $0.kind == .predict },
      by: { $0.label.split(separator: " / ").dropLast().joined(separator: " / ") })
    for (name, models) in predictions {
      let gaps = plan.steps.filter { $0.label.hasPrefix(name + " / energy-gap") }
      #expect(gaps.count == 2, "\(name)")
      for gap in gaps { #expect(Set(models.map(\.key)).isSubset(of: Set(gap.parents)), "\(gap.label)") }
      // Target, bank, peers; for a retrained model the peers are the bank.
      let isReference = name.contains("retrain")
      for gap in gaps { #expect(Set(gap.parents).count == (isReference ? 2 : 4), "\(gap.label)") }
    }
    experiment.exclude = ["{method: rwft, seed: 2}"]
    let excluded = try experiment.plan()
    #expect(
      excluded.pruned.contains {
        $0.description.contains("rwft") && $0.reason == "energy-gap needs two models of the method, that is two seeds"
      })
  }

  @Test("variants of an attack are named once: in the label, or in the measurement")
  func variantNames() throws {
    let plan = try SmallExperiment {
      $0.attacks = ["mia-nn: {features: {sweep: [logits, probabilities]}}", "mia-svc: {cost: {sweep: [1, 2]}}"]
    }.plan()
    let names = plan.cells[0].probes.filter { $0.kind == .attack }.map(\.name)
    #expect(names == ["mia-nn", "mia-nn", "mia-svc(cost=1)", "mia-svc(cost=2)"])
  }

  @Test("methods and attacks that do not support a request are skipped with the reason")
  func requests() throws {
    let plan = try SmallExperiment { ($0.forget, $0.attacks) = (["samples: {fraction: 0.1}"], ["mia-nn"]) }.plan()
    #expect(!plan.cells.contains { $0.method == "rwft" })
    #expect(
      plan.pruned.contains { $0.reason.contains("rwft serves requests of class, classes, this is one of samples") })
    #expect(plan.pruned.contains { $0.reason.contains("mia-nn with these parameters has nothing to say") })
    #expect(plan.pruned.contains { $0.reason.contains("total-variation with these parameters has nothing to say") })
  }

  @Test("a metric that needs several retrained models is skipped with one seed")
  func seeds() throws {
    let plan = try SmallExperiment().plan(overrides: ["seeds=[1]"])
    #expect(
      plan.pruned.contains { $0.reason == "total-variation needs 2 retrained models, that is 2 seeds; the file has 1" })
    let excluded = try SmallExperiment { $0.exclude = ["{seed: 2}"] }.plan()
    let reason =
      "total-variation needs 2 retrained models, that is 2 seeds; exclusions leave 1 of the 2 seeds of the file"
    #expect(excluded.pruned.contains { $0.reason == reason }, "\(excluded.pruned)")
  }

  /// Overrides, and the kinds of steps whose keys they change.
  @Test(
    "keys depend on what results depend on",
    arguments: [
      ("training.learning_rate=0.06", [StepKind.train, .unlearn, .predict, .attack, .measure]),
      ("data.0.shapes.noise=0.1", [.train, .unlearn, .predict, .attack, .measure]),
      ("methods.0.fine-tune.training.epochs=2", [.unlearn, .predict, .attack, .measure]),
      ("attacks.0.mia-svc.cost=2", [.attack]),
      ("experiment=other", []),
    ])
  func keyChanges(override: String, changed: [StepKind]) throws {
    let (before, after) = (try SmallExperiment().plan(), try SmallExperiment().plan(overrides: [override]))
    for kind in before.kinds {
      #expect((keys(before, kind) != keys(after, kind)) == changed.contains(kind), "\(kind.rawValue) under \(override)")
    }
  }

  @Test("a file read twice gives the same keys")
  func stable() throws {
    #expect(try SmallExperiment().plan().steps.map(\.key) == SmallExperiment().plan().steps.map(\.key))
  }

  @Test("adding a seed does not change the models of the other seeds")
  func moreSeeds() throws {
    let (two, three) = (try SmallExperiment().plan(), try SmallExperiment().plan(overrides: ["seeds=[1, 2, 3]"]))
    for kind in [StepKind.train, .unlearn, .predict] {
      #expect(keys(two, kind).isSubset(of: keys(three, kind)))
    }
  }
}
