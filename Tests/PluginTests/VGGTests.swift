import Engine
import Testing
import Unlearning
import VGG

@Suite struct VGGTests {
  private func make(_ depth: Int, _ width: Int) throws(ParameterError) -> VGGNetwork {
    var parameters = VGGNetwork()
    parameters.depth = depth
    parameters.width = width
    return try VGGNetwork(parameters)
  }

  /// The counts of the CIFAR ports with one linear layer of 512 inputs and 10 classes.
  @Test(arguments: [(11, 9_231_114), (13, 9_416_010), (16, 14_728_266), (19, 20_040_522)])
  func hasTheKnownNumberOfParameters(depth: Int, count: Int) throws {
    let model = try make(depth, 64).makeClassifier(
      imageShape: [32, 32, 3], classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == count)
    #expect(model.featureCount == 512)
  }

  /// 8w features per pixel that is left.
  @Test(arguments: [([32, 32, 3], 16), ([28, 28, 1], 16), ([64, 64, 3], 64), ([3, 5, 1], 32)])
  func takesImagesOfEverySize(imageShape: [Int], features: Int) throws {
    let model = try make(11, 2).makeClassifier(imageShape: imageShape, classCount: 3, random: RandomSource(seed: 1))
    #expect(model.featureCount == features)
    var random = RandomSource(seed: 2)
    let logits = model.evaluate(Tensor(normal: [2] + imageShape, random: &random)).logits
    #expect(logits.shape == [2, 3] && logits.isFinite)
  }

  @Test(arguments: [10, 12, 17, 20]) func refusesOtherDepths(depth: Int) {
    let error = #expect(throws: ParameterError.self) { try make(depth, 64) }
    #expect(error?.problems.map(\.parameter) == ["depth"])
  }
}
