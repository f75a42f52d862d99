import Data
import Engine
import Testing
import Unlearning

@Suite struct KeptEpochTests {
  private let train = Toy.dataset(seed: 3, perClass: 10)
  private let validation = Toy.dataset(seed: 4, perClass: 25)

  private func run(_ keep: OriginalRecipe.Keep, epochs: Int, forgotten: [Int] = [], groups: Bool = false) -> Run {
    var run = makeRun(forgotten: forgotten, makeClassifier: Toy.classifier)
    // A rate that is too high, so that accuracy goes up and down; constant, so that short trainings begin long ones.
    run.recipe = OriginalRecipe(TrainingRecipe(epochs: epochs, learningRate: 0.9, batchSize: 8))
    run.recipe.keep = keep
    run.recipe.groupRobust = groups
    run.validation = validation
    return run
  }

  @Test(arguments: [[], [1]]) func isTheFirstOfTheBest(forgotten: [Int]) throws {
    let epochs = 8
    let seen = validation.filter { !forgotten.contains($0) }
    let models = try (1...epochs).map {
      try run(.last, epochs: $0, forgotten: forgotten).train(on: train, purpose: "test")
    }
    let accuracies = models.map { accuracy($0, on: seen) }
    let best = try #require(accuracies.firstIndex(of: accuracies.max() ?? 0))
    try #require(best < epochs - 1 && accuracies[best] > accuracies[epochs - 1], "the last is not the best")
    let choosing = run(.bestValidation, epochs: epochs, forgotten: forgotten)
    let kept = try choosing.train(on: train, purpose: "test")
    #expect(kept.parameters == models[best].parameters)
    #expect(choosing.notes["kept_epoch"] == Double(best))
    #expect(choosing.notes["validation_accuracy"] == accuracies[best])
  }

  @Test func ofEqualsTheFirstIsKept() throws {
    var kept = try KeptEpoch(run(.bestValidation, epochs: 1))
    let model = Toy.classifier(RandomSource(seed: 1))
    for epoch in 3...5 { kept.consider(model, after: epoch) }
    #expect(kept.epoch == 3 && kept.model?.parameters == model.parameters)
    #expect(kept.accuracy == accuracy(model, on: validation))
  }

  @Test func needsValidationSamples() throws {
    var none = run(.bestValidation, epochs: 1)
    none.validation = nil
    #expect(throws: UnlearningError.noValidationData) { try none.train(on: train, purpose: "test") }
    // Only forgotten ones are none, either.
    none.validation = validation.filter { $0 == 2 }
    none.request = .classes([2])
    #expect(throws: UnlearningError.noValidationData) { try none.train(on: train, purpose: "test") }
  }

  @Test func worksWithGroupDRO() throws {
    var choosing = run(.bestValidation, epochs: 4, groups: true)
    let grouped = Dataset(
      name: "toy", classNames: train.classNames, imageShape: [4, 4, 1],
      normalization: Normalization(mean: [0.4], deviation: [0.25]), pixels: [UInt8](repeating: 90, count: 16 * 8),
      labels: [0, 1, 2, 3, 0, 1, 2, 3], attribute: SensitiveAttribute(name: "side", valueNames: ["left", "right"]),
      sensitive: [0, 0, 0, 0, 1, 1, 1, 1])
    choosing.validation = validation
    _ = try choosing.train(on: grouped, purpose: "test")
    #expect(choosing.notes["kept_epoch"] != nil)
  }

  @Test func noEpochKeepsTheInitialModel() throws {
    let choosing = run(.bestValidation, epochs: 0)
    let kept = try choosing.train(on: train, purpose: "test")
    #expect(kept.parameters == (try run(.last, epochs: 0).train(on: train, purpose: "test")).parameters)
  }
}
