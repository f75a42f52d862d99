import ConfigYAML
import Data
import Unlearning

/// Forget requests that cannot be.
extension PlanBuilder {
  /// Reports every request that forgets nothing, everything or what is not there, before anything is planned.
  ///
  /// - Throws: `DiagnosticList` with the place of each request; `DataError` when the data themselves cannot be read.
  func checkRequests() throws {
    let diagnostics = experiment.document.makeDiagnostics()
    for (index, data) in experiment.data.enumerated() {
      guard let source = data.plugin as? any DatasetSource else { continue }
      for entry in experiment.forget {
        guard let request = entry.request(of: source, diagnostics: nil) else { continue }
        // How many samples are drawn depends on the request, not on the seed of the draw.
        do {
          let seed = entry.drawSeed(trainingSeed: experiment.seeds.first ?? 0)
          _ = try outlines.split(data: index, request: request, drawSeed: seed)
        } catch let error as DataError where error.isAboutRequest {
          let text = "\(data.label) / \(entry.label): \(error)"
          diagnostics.report(text, at: entry.mark)
        }
      }
    }
    try diagnostics.throwIfAny()
  }
}
