import ConfigYAML
import Data
import Engine
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
  /// Times a few steps of each architecture on random images and multiplies.
  ///
  /// A training costs its epochs times the training samples. A method with a recipe costs its epochs times all training
  /// samples, forgotten and retained; passes of its own beside these, attacks and metrics are not counted.
  /// - Throws: `DataError` when the data cannot be counted; `ParameterError` when an architecture cannot take its images.
  public func price(store: Store) throws -> PlanPrice {
    var price = PlanPrice()
    let cache = DataCache(experiment, countsOnly: true)
    var clocks: [String: StepClock] = [:]
    func clock(_ setting: Step.Setting) throws -> StepClock {
      let name = "\(setting.data) \(setting.architecture.label)"
      if let known = clocks[name] { return known }
      guard let architecture = setting.architecture.plugin as? any Architecture else {
        preconditionFailure("entries of architectures: are architectures")
      }
      let data = try cache.data(setting.data).train
      let new = try StepClock(architecture, imageShape: data.imageShape, classCount: data.classCount)
      clocks[name] = new
      return new
    }
    for step in steps where !store.contains(step.key) {
      switch step.work {
      case .train(let setting):
        let samples = try cache.data(setting.data).train.count
        price.training += try clock(setting).training * Double(setting.recipe.recipe.epochs * samples)
      case .unlearn(let setting, let method, let original):
        // Retraining takes the recipe of originals; it is the one kind of method that needs none of these.
        let recipe =
          original == nil
          ? setting.recipe.recipe
          : try? method.parameters.members?.first { $0.key == "training" }?.value.decode(TrainingRecipe.self)
        guard let recipe else {
          price.unpriced.insert(method.name)
          continue
        }
        let samples = try cache.data(setting.data).train.count
        price.training += try clock(setting).training * Double(recipe.epochs * samples)
      case .predict(let setting, _, _):
        let data = try cache.data(setting.data)
        price.prediction += try clock(setting).prediction * Double(data.train.count + data.test.count)
      case .calibrate, .attack, .measure: continue
      }
    }
    return price
  }
}

/// Seconds that an architecture takes for one image, in training and in evaluation.
private struct StepClock {
  private(set) var training = 0.0, prediction = 0.0

  /// Times the second of two steps on a few random images; the first one warms up.
  init(_ architecture: any Architecture, imageShape: [Int], classCount: Int) throws {
    let random = RandomSource(seed: 0)
    var model = try architecture.makeClassifier(imageShape: imageShape, classCount: classCount, random: random)
    var draw = random.stream("images")
    let count = 32
    let images = Tensor(normal: [count] + imageShape, random: &draw)
    let labels = (0..<count).map { $0 % classCount }
    var optimizer: any Optimizer = TrainingRecipe().makeOptimizer()
    let clock = ContinuousClock()
    for _ in 0..<2 {
      let step = clock.measure {
        let (_, gradients, _) = model.gradient(mode: .train(random)) { model, pass in
          model(Variable(images), in: pass).logits.crossEntropy(labels)
        }
        optimizer.update(&model.parameters, along: gradients, learningRate: 0.01)
      }
      training = step / .seconds(1) / Double(count)
      prediction = clock.measure { _ = model.evaluate(images) } / .seconds(1) / Double(count)
    }
  }
}
