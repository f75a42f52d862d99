import Foundation
import Unlearning

/// The revision that steps are run at: written into every record.
struct StepEnvironment: Sendable {
  private let revision = StepEnvironment.gitRevision()

  func record(of step: Step, _ timing: StepRunner.Timing) -> StepRecord {
    StepRecord(
      kind: step.kind.rawValue, label: step.label, key: step.key, configuration: step.configuration,
      plugins: step.plugins, parents: step.parents, gitRevision: revision,
      started: StepRecord.timestamp(timing.started), seconds: timing.cost?.seconds ?? 0,
      peakBytes: timing.cost?.peakBytes ?? timing.peakBytes, notes: timing.notes)
  }

  /// The revision that the working folder's checkout is at, read from its files.
  private static func gitRevision() -> String? {
    guard let head = try? String(contentsOfFile: ".git/HEAD", encoding: .utf8) else { return nil }
    let text = head.trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.hasPrefix("ref: ") else { return text }
    let name = String(text.dropFirst("ref: ".count))
    if let direct = try? String(contentsOfFile: ".git/\(name)", encoding: .utf8) {
      return direct.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let packed = (try? String(contentsOfFile: ".git/packed-refs", encoding: .utf8)) ?? ""
    let line = packed.split(separator: "\n").first { $0.hasSuffix(" \(name)") }
    return line.flatMap { $0.split(separator: " ").first.map(String.init) }
  }
}
