import Foundation
import Unlearning

/// The program and plugin code of this run, written into every record.
struct StepEnvironment: Sendable {
  private let build: String?
  private let sources: [String: String]

  /// The program, and the code of the plugins of `plan` as it is now: the sources may change while steps run.
  init(_ plan: Plan) {
    build = ProgramBuild.digest
    sources = plan.pluginCode.noted
  }

  func record(of step: Step, started: Date, cost: Cost, notes: [String: Double]) -> StepRecord {
    let sources = sources.filter { step.plugins[$0.key] != nil }
    return StepRecord(
      kind: step.kind.rawValue, label: step.label, key: step.key, configuration: step.configuration,
      plugins: step.plugins, parents: step.parents, build: build, pluginSources: sources.isEmpty ? nil : sources,
      started: StepRecord.timestamp(started), seconds: cost.seconds, peakBytes: cost.peakBytes, energy: cost.energy,
      notes: notes)
  }
}
