import ConfigYAML
import Data
import Engine
import Unlearning

/// Validation of pretrained weights files.
extension PlanBuilder {
  /// Reads all pretrained weights files, so that one of another architecture is reported before any training.
  ///
  /// - Throws: `DiagnosticList` with one message for each file and architecture.
  func checkWeights() throws {
    let diagnostics = experiment.makeDiagnostics()
    for architecture in experiment.architectures {
      guard let plugin = architecture.plugin as? any Architecture, let weights = plugin.initialWeights else { continue }
      var checked: Set<[Int]> = []
      for data in experiment.data {
        guard let source = data.plugin as? any DatasetSource else { continue }
        let (imageShape, classCount) = (source.imageShape, source.classNames.count)
        guard checked.insert(imageShape + [classCount]).inserted else { continue }
        let factory = try ClassifierFactory(plugin, imageShape: imageShape, classCount: classCount)
        let problem: String
        do throws(WeightsError) {
          try weights.requireRoom(for: factory.size, classCount: classCount)
          _ = try weights.tensors(for: factory(RandomSource(seed: 0)))
          continue
        } catch {
          problem = "\(architecture.label): \(error)"
        }
        diagnostics.report(problem, at: architecture.mark)
        break
      }
    }
    try diagnostics.throwIfAny()
  }
}
