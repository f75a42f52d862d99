import CIFARResNet
import Engine
import Testing
import Unlearning

@Suite struct CIFARResNetTests {
  @Test func logitsAndGradientsAreThoseOfPyTorch() throws {
    let golden = try GoldenResNet.load()
    var model = try golden.startModel
    var logits = Tensor(0)
    let (loss, gradients, _) = model.gradient(mode: .train(RandomSource(seed: 0))) { model, pass in
      let output = model(Variable(golden.images), in: pass).logits
      logits = output.value
      return output.crossEntropy(golden.labels)
    }
    expectNumbers(logits.scalars, golden.logits, within: 2e-5, "logits")
    expectNumbers([loss], [golden.loss], within: 1e-5, "loss")
    let expected = try golden.tensors(golden.gradients)
    #expect(gradients.names == expected.names)
    for (name, (found, expected)) in zip(gradients.names, zip(gradients.values, expected.values)) {
      expectNumbers(found.scalars, expected.scalars, within: 2e-5, "gradient of \(name)")
    }
  }

  @Test func tenStepsAreThoseOfPyTorch() throws {
    let golden = try GoldenResNet.load()
    var model = try golden.startModel
    var optimizer = SGD(momentum: 0.9, weightDecay: 5e-4)
    var losses: [Float] = []
    for _ in 0..<10 {
      let (loss, gradients, _) = model.gradient(mode: .train(RandomSource(seed: 0))) { model, pass in
        model(Variable(golden.images), in: pass).logits.crossEntropy(golden.labels)
      }
      losses.append(loss)
      optimizer.update(&model.parameters, along: gradients, learningRate: 0.05)
    }
    expectNumbers(losses, golden.trajectory, within: 1e-3, "losses")
    for (name, value) in zip(model.statistics.names, model.statistics.values) {
      expectNumbers(value.scalars, try #require(golden.statistics[name]), within: 5e-3, name)
    }
    expectNumbers(model.evaluate(golden.images).logits.scalars, golden.evaluated, within: 1e-2, "logits")
  }

  @Test func evaluateModeIsThatOfPyTorch() throws {
    let golden = try GoldenResNet.load()
    let model = try golden.trainedModel
    expectNumbers(model.evaluate(golden.images).logits.scalars, golden.evaluated, within: 2e-5, "logits")
  }

  /// 20 layers: 272,474 = 464 (stem) + 14,016 + 51,648 + 205,696 (stages) + 650 (head), with projections.
  @Test(arguments: [(20, 16, 272_474), (8, 16, 78_042), (20, 32, 1_084_586)])
  func hasTheKnownNumberOfParameters(depth: Int, width: Int, count: Int) throws {
    var parameters = CIFARResidualNetwork()
    parameters.depth = depth
    parameters.width = width
    let model = try CIFARResidualNetwork(parameters).makeClassifier(
      imageShape: [32, 32, 3], classCount: 10, random: RandomSource(seed: 1))
    #expect(model.parameters.scalarCount == count)
    #expect(model.featureCount == 4 * width)
  }

  @Test(arguments: [19, 21, 2, 0]) func refusesDepthsThatAreNot6nPlus2(depth: Int) {
    var parameters = CIFARResidualNetwork()
    parameters.depth = depth
    let error = #expect(throws: ParameterError.self) { try CIFARResidualNetwork(parameters) }
    #expect(error?.problems.map(\.parameter) == ["depth"])
  }
}
