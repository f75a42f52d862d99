import Engine
import ResNet18
import Testing
import Unlearning

@Suite struct ResNet18Tests {
  @Test func hasTheKnownNumberOfParameters() throws {
    let model = try ResidualNetwork18(ResidualNetwork18.Parameters()).makeClassifier(
      imageShape: [32, 32, 3], classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == 11_173_962)
    #expect(model.featureCount == 512)
  }

  /// torchvision's count for 1,000 classes; an image of 224 pixels passes.
  @Test func hasTheStemForLargeImages() throws {
    var parameters = ResidualNetwork18.Parameters()
    parameters.stem = .large
    let model = try ResidualNetwork18(parameters).makeClassifier(
      imageShape: [224, 224, 3], classCount: 1000, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == 11_689_512)
    var random = RandomSource(seed: 2)
    #expect(model.evaluate(Tensor(normal: [1, 224, 224, 3], random: &random)).logits.isFinite)
  }

  @Test(arguments: [[32, 32, 3], [28, 28, 1], [7, 7, 2]]) func runsOnImages(imageShape: [Int]) throws {
    var parameters = ResidualNetwork18.Parameters()
    parameters.width = 2
    let model = try ResidualNetwork18(parameters).makeClassifier(
      imageShape: imageShape, classCount: 3, random: RandomSource(seed: 1))
    var random = RandomSource(seed: 2)
    let output = model.evaluate(Tensor(normal: [2] + imageShape, random: &random))
    #expect(output.features.shape == [2, 16])
    #expect(output.logits.shape == [2, 3])
    #expect(output.logits.isFinite && output.logits.row(0) != output.logits.row(1))
  }

  @Test func refusesNoWidth() {
    var parameters = ResidualNetwork18.Parameters()
    parameters.width = 0
    #expect(throws: ParameterError("width", "must be ≥ 1, is 0")) { try ResidualNetwork18(parameters) }
  }
}
