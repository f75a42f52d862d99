import ConfigYAML
import Experiments
import Foundation
import JSON
import TestSupport
import Testing
import UnlearningRunner

@Suite("the command compare") struct CompareTests {
  @Test("compares the methods of a finished experiment, and names what is not measured") func compare() async throws {
    let folder = try TemporaryFolder()
    let experiment = SmallExperiment.tiny {
      $0.seeds = "[1, 2]"
      $0.methods = ["fine-tune: {training: {epochs: 1}}", "rwft: {training: {epochs: 1}}"]
    }
    let (file, store) = (try experiment.written(to: folder), folder.path("store"))
    let early = await runner("compare", file, "--by", "accuracy.retain_test", "--store", store)
    #expect(early.status != .done, "there is no store yet")
    #expect(await runner(file, "--store", store).status == .done)

    let table = await runner("compare", file, "--by", "accuracy.retain_test", "--store", store)
    #expect(table.status == .done)
    #expect(table.output.contains("fine-tune  rwft") && table.output.contains("inconclusive"))

    let json = await runner("compare", file, "--by", "accuracy.retain_test", "--store", store, "--json")
    let tables = try JSONValue(json: json.output).decode([PairwiseComparison].self)
    #expect(tables.first?.pairs.map(\.count) == [2])
    #expect(tables.first?.pairs.first?.p.map { $0 >= 0.5 } == true, "two seeds have no p-value below 50 %")

    let typo = await runner("compare", file, "--by", "accuracy.retain_tests", "--store", store)
    #expect(typo.status == .badUsage)
    #expect(typo.messages.contains("did you mean 'accuracy.retain_test'?"))
  }
}
