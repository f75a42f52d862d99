import Data
import Engine
import FineTune
import NegGradPlus
import Testing
import Unlearning

@Suite struct NegGradPlusTests {
  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    var parameters = NegativeGradientPlus()
    parameters.training = golden.training
    parameters.alpha = golden.alpha
    try golden.check(NegativeGradientPlus(parameters), "neg-grad-plus")
  }

  @Test func isFineTuningWithAllWeightOnTheRetainSet() throws {
    let toy = try Toy()
    var parameters = NegativeGradientPlus()
    parameters.alpha = 1
    parameters.training.batchSize = 32
    var tuning = FineTuning()
    tuning.training = parameters.training
    let model = try toy.unlearn(NegativeGradientPlus(parameters))
    #expect(model.parameters == (try toy.unlearn(FineTuning(tuning))).parameters)
    #expect(model.parameters != toy.original.parameters)
  }

  @Test func raisesTheForgetLossAndKeepsTheRetainLossLow() throws {
    let toy = try Toy()
    var parameters = NegativeGradientPlus()
    parameters.alpha = 0.7
    parameters.training.learningRate = 0.1
    parameters.training.epochs = 20
    parameters.training.batchSize = 16
    let model = try toy.unlearn(NegativeGradientPlus(parameters))
    #expect(meanLoss(model, on: toy.forget) > meanLoss(toy.original, on: toy.forget) + 0.1)
    #expect(accuracy(model, on: toy.retain) > 0.7)
  }

  /// Three forgotten samples in one batch against eight batches of retained ones: every step meets the same three.
  @Test func theForgetSetStartsOver() throws {
    let toy = try Toy()
    let forget = toy.forget.selecting([0, 5, 9])
    var parameters = NegativeGradientPlus()
    parameters.alpha = 0.7
    parameters.training.batchSize = 16
    parameters.training.epochs = 2
    let model = try NegativeGradientPlus(parameters).unlearn(
      toy.original, forget: forget, retain: toy.retain, run: toy.run)

    var trainer = Trainer(toy.original, recipe: parameters.training, stepsPerEpoch: 8, run: toy.run)
    let images = forget.images([0, 1, 2])
    for epoch in 0..<2 {
      try trainer.epoch(epoch, over: toy.retain) { step in
        0.7 * step.crossEntropy - 0.3 * step.forward(images).logits.crossEntropy(forget.labels)
      }
    }
    for (name, expected) in zip(trainer.model.parameters.names, trainer.model.parameters.values) {
      expectNumbers(try #require(model.parameters[name]).scalars, expected.scalars, within: 1e-5, name)
    }
  }

  @Test(arguments: [-0.1, 1.1]) func refusesWeightsOutOfRange(alpha: Double) {
    var parameters = NegativeGradientPlus()
    parameters.alpha = alpha
    let error = #expect(throws: ParameterError.self) { try NegativeGradientPlus(parameters) }
    #expect(error?.problems.map(\.parameter) == ["alpha"])
  }
}
