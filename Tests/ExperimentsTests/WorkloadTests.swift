import BuiltIns
import ConfigYAML
import Experiments
import Foundation
import JSON
import TestSupport
import Testing
import Unlearning

@Suite("Workloads") struct WorkloadTests {
  /// Two seeds: originals and retrained models pass 2 epochs, two methods 1 each; every model is evaluated on all samples.
  @Test("count every image that passes through a model")
  func images() throws {
    let plan = try SmallExperiment().plan()
    let loads = try Workloads(plan.steps, plan.plugins) { _ in (train: 300, test: 100) }
    try #require(loads.all.count == 1)
    #expect(loads.all[0].trainedImages == 2 * (2 + 2 + 1 + 1) * 300)
    #expect(loads.all[0].predictedImages == 2 * 4 * 400)
    #expect(loads.all[0].batchSize == 128)
    #expect(loads.unknownMethods.isEmpty)
  }

  @Test("architectures and data sets are separate, with the largest batch of each")
  func axes() throws {
    let plan = try SmallExperiment {
      $0.data = ["shapes", "shapes: {noise: 0.2}"]
      $0.architectures.append("lenet5")
      $0.methods = ["fine-tune: {training: {epochs: 1, batch_size: 512}}", "rwft: {training: {epochs: 3}}"]
    }.plan()
    let loads = try Workloads(plan.steps, plan.plugins) { data in
      (train: data.source.parameters["noise"] == 0.2 ? 1000 : 10, test: 1)
    }
    #expect(loads.all.map(\.trainedImages) == [160, 160, 16_000, 16_000])
    #expect(loads.all.map(\.batchSize) == [512, 512, 512, 512])
  }

  @Test("attacks and metrics have no model work, and predictions no training")
  func parts() throws {
    let plan = try SmallExperiment().plan()
    let probes = plan.steps.filter { $0.kind == .attack || $0.kind == .measure }
    #expect(try Workloads(probes, plan.plugins) { _ in (1, 1) }.all.isEmpty)
    let predictions = plan.steps.filter { $0.kind == .predict }
    #expect(try Workloads(predictions, plan.plugins) { _ in (1, 1) }.all.map(\.trainedImages) == [0])
  }
}

@Suite("Choice of the number of workers") struct WorkerChoiceTests {
  private func choice(_ seconds: [Double], bytes: Int = 1, memory: Int = 100) -> WorkerChoice {
    WorkerChoice(
      zip([1, 2, 4], seconds).map { WorkerChoice.Trial(workers: $0, seconds: $1, peakBytes: bytes) }, memory: memory)
  }

  @Test("the fastest number is chosen, of nearly equal ones the largest")
  func fastest() {
    #expect(choice([100, 60, 30]).workers == 4)
    #expect(choice([100, 60, 80]).workers == 2)
    #expect(choice([100, 120, 140]).workers == 1)
    #expect(choice([100, 104, 108]).workers == 4)
    #expect(choice([100, 108, 112]).workers == 2)
    #expect(choice([100, 50, 80]).gain == 2)
  }

  @Test("numbers of workers that do not fit into memory are skipped")
  func memory() {
    #expect(choice([100, 60, 30], bytes: 30).workers == 2)
    #expect(choice([100, 60, 30], bytes: 25).workers == 4)
    #expect(choice([100, 60, 30], bytes: 1000).workers == 1)
  }
}
