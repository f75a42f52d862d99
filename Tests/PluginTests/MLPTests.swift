import Engine
import MLP
import Testing
import Unlearning

@Suite struct MLPTests {
  @Test(arguments: [([256, 128], 235_146), ([], 7850), ([10], 7960)])
  func hasTheKnownNumberOfParameters(hidden: [Int], count: Int) throws {
    var parameters = MultilayerPerceptron()
    parameters.hidden = hidden
    let model = try MultilayerPerceptron(parameters).makeClassifier(
      imageShape: [28, 28, 1], classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == count)
    #expect(model.featureCount == hidden.last ?? 784)
  }

  /// Two hidden units that see x and −x: the output is |x| only if every hidden layer ends in ReLU.
  @Test func hiddenLayersAreRectified() throws {
    var parameters = MultilayerPerceptron()
    parameters.hidden = [2]
    var model = try MultilayerPerceptron(parameters).makeClassifier(
      imageShape: [1, 1, 1], classCount: 1, random: RandomSource(seed: 1))
    model.parameters["fc1.weight"] = Tensor([1, -1], shape: [2, 1])
    model.parameters["fc1.bias"] = Tensor([0, 0], shape: [2])
    model.parameters["head.weight"] = Tensor([1, 1], shape: [1, 2])
    model.parameters["head.bias"] = Tensor([0], shape: [1])
    #expect(model.evaluate(Tensor([-3, 2], shape: [2, 1, 1, 1])).logits.scalars == [3, 2])
  }

  @Test func refusesEmptyLayers() {
    var parameters = MultilayerPerceptron()
    parameters.hidden = [16, 0]
    let error = #expect(throws: ParameterError.self) { try MultilayerPerceptron(parameters) }
    #expect(error?.problems.map(\.parameter) == ["hidden"])
  }
}
