import Data
import Unlearning

/// The cost of a plan's models on this machine, estimated by timing a few steps of each architecture.
public struct PlanPrice: Sendable {
  /// Seconds of trainings and methods, run one at a time on all threads.
  public var training = 0.0
  /// Seconds of predictions, run one at a time on all threads.
  public var prediction = 0.0
  /// Methods without a recipe, of which only the predictions are priced.
  public var unpriced: Set<String> = []
}

extension Plan {
  /// Times a few steps of each architecture on random images, and multiplies by the images that remain.
  ///
  /// A training costs its epochs times the training samples. A method with a recipe costs its epochs times all training
  /// samples, forgotten and retained; passes of its own beside these, attacks and metrics are not counted.
  /// - Throws: `DataError` when the data cannot be counted; `ParameterError` when an architecture cannot take its
  ///   images; `OutOfMemory`.
  public func price(store: Store) throws -> PlanPrice {
    let data = DataCache(plugins, planned: files, countsOnly: true)
    let workloads = try workloads(store: store, data: data)
    var price = PlanPrice(unpriced: workloads.unknownMethods)
    for load in workloads.all {
      let clock = try StepClock(load, plugins, like: try data.data(load.setting.data).train)
      price.training += try clock.training() * Double(load.trainedImages)
      price.prediction += try clock.prediction() * Double(load.predictedImages)
    }
    return price
  }
}
