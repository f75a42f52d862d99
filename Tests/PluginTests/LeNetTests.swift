import Engine
import LeNet
import Testing
import Unlearning

@Suite struct LeNetTests {
  /// 61,706 is the count that courses give for 28×28 images in one channel.
  @Test(arguments: [([28, 28, 1], 61_706), ([32, 32, 1], 61_706), ([32, 32, 3], 62_006), ([28, 28, 3], 62_006)])
  func hasTheKnownNumberOfParameters(imageShape: [Int], count: Int) throws {
    let model = try LeNet5(LeNet5()).makeClassifier(
      imageShape: imageShape, classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == count)
    var random = RandomSource(seed: 2)
    let output = model.evaluate(Tensor(normal: [3] + imageShape, random: &random))
    #expect(output.features.shape == [3, 84])
    #expect(output.logits.shape == [3, 10] && output.logits.isFinite)
  }

  /// Scales and shifts of 6 + 16 + 120 + 84 channels, less the biases of 22.
  @Test func canNormalizeEachBatch() throws {
    var parameters = LeNet5()
    parameters.batchNorm = true
    let model = try LeNet5(parameters).makeClassifier(
      imageShape: [28, 28, 1], classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == 61_706 + 2 * 226 - 22)
    #expect(model.statistics.scalarCount == 2 * 226)
  }

  @Test(arguments: [[64, 64, 3], [28, 32, 1], [8, 8, 1]]) func refusesOtherSizes(imageShape: [Int]) {
    #expect(throws: ParameterError.self) { try LeNet5(LeNet5()).body(imageShape: imageShape) }
  }
}
