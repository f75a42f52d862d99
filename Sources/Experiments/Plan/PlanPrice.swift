import Data
import Unlearning

/// What a plan's models will cost on this machine, judged by a few steps of each architecture that were timed.
public struct PlanPrice: Sendable {
  /// Seconds of trainings and of methods, all threads on one of them at a time.
  public var training = 0.0
  /// Seconds of predictions, likewise.
  public var prediction = 0.0
  /// Methods of which nothing is known but their predictions, since they have no recipe.
  public var unpriced: Set<String> = []
}

extension Plan {
  /// Times a few steps of each architecture on random images, and multiplies by the images that remain.
  ///
  /// A training costs its epochs times the training samples. A method with a recipe costs its epochs times all training
  /// samples, forgotten and retained; passes of its own beside these, attacks and metrics are not counted.
  /// - Throws: `DataError` when the data cannot be counted; `ParameterError` when an architecture cannot take its images;
  ///   `OutOfMemory`.
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
