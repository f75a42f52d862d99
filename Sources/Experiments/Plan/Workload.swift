import JSON
import ConfigYAML
import Data
import Unlearning

/// What a plan's missing models ask of one architecture on one data set.
package struct Workload {
  /// Data set and architecture, and besides these whatever the first step has.
  let setting: StepSetting
  /// Images that pass through training steps, each as often as it does.
  package fileprivate(set) var trainedImages = 0
  /// Images that pass through evaluation.
  package fileprivate(set) var predictedImages = 0
  /// The most images of one training step.
  package fileprivate(set) var batchSize = 1
}

/// All workloads of a plan.
package struct Workloads {
  package private(set) var all: [Workload] = []
  /// Methods of which nothing is known but their predictions, since they have no recipe.
  package private(set) var unknownMethods: Set<String> = []

  /// What `steps` ask for, of `samples(data)` training and test samples.
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
      all[place].trainedImages += work.epochs * counts.train
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
  /// What remains to be done by models, with the samples that `data` has.
  func workloads(store: Store, data: DataCache) throws -> Workloads {
    try Workloads(steps.lazy.filter { !store.contains($0.key) }, plugins) { source in
      let splits = try data.data(source)
      return (splits.train.count, splits.test.count)
    }
  }
}
