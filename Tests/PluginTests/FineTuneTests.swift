import Data
import Engine
import FineTune
import Testing
import Unlearning

@Suite struct FineTuneTests {
  @Test func agreesWithPyTorch() throws {
    let golden = try GoldenMethods.load()
    var parameters = FineTuning()
    parameters.training = golden.training
    try golden.check(FineTuning(parameters), "fine-tune")
    parameters.training.labelSmoothing = golden.label_smoothing
    try golden.check(FineTuning(parameters), "fine-tune, smoothed")
  }

  @Test func withoutEpochsReturnsTheOriginal() throws {
    let toy = try Toy()
    var parameters = FineTuning()
    parameters.training.epochs = 0
    let model = try toy.unlearn(FineTuning(parameters))
    #expect(model.parameters == toy.original.parameters)
    #expect(model.statistics == toy.original.statistics)
  }

  @Test func doesNotReadTheForgetSet() throws {
    let toy = try Toy()
    let method = try FineTuning(FineTuning())
    let other = try method.unlearn(toy.original, forget: toy.data.selecting([1]), retain: toy.retain, run: toy.run)
    let model = try toy.unlearn(method)
    #expect(model.parameters == other.parameters)
    #expect(model.parameters != toy.original.parameters)
  }

  @Test func refusesParametersOutOfRange() {
    var parameters = FineTuning()
    parameters.training.learningRate = -1
    let error = #expect(throws: ParameterError.self) { try FineTuning(parameters) }
    #expect(error?.problems.map(\.parameter) == ["training.learning_rate"])
  }
}
