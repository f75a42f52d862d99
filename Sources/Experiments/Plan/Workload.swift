import JSON
import ConfigYAML
import Data
import Unlearning

/// What a plan's missing models ask of one architecture on one data set.
package struct Workload {
  /// Data set and architecture, and besides these whatever the first step has.
  let setting: Step.Setting
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
  ///
  /// A training passes its training samples once an epoch. A method with a recipe passes all training samples, forgotten
  /// and retained, once an epoch; passes of its own beside these are not counted.
  package init(_ steps: some Sequence<Step>, samples: (_ data: Int) throws -> (train: Int, test: Int)) rethrows {
    for step in steps {
      switch step.work {
      case .train(let setting): try add(setting.recipe.recipe.steps, setting, samples)
      case .unlearn(let setting, let method, let original):
        // Retraining takes the recipe of originals; it is the one kind of method that needs none of these.
        let own = try? method.parameters["training"]?.decode(TrainingRecipe.self)
        if let recipe = original == nil ? setting.recipe.recipe.steps : own {
          try add(recipe, setting, samples)
        } else {
          unknownMethods.insert(method.name)
        }
      case .predict(let setting, _, _):
        let counts = try samples(setting.data)
        all[index(of: setting)].predictedImages += counts.train + counts.test
      case .calibrate, .attack, .measure: continue
      }
    }
  }

  private mutating func add(
    _ recipe: TrainingRecipe, _ setting: Step.Setting, _ samples: (_ data: Int) throws -> (train: Int, test: Int)
  ) rethrows {
    let place = index(of: setting)
    all[place].trainedImages += recipe.epochs * (try samples(setting.data).train)
    all[place].batchSize = max(all[place].batchSize, recipe.batchSize)
  }

  private mutating func index(of setting: Step.Setting) -> Int {
    let known = all.firstIndex {
      $0.setting.data == setting.data && $0.setting.architecture.label == setting.architecture.label
    }
    if known == nil { all.append(Workload(setting: setting)) }
    return known ?? all.count - 1
  }
}

extension Plan {
  /// What remains to be done by models, with the samples that `data` has.
  func workloads(store: Store, data: DataCache) throws -> Workloads {
    try Workloads(steps.lazy.filter { !store.contains($0.key) }) { index in
      let splits = try data.data(index)
      return (splits.train.count, splits.test.count)
    }
  }
}
