import ConfigYAML
import Foundation
import JSON
import TestSupport
import Testing
import UnlearningRunner

@Suite("the command audit") struct AuditCommandTests {
  private let file = GoldenFile.url("audit", "models.yaml").path

  @Test("runs an audit, prints its table and what is left out, and the results stay") func audit() async throws {
    let folder = try TemporaryFolder()
    let first = await runner("audit", file, "--store", folder.path("store"), "--set", "models=4")
    #expect(first.status == .done, "\(first.messages)")
    #expect(first.output.hasPrefix("clusters · given predictions · class 2\n"))
    #expect(first.output.contains("run-time reads cost, and an audit has seen no call"))
    #expect(first.output.contains("representation reads features, and an audit has none"))
    let again = await runner("results", file, "--store", folder.path("store"), "--set", "models=4")
    #expect(again.output == first.output)
    let rows = await runner(
      "results", file, "--store", folder.path("store"), "--set", "models=4", "--format", "json"
    ).output.split(separator: "\n").map { try? JSONValue(parsing: String($0)) }
    #expect(rows.count > 100 && rows.allSatisfy { $0?["experiment"]?.string == "clusters" })
    let cited = await runner("cite", file)
    #expect(
      cited.output.contains("Inexact Unlearning Needs More Careful Evaluations") && !cited.output.contains("audited"))
    let checked = await runner("check", file)
    #expect(checked.output.contains("valid; 40 cells, 3 left out"))
  }

  @Test("an experiment is refused, and told how to run it") func experiment() async throws {
    let folder = try TemporaryFolder()
    let experiment = try SmallExperiment.tiny().written(to: folder)
    let result = await runner("audit", experiment, "--store", folder.path("store"))
    #expect(result.status == .badUsage)
    #expect(result.messages.contains("is an experiment, without the key 'audit'; run it by 'runner run \(experiment)'"))
    #expect(folder.files == ["tiny.yaml"])
  }
}
