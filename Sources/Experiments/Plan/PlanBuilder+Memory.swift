import JSON
import ConfigYAML
import Data
import Engine
import Unlearning

/// Estimates of the memory of a grid's models before anything is run.
extension PlanBuilder {
  /// Why models of `group` cannot be trained within `memory`, or nil.
  ///
  /// - Parameter method: The method, whose recipe trains a copy of the original; nil for the original itself.
  func memoryObstacle(_ group: Group, method: Variant?) -> String? {
    guard memory < .max, let size = group.size else { return nil }
    let plugin = method?.plugin as? any UnlearningMethod
    let recipe = plugin?.recipe ?? group.recipe.recipe.steps
    var batch = plugin?.largestBatch ?? recipe.batchSize
    // Parameters, gradients, the optimizer's one or two averages, and the original beside a method's copy.
    let copies = (recipe.optimizer == .sgd ? 3 : 4) + (method == nil ? 0 : 1)
    var needed = size.trainingBytes(batch: batch, copies: copies)
    guard needed > memory else { return nil }
    // The largest batch is all samples, which are only counted where it matters.
    if let samples = try? outlines.data(data[group.settings[0].data]).train.count, samples < batch {
      batch = samples
      needed = size.trainingBytes(batch: batch, copies: copies)
      guard needed > memory else { return nil }
    }
    return
      "\(group.architecture.label) has \(size.parameters) parameters and takes about \(Self.size(needed)) of memory "
      + "to train by batches of \(batch), and this process may take \(Self.size(memory))"
  }

  /// The size of the models of `architecture`; nil where it does not support the images of `data`.
  static func modelSize(_ architecture: Variant, on data: Variant) -> ModelSize? {
    guard let source = data.plugin as? any DatasetSource, let plugin = architecture.plugin as? any Architecture
    else { return nil }
    return try? ClassifierFactory(plugin, imageShape: source.imageShape, classCount: source.classNames.count).size
  }

  /// "27.4 GB": large sizes differ by orders of magnitude, so one decimal place is enough.
  private static func size(_ bytes: Int) -> String {
    let (number, unit) = bytes < 1_000_000_000 ? (Double(bytes) / 1e6, "MB") : (Double(bytes) / 1e9, "GB")
    return "\((number * 10).rounded() / 10) \(unit)"
  }
}
