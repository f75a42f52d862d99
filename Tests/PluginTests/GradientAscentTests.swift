import Data
import Engine
import GradientAscent
import Testing
import Unlearning

@Suite struct GradientAscentTests {
  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    var parameters = GradientAscentUnlearning()
    parameters.training = golden.training
    try golden.check(GradientAscentUnlearning(parameters), "gradient-ascent")
    parameters.retainPass = true
    try golden.check(GradientAscentUnlearning(parameters), "gradient-ascent after retain pass")
  }

  @Test func raisesTheLossOfTheForgetSet() throws {
    let toy = try Toy()
    var parameters = GradientAscentUnlearning()
    parameters.training.learningRate = 0.1
    parameters.training.batchSize = 16
    let run = toy.run
    let model = try toy.unlearn(GradientAscentUnlearning(parameters), run: run)
    #expect(meanLoss(model, on: toy.forget) > meanLoss(toy.original, on: toy.forget) + 0.1)
    #expect(run.notes["epochs"] == 5)
  }

  @Test func readsTheRetainSetOnlyWhenAsked() throws {
    let toy = try Toy()
    var parameters = GradientAscentUnlearning()
    let none = toy.data.selecting([])
    let alone = try GradientAscentUnlearning(parameters).unlearn(
      toy.original, forget: toy.forget, retain: none, run: toy.run)
    #expect(try toy.unlearn(GradientAscentUnlearning(parameters)).parameters == alone.parameters)
    parameters.retainPass = true
    let method = try GradientAscentUnlearning(parameters)
    #expect(throws: UnlearningError.emptyRetainSet) {
      try method.unlearn(toy.original, forget: toy.forget, retain: none, run: toy.run)
    }
  }

  @Test func stopsBelowTheBound() throws {
    let toy = try Toy()
    var parameters = GradientAscentUnlearning()
    parameters.training.learningRate = 0.02
    parameters.training.epochs = 60
    parameters.stopBelow = 0.3
    let run = toy.run
    let model = try toy.unlearn(GradientAscentUnlearning(parameters), run: run)
    let epochs = try #require(run.notes["epochs"])
    #expect(epochs > 1 && epochs < 60)
    #expect(accuracy(model, on: toy.forget) < 0.3)
    #expect(run.notes["forget_accuracy"] == accuracy(model, on: toy.forget))

    parameters.training.epochs = Int(epochs) - 1
    #expect(accuracy(try toy.unlearn(GradientAscentUnlearning(parameters)), on: toy.forget) >= 0.3)
  }

  @Test func refusesABoundThatIsNoAccuracy() {
    var parameters = GradientAscentUnlearning()
    parameters.stopBelow = 1.5
    let error = #expect(throws: ParameterError.self) { try GradientAscentUnlearning(parameters) }
    #expect(error?.problems.map(\.parameter) == ["stop_below"])
  }
}
