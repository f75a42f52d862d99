import Data
import Engine
import Foundation
import TestSupport
import Testing
import Unlearning

@Suite("Schedules with one update per epoch") struct ScheduleStepsTests {
  struct Golden: Decodable {
    var stepsPerEpoch: Int, epochs: Int
    var schedules: [String: [Double]]
  }

  private func recipe(_ schedule: TrainingRecipe.ScheduleKind, epochs: Int) -> TrainingRecipe {
    var recipe = TrainingRecipe(epochs: epochs, learningRate: 1, schedule: schedule)
    recipe.scheduleSteps = .epoch
    return recipe
  }

  /// CosineAnnealingLR, StepLR and MultiStepLR of PyTorch, stepped after each epoch; see Tests/Golden/engine/make.py.
  @Test(arguments: [("cosineByEpoch", TrainingRecipe.ScheduleKind.cosine), ("step", .step), ("multiStep", .multiStep)])
  func goPyTorchsWay(name: String, schedule: TrainingRecipe.ScheduleKind) throws {
    let golden = try GoldenFile.read(Golden.self, "engine")
    var recipe = recipe(schedule, epochs: golden.epochs)
    recipe.stepEpochs = 2
    recipe.stepFactor = schedule == .step ? 0.3 : 0.2
    recipe.milestones = [3, 4, 7]
    let rates = (0..<golden.stepsPerEpoch * golden.epochs).map {
      recipe.learningRate(step: $0, stepsPerEpoch: golden.stepsPerEpoch)
    }
    let expected = try #require(golden.schedules[name])
    // Rates are single precision.
    expectNumbers(rates.map(Double.init), expected, within: 1e-7, name)
    // The given epoch counts, not the number of steps.
    for epoch in 0..<golden.epochs {
      let rate = recipe.learningRate(step: 1000, epoch: epoch, stepsPerEpoch: golden.stepsPerEpoch)
      expectNumbers([Double(rate)], [expected[epoch * golden.stepsPerEpoch]], within: 1e-7, "\(name), epoch \(epoch)")
    }
  }

  @Test func annealOverWhatTheWarmUpLeaves() {
    var recipe = recipe(.cosine, epochs: 6)
    recipe.warmUpEpochs = 2
    let rates = (0..<12).map { Double(recipe.learningRate(step: $0, stepsPerEpoch: 2)) }
    // Four steps up, then (1 + cos(π·e/4))/2 for e = 0, 1, 2, 3.
    let cosine = [1, 0.8535533906, 0.5, 0.1464466094]
    expectNumbers(rates, [0.25, 0.5, 0.75, 1] + cosine.flatMap { [$0, $0] }, within: 1e-7)
  }

  @Test(arguments: TrainingRecipe.ScheduleKind.allCases)
  func theShortestTrainingHasARate(schedule: TrainingRecipe.ScheduleKind) {
    for warmUp in [0.0, 0.5, 1, 3] {
      var recipe = recipe(schedule, epochs: 1)
      recipe.warmUpEpochs = warmUp
      let rate = recipe.learningRate(step: 0, epoch: 0, stepsPerEpoch: 1)
      #expect(rate > 0 && rate <= 1, "\(schedule), warm-up \(warmUp): \(rate)")
    }
  }

  /// The first epoch has three steps and the second two, as with a method that begins with passes over the forget set.
  @Test(arguments: [TrainingRecipe.ScheduleSteps.epoch, .step])
  func epochsOfDifferentLengths(steps: TrainingRecipe.ScheduleSteps) throws {
    var recipe = TrainingRecipe(
      epochs: 2, learningRate: 1e-3, batchSize: 8, schedule: .cosine, momentum: 0, weightDecay: 0)
    recipe.scheduleSteps = steps
    let data = Toy.dataset(seed: 3, perClass: 4), more = Toy.dataset(seed: 4, perClass: 2)
    let run = makeRun(forgotten: [], makeClassifier: Toy.classifier)
    let start = Toy.classifier(RandomSource(seed: 1))
    var trainer = Trainer(start, recipe: recipe, stepsPerEpoch: 3, run: run)
    let name = try #require(start.parameters.names.first { $0.hasSuffix("weight") })
    let largest = try #require(start.parameters[name]?.scalars.enumerated().max { $0.1 < $1.1 })
    func value() -> Double { Double(trainer.model.parameters[name]?.scalars[largest.offset] ?? .nan) }
    var values = [value()]
    // The loss falls by one for every unit that a positive parameter falls, so that a step moves it by the rate.
    try trainer.epoch(0, over: more, stream: "forget") { $0.parameterMagnitude }
    try trainer.epoch(0, over: data) { $0.parameterMagnitude }
    values.append(value())
    try trainer.epoch(1, over: data) { $0.parameterMagnitude }
    values.append(value())
    let moved = zip(values, values.dropFirst()).map { ($0 - $1) / 1e-3 }
    // Cosine of two epochs: 1, then 0.5. By steps of six: 1, 0.9330, 0.75 and 0.5, 0.25.
    let expected = steps == .epoch ? [3, 1] : [2.6830127, 0.75]
    expectNumbers(moved, expected, within: 1e-3)
  }

  /// Results of recipes without the option keep their cache keys.
  @Test func theDefaultIsNotWritten() throws {
    func written(_ recipe: TrainingRecipe) throws -> String {
      String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
    }
    var recipe = TrainingRecipe()
    #expect(try !written(recipe).contains("scheduleSteps"))
    recipe.scheduleSteps = .epoch
    #expect(try written(recipe).contains(#""scheduleSteps":"epoch""#))
  }
}
