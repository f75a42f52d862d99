import JSON
import ConfigYAML
import Data
import Unlearning

/// The work of a plan's missing models with one architecture on one data set.
package struct Workload {
  /// The setting of the first such step; only data set and architecture matter.
  let setting: StepSetting
  /// The number of images over all training steps, repetitions included.
  package fileprivate(set) var trainedImages = 0
  /// The number of images over all evaluations, repetitions included.
  package fileprivate(set) var predictedImages = 0
  /// The largest batch of a training step.
  package fileprivate(set) var batchSize = 1
}

/// All workloads of a plan.
package struct Workloads {
  package private(set) var all: [Workload] = []
  /// Methods without a recipe, of which only the predictions are counted.
  package private(set) var unknownMethods: Set<String> = []

  /// The workloads of `steps` for data sets of `samples(data)` training and test samples.
  package init(
    _ steps: some Sequence<Step>, _ plugins: PluginMaker,
    samples: (_ data: ConfiguredData) throws -> (train: Int, test: Int)
  ) throws {
    for step in steps {
      let work = try step.body.work(with: plugins)
      if let method = work.unknownMethod { unknownMethods.insert(method) }
      guard work.epochs > 0 || work.evaluations > 0 else { continue }
      let place = index(of: step.body.setting)
      let counts = try samples(step.body.setting.data)
      all[place].trainedImages += Int(work.fraction * Double(work.epochs * counts.train))
      all[place].predictedImages += work.evaluations * (counts.train + counts.test)
      all[place].batchSize = max(all[place].batchSize, work.batchSize)
    }
  }

  private mutating func index(of setting: StepSetting) -> Int {
    let known = all.firstIndex {
      $0.setting.data == setting.data && $0.setting.architecture == setting.architecture
    }
    if known == nil { all.append(Workload(setting: setting)) }
    return known ?? all.count - 1
  }
}

extension Plan {
  /// The workloads of the steps with missing results.
  func workloads(store: Store, data: DataCache) throws -> Workloads {
    try Workloads(steps.lazy.filter { !store.contains($0.key) }, plugins) { source in
      let splits = try data.data(source)
      return (splits.train.count, splits.test.count)
    }
  }
}
